//! One entry: a request and what is expected of its answer.

use super::body::{Content, content};
use super::cursor::{Cursor, Read};
use super::expect::{Asserted, Captured, asserted, captured};

/// Pairs of a section.
pub(super) type Pairs = Vec<(String, String)>;

/// A request and its answer, as they are written.
#[derive(Debug, Default)]
pub(super) struct Entry {
    pub(super) method: String,
    pub(super) url: String,
    pub(super) headers: Pairs,
    pub(super) query: Pairs,
    pub(super) form: Pairs,
    pub(super) multipart: Pairs,
    pub(super) cookies: Pairs,
    pub(super) basic: Option<(String, String)>,
    pub(super) options: Pairs,
    pub(super) body: Option<Content>,
    pub(super) answer: Option<Answer>,
}

/// What is expected.
#[derive(Debug, Default)]
pub(super) struct Answer {
    /// Such as `HTTP/2`; plain `HTTP` for any.
    pub(super) version: String,
    /// `None` for `*`.
    pub(super) status: Option<u16>,
    pub(super) headers: Pairs,
    pub(super) captures: Vec<Captured>,
    pub(super) asserts: Vec<Asserted>,
    pub(super) body: Option<Content>,
}

pub(super) fn entry(cursor: &mut Cursor<'_>) -> Read<Entry> {
    let start = cursor.at();
    let method = cursor.name().to_owned();
    let is_method = !method.is_empty()
        && method
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte == b'-');
    let mut entry = Entry {
        method,
        ..Entry::default()
    };
    cursor.blanks();
    entry.url = cursor.value();
    if !is_method || entry.url.is_empty() {
        return Err(cursor.wrong(
            start,
            "no request",
            "a method and a URL, such as `GET https://example.org`",
        ));
    }
    entry.headers = headers(cursor)?;
    while let Some(section) = section(cursor)? {
        let (start, section) = section;
        match section.as_str() {
            "Query" | "QueryStringParams" => entry.query = headers(cursor)?,
            "Form" | "FormParams" => entry.form = headers(cursor)?,
            "Multipart" | "MultipartFormData" => entry.multipart = headers(cursor)?,
            "Cookies" => entry.cookies = headers(cursor)?,
            "Options" => entry.options.extend(headers(cursor)?),
            "BasicAuth" => entry.basic = headers(cursor)?.into_iter().next(),
            _ => {
                let found = format!("the section `[{section}]` of a request");
                let expected =
                    "`[Query]`, `[Form]`, `[Multipart]`, `[Cookies]`, `[BasicAuth]` or `[Options]`";
                return Err(cursor.wrong(start, &found, expected));
            }
        }
    }
    if !is_answer(cursor) {
        entry.body = content(cursor)?;
    }
    cursor.skip_lines();
    if is_answer(cursor) {
        entry.answer = Some(answer(cursor)?);
    }
    Ok(entry)
}

fn answer(cursor: &mut Cursor<'_>) -> Read<Answer> {
    let start = cursor.at();
    let line = cursor.line();
    let mut words = line.split('#').next().unwrap_or_default().split_whitespace();
    let version = words.next().unwrap_or_default().to_owned();
    let status = match words.next() {
        None | Some("*") => None,
        Some(code) => {
            let code = code.parse().ok().filter(|code| (100..=599).contains(code));
            let wrong = || cursor.wrong(start, "a status that is none", "a status from 100 to 599, or `*`");
            Some(code.ok_or_else(wrong)?)
        }
    };
    cursor.skip(line.len());
    let mut answer = Answer {
        version,
        status,
        headers: headers(cursor)?,
        ..Answer::default()
    };
    while let Some((start, section)) = section(cursor)? {
        match section.as_str() {
            "Captures" => {
                while has_more(cursor) {
                    answer.captures.push(captured(cursor)?);
                }
            }
            "Asserts" => {
                while has_more(cursor) {
                    answer.asserts.push(asserted(cursor)?);
                }
            }
            _ => {
                let found = format!("the section `[{section}]` of an answer");
                return Err(cursor.wrong(start, &found, "`[Captures]` or `[Asserts]`"));
            }
        }
    }
    answer.body = content(cursor)?;
    Ok(answer)
}

/// `HTTP`, `HTTP/1.1` and the like, and a status.
fn is_answer(cursor: &Cursor<'_>) -> bool {
    let mut words = cursor.line().split_whitespace();
    words.next().is_some_and(|word| {
        let version = word.strip_prefix("HTTP");
        version.is_some_and(|version| version.is_empty() || version.starts_with('/'))
    })
}

/// Whether a line of a section comes next.
fn has_more(cursor: &mut Cursor<'_>) -> bool {
    cursor.skip_lines();
    let line = cursor.line();
    !line.is_empty() && !is_answer(cursor) && !is_request(line) && !line.starts_with(['[', '{', '<', '`'])
}

fn is_request(line: &str) -> bool {
    let (method, url) = line.split_once([' ', '\t']).unwrap_or((line, ""));
    !method.is_empty()
        && method
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte == b'-')
        && !url.trim().is_empty()
}

/// `name: value` lines.
fn headers(cursor: &mut Cursor<'_>) -> Read<Pairs> {
    let mut pairs = Vec::new();
    loop {
        cursor.skip_lines();
        let line = cursor.line();
        let is_content = line.starts_with(['[', '{', '<', '`', '"'])
            || ["file,", "base64,", "hex,"]
                .iter()
                .any(|kind| line.starts_with(kind));
        let is_word = matches!(line, "true" | "false" | "null") || line.parse::<f64>().is_ok();
        if line.is_empty() || is_content || is_word || is_answer(cursor) || is_request(line) {
            return Ok(pairs);
        }
        let key = cursor.key()?;
        pairs.push((key, cursor.value()));
    }
}

/// The name of the section that begins here, and where.
fn section(cursor: &mut Cursor<'_>) -> Read<Option<(usize, String)>> {
    cursor.skip_lines();
    let line = cursor.line().split('#').next().unwrap_or_default().trim_end();
    let name = line.strip_prefix('[').and_then(|line| line.strip_suffix(']'));
    let name = name.filter(|name| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphabetic()));
    let Some(name) = name.filter(|name| name.starts_with(char::is_uppercase)) else {
        return Ok(None);
    };
    let start = cursor.at();
    cursor.skip(line.len());
    cursor.end_of_line("nothing after the name of a section")?;
    Ok(Some((start, name.to_owned())))
}
