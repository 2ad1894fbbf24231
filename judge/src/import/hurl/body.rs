//! Bodies, of requests and of answers.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::cursor::{Cursor, Read};

/// A body as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Content {
    /// JSON, with templates perhaps.
    Json(String),
    Xml(String),
    /// With the language that stood after its three backquotes.
    Text(String, String),
    File(String),
    /// Bytes that are no text; what they were written as.
    Bytes(&'static str),
}

/// The body that comes next, if any.
pub(super) fn content(cursor: &mut Cursor<'_>) -> Read<Option<Content>> {
    cursor.skip_lines();
    let content = match cursor.peek() {
        Some('{' | '[' | '"') => Content::Json(json(cursor)?),
        Some('<') => Content::Xml(xml(cursor)?),
        Some('`') if cursor.rest().starts_with("```") => multiline(cursor)?,
        Some('`') => {
            cursor.skip(1);
            Content::Text(
                cursor.through("`", "a text in backquotes")?.to_owned(),
                String::new(),
            )
        }
        _ if cursor.take("file,") => Content::File(cursor.through(";", "a file's name")?.trim().to_owned()),
        _ if cursor.take("base64,") => {
            let text: String = cursor.through(";", "base64")?.split_whitespace().collect();
            of_bytes(STANDARD.decode(text).ok(), "base64")
        }
        _ if cursor.take("hex,") => of_bytes(unhexed(cursor.through(";", "hex")?.trim()), "hex"),
        _ => {
            let line = cursor.line().split('#').next().unwrap_or_default().trim();
            let is_scalar = matches!(line, "true" | "false" | "null") || line.parse::<f64>().is_ok();
            if !is_scalar {
                return Ok(None);
            }
            cursor.skip(line.len());
            Content::Json(line.to_owned())
        }
    };
    cursor.end_of_line("the end of the line after a body")?;
    Ok(Some(content))
}

fn of_bytes(bytes: Option<Vec<u8>>, written: &'static str) -> Content {
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    let is_text = |text: &String| !text.contains(['\0', '\u{fdd0}', '\u{fdd1}']);
    match text.filter(is_text) {
        Some(text) => Content::Text(text, String::new()),
        None => Content::Bytes(written),
    }
}

fn unhexed(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text.chars().map(|char| char.to_digit(16)).collect();
    let digits = digits.filter(|digits| digits.len().is_multiple_of(2))?;
    digits
        .chunks(2)
        .map(|pair| u8::try_from(pair[0] * 16 + pair[1]).ok())
        .collect()
}

/// Up to the bracket that closes the first one.
fn json(cursor: &mut Cursor<'_>) -> Read<String> {
    let start = cursor.at();
    let text = cursor.rest();
    let mut depth = 0_usize;
    loop {
        match cursor.peek() {
            None => {
                return Err(cursor.wrong(
                    start,
                    "JSON without an end",
                    "the bracket that closes the first one",
                ));
            }
            Some('"') => {
                cursor.next();
                loop {
                    match cursor.next() {
                        Some('"') => break,
                        Some('\\') => drop(cursor.next()),
                        Some(_) => {}
                        None => return Err(cursor.wrong(start, "JSON without an end", "a second `\"`")),
                    }
                }
            }
            Some('{' | '[') => {
                depth += 1;
                cursor.next();
            }
            Some('}' | ']') => {
                depth = depth.saturating_sub(1);
                cursor.next();
            }
            Some(_) => drop(cursor.next()),
        }
        if depth == 0 {
            return Ok(text[..cursor.at() - start].to_owned());
        }
    }
}

/// Up to the end of the first element.
fn xml(cursor: &mut Cursor<'_>) -> Read<String> {
    let start = cursor.at();
    let text = cursor.rest();
    let mut depth = 0_usize;
    loop {
        for (begin, end) in [("<?", "?>"), ("<!--", "-->"), ("<![CDATA[", "]]>")] {
            if cursor.rest().starts_with(begin) {
                cursor.through(end, "XML")?;
            }
        }
        let before = cursor.through("<", "XML")?;
        if before.is_empty() && matches!(cursor.peek(), Some('?' | '!')) {
            // A declaration, or one of the above behind another.
            cursor.through(">", "XML")?;
            continue;
        }
        let tag = cursor.through(">", "XML")?;
        match (
            tag.starts_with('/'),
            tag.ends_with('/') || tag.starts_with(['?', '!']),
        ) {
            (true, _) => depth = depth.saturating_sub(1),
            (false, true) => {}
            (false, false) => depth += 1,
        }
        let is_element = !tag.starts_with(['?', '!']);
        if depth == 0 && is_element {
            return Ok(text[..cursor.at() - start].to_owned());
        }
    }
}

/// Three backquotes, a language perhaps, lines, three backquotes.
fn multiline(cursor: &mut Cursor<'_>) -> Read<Content> {
    cursor.skip(3);
    let text = cursor.through("```", "a text of several lines")?;
    let (language, text) = match text.split_once('\n') {
        Some((language, text)) => (language.trim(), text),
        None => ("", text),
    };
    Ok(Content::Text(
        text.to_owned(),
        language.split(',').next().unwrap_or_default().to_owned(),
    ))
}
