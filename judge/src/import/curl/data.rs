//! What is sent, and what is put into the query.

use crate::import::call::{Body, Part, is_path};
use crate::import::draft::Draft;
use crate::import::text::{Piece, pieces, value};
use crate::journey::component_encoded;

/// One `--data` of some kind.
#[derive(Clone, Debug)]
pub(super) enum Data {
    /// As it is.
    Text(String),
    /// Bytes of a file, as they are or without line ends.
    File { path: String, is_binary: bool },
    /// `--data-urlencode`: what is in front of the value, and the value.
    Encoded { name: String, value: String },
    /// The same of a file.
    EncodedFile { path: String },
}

impl Data {
    /// `--data` and `--data-binary`; `--data-raw` takes an `@` as it is.
    pub(super) fn of(text: &str, is_binary: bool) -> Self {
        match text.strip_prefix('@') {
            Some(path) => Self::File {
                path: path.to_owned(),
                is_binary,
            },
            None => Self::Text(text.to_owned()),
        }
    }

    /// `content`, `=content`, `name=content`, `@file`, `name@file`, by whichever comes first.
    pub(super) fn encoded(text: &str) -> Self {
        let of = |name: &str, value: &str| Self::Encoded {
            name: name.to_owned(),
            value: value.to_owned(),
        };
        match text.find(['=', '@']) {
            None => of("", text),
            Some(at) if text[at..].starts_with('=') => of(&text[..at], &text[at + 1..]),
            Some(at) => Self::EncodedFile {
                path: text[at + 1..].to_owned(),
            },
        }
    }
}

/// All of them joined.
pub(super) fn body(data: &[Data], is_json: bool, draft: &mut Draft) -> Body {
    let of_body = if is_json {
        "application/json"
    } else {
        "application/x-www-form-urlencoded"
    };
    let (first, others) = match data {
        [] => return Body::Empty,
        [first, others @ ..] => (first, others),
    };
    if let (Data::File { path, is_binary }, []) = (first, others)
        && path != "-"
        && is_path(path)
    {
        if !is_binary && !is_json {
            draft.note("curl leaves out the line ends of files that --data names; here they are sent.");
        }
        return Body::File(path.clone(), Some(of_body));
    }
    let texts: Vec<String> = data.iter().map(|data| query(data, draft)).collect();
    let between = if is_json { "" } else { "&" };
    Body::Text(texts.join(between), Some(of_body))
}

/// One of them as text.
pub(super) fn query(data: &Data, draft: &mut Draft) -> String {
    match data {
        Data::Text(text) => text.clone(),
        Data::Encoded { name, value } if name.is_empty() => encoded(value),
        Data::Encoded { name, value } => format!("{name}={}", encoded(value)),
        Data::File { path, .. } | Data::EncodedFile { path } => {
            draft.lose(format!(
                "the data of the file `{path}` beside other data, or encoded"
            ));
            String::new()
        }
    }
}

/// As curl_easy_escape does, a blank as a plus.
fn encoded(text: &str) -> String {
    let encoded = pieces(text).into_iter().map(|piece| match piece {
        Piece::Literal(text) => component_encoded(text).replace("%20", "+"),
        Piece::Value(name) => value(name),
    });
    encoded.collect()
}

/// The type that curl tells of a file by its ending (lib/mime.c).
fn guessed(path: &str) -> Option<&'static str> {
    let (_, ending) = path.rsplit_once('.')?;
    Some(match ending.to_ascii_lowercase().as_str() {
        "gif" => "image/gif",
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        "txt" => "text/plain",
        "htm" | "html" => "text/html",
        "pdf" => "application/pdf",
        "xml" => "application/xml",
        _ => return None,
    })
}

/// `--form name=content`, `name=@file;type=...;filename=...`, `name=<file`.
pub(super) fn part(text: &str, is_string: bool, draft: &mut Draft) -> Option<Part> {
    let Some((name, content)) = text.split_once('=') else {
        draft.lose(format!("the form field `{text}`"));
        return None;
    };
    let mut part = Part {
        name: name.to_owned(),
        content: content.to_owned(),
        ..Part::default()
    };
    if is_string {
        return Some(part);
    }
    let mut fields = content.split(';');
    let mut content = fields.next().unwrap_or_default().to_owned();
    for field in fields {
        match field.trim().split_once('=') {
            Some(("type", said)) => part.content_type = Some(said.trim().to_owned()),
            Some(("filename", said)) => part.file_name = Some(said.trim().trim_matches('"').to_owned()),
            Some(("headers" | "encoder", _)) => draft.lose(format!("`{field}` of the form field `{name}`")),
            // No field: a part of what is sent.
            _ => content.push_str(&format!(";{field}")),
        }
    }
    if let Some(path) = content.strip_prefix('@') {
        part.is_file = true;
        path.clone_into(&mut part.content);
        part.content_type = part.content_type.or_else(|| guessed(path).map(str::to_owned));
        if path.contains(',') {
            draft.note(format!("`{path}` is taken for one file."));
        }
    } else if let Some(path) = content.strip_prefix('<') {
        draft.lose(format!(
            "`{name}` of the content of the file `{path}` without a file's name"
        ));
        return None;
    } else {
        part.content = content.trim_matches('"').to_owned();
    }
    Some(part)
}
