//! What a request sends.

use std::borrow::Cow;

use bytes::Bytes;

use super::Turn;
use super::encode::form;
use super::values::{Part as Piece, Values};
use crate::analysis::plan::journey::{Body, Failure, JsonTemplate, Part, PartContent, Request, Template};

/// A body, as far as it is known before a run begins.
pub(super) struct Content {
    body: Known,
    content_type: Option<Template>,
}

enum Known {
    /// The same for all runs, with its media type.
    Constant(Bytes, Option<&'static str>),
    /// Made for each request.
    Made(Body),
}

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";
const TEXT: &str = "text/plain; charset=utf-8";
const BYTES: &str = "application/octet-stream";

impl Content {
    pub(super) fn new(request: &Request) -> Self {
        let body = match &request.body {
            Body::Empty => Known::Constant(Bytes::new(), None),
            Body::Json(JsonTemplate::Constant { text, .. }) => Known::Constant(text.clone(), Some(JSON)),
            Body::Bytes(bytes) => Known::Constant(bytes.clone(), Some(BYTES)),
            Body::Raw(template) => match template.constant() {
                Some(text) => Known::Constant(Bytes::copy_from_slice(text.as_bytes()), Some(TEXT)),
                None => Known::Made(request.body.clone()),
            },
            made => Known::Made(made.clone()),
        };
        Self {
            body,
            content_type: request.content_type.clone(),
        }
    }

    /// What `Content-Type` tells unless a header does, where it is the same for all runs.
    pub(super) fn constant_type(&self) -> Option<&str> {
        match (&self.content_type, &self.body) {
            (Some(template), _) => template.constant(),
            (None, Known::Constant(_, content_type)) => *content_type,
            (None, Known::Made(_)) => None,
        }
    }

    /// The bytes, and what `Content-Type` tells of them unless a header does.
    pub(super) fn fill(
        &self,
        values: &Values,
        turn: Turn,
    ) -> Result<(Bytes, Option<Cow<'static, str>>), Failure> {
        let (bytes, of_body) = match &self.body {
            Known::Constant(bytes, content_type) => (bytes.clone(), content_type.map(Cow::Borrowed)),
            Known::Made(body) => made(body, values, turn)?,
        };
        let content_type = match &self.content_type {
            Some(template) => Some(Cow::Owned(values.plain(template, turn)?)),
            None => of_body,
        };
        Ok((bytes, content_type))
    }
}

fn made(body: &Body, values: &Values, turn: Turn) -> Result<(Bytes, Option<Cow<'static, str>>), Failure> {
    let of = |bytes: Vec<u8>, content_type: &'static str| (bytes.into(), Some(Cow::Borrowed(content_type)));
    Ok(match body {
        Body::Empty => (Bytes::new(), None),
        Body::Bytes(bytes) => (bytes.clone(), Some(Cow::Borrowed(BYTES))),
        Body::Raw(template) => of(values.plain(template, turn)?.into_bytes(), TEXT),
        Body::Json(template) => {
            let mut text = Vec::new();
            values.write_json(template, turn, &mut text)?;
            of(text, JSON)
        }
        Body::Form(pairs) => {
            let mut text = String::new();
            for (name, value) in pairs {
                if !text.is_empty() {
                    text.push('&');
                }
                text.push_str(&form(name));
                text.push('=');
                let filled = values.fill(value, turn, |part, filled| match part {
                    Piece::Literal(part) | Piece::Value(part) => filled.push_str(&form(part)),
                })?;
                text.push_str(&filled);
            }
            of(text.into_bytes(), FORM)
        }
        Body::Multipart(parts) => {
            let boundary = values.ids.boundary(turn);
            let mut bytes = Vec::new();
            for part in parts {
                write(part, &boundary, values, turn, &mut bytes)?;
            }
            bytes.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
            let content_type = format!("multipart/form-data; boundary={boundary}");
            (bytes.into(), Some(Cow::Owned(content_type)))
        }
    })
}

/// One part of `multipart/form-data` (RFC 7578).
fn write(
    part: &Part,
    boundary: &str,
    values: &Values,
    turn: Turn,
    bytes: &mut Vec<u8>,
) -> Result<(), Failure> {
    let mut head = format!(
        "--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"",
        quoted(&part.name)
    );
    if let Some(file_name) = &part.file_name {
        head.push_str(&format!("; filename=\"{}\"", quoted(file_name)));
    }
    let is_file = matches!(part.content, PartContent::Bytes(_));
    if let Some(content_type) = part.content_type.as_deref().or(is_file.then_some(BYTES)) {
        head.push_str(&format!("\r\nContent-Type: {content_type}"));
    }
    head.push_str("\r\n\r\n");
    bytes.extend_from_slice(head.as_bytes());
    match &part.content {
        PartContent::Text(template) => bytes.extend_from_slice(values.plain(template, turn)?.as_bytes()),
        PartContent::Bytes(content) => bytes.extend_from_slice(content),
    }
    bytes.extend_from_slice(b"\r\n");
    Ok(())
}

/// As the HTML standard has it for names and file names (4.10.21.8).
fn quoted(text: &str) -> String {
    text.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}
