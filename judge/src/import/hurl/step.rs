//! An entry as a step.

use super::Variables;
use super::body::Content;
use super::entry::{Answer, Entry, Pairs};
use super::options;
use super::places::place;
use super::predicates::assertion;
use crate::import::call::{Auth, Body, Call, Part, origin_of};
use crate::import::draft::{Draft, Remarks, Step};
use crate::import::scope::Slot;
use crate::import::text::{quiet, word};
use crate::import::yaml::{Map, Yaml};

pub(super) fn put(mut entry: Entry, draft: &mut Draft, known: &mut Variables) {
    let mut remarks = Remarks::default();
    let mut call = call(&mut entry, draft, known);
    let options = options::apply(&entry.options, &mut call, draft, known, &mut remarks);
    let path = origin_of(&entry.url).map_or(entry.url.as_str(), |(_, path)| path);
    let path = path
        .split(['?', '#'])
        .next()
        .filter(|path| !path.is_empty())
        .unwrap_or("/");
    let name = format!("{} {path}", entry.method);
    if options.is_skipped {
        draft.lose(format!("the entry `{name}`, which is skipped"));
        return;
    }
    if matches!(&entry.body, Some(Content::Bytes(_))) {
        remarks.lose("the body, which is no text: put it into a file");
    }
    let mut step = call.step(name, draft);
    remarks.join(std::mem::take(&mut step.remarks));
    step.remarks = remarks;
    step.before = options.before;
    step.after = options.after;
    match entry.answer {
        Some(answer) => expect(answer, &mut step, draft, known),
        None => draft.note("A status of 400 or more fails a step that says nothing of it; hurl takes any."),
    }
    draft.steps.push(step);
}

fn call(entry: &mut Entry, draft: &mut Draft, known: &Variables) -> Call {
    let mut fill = |pairs: &Pairs| -> Pairs {
        pairs
            .iter()
            .map(|(name, value)| (known.filled(name, draft), known.filled(value, draft)))
            .collect()
    };
    let (mut headers, query, form) = (fill(&entry.headers), fill(&entry.query), fill(&entry.form));
    let (cookies, multipart) = (fill(&entry.cookies), fill(&entry.multipart));
    entry.url = known.filled(&entry.url, draft);
    if !cookies.is_empty() {
        let pairs: Vec<String> = cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        headers.push(("Cookie".to_owned(), pairs.join("; ")));
    }
    let basic = entry.basic.take().map(|(user, password)| Auth::Basic {
        user: known.filled(&user, draft),
        password: known.filled(&password, draft),
    });
    let body = if !form.is_empty() {
        Body::Form(form)
    } else if !multipart.is_empty() {
        Body::Multipart(multipart.into_iter().map(part).collect())
    } else {
        match &entry.body {
            None | Some(Content::Bytes(_)) => Body::Empty,
            Some(Content::Json(text)) => Body::Text(known.filled(text, draft), Some("application/json")),
            Some(Content::Xml(text)) => Body::Text(known.filled(text, draft), None),
            Some(Content::Text(text, language)) => {
                let of = match language.as_str() {
                    "json" | "graphql" => Some("application/json"),
                    "xml" => Some("application/xml"),
                    _ => None,
                };
                Body::Text(known.filled(text, draft), of)
            }
            Some(Content::File(path)) => Body::File(path.clone(), None),
        }
    };
    Call {
        method: entry.method.clone(),
        url: with_query(&entry.url, &query),
        headers,
        body,
        auth: basic,
        ..Call::default()
    }
}

/// Pairs are encoded when they are sent.
fn with_query(url: &str, query: &Pairs) -> String {
    use crate::import::text::{Piece, pieces, value};
    let encoded = |text: &str| {
        let pieces = pieces(text).into_iter().map(|piece| match piece {
            Piece::Literal(text) => crate::journey::component_encoded(text),
            Piece::Value(name) => value(name),
        });
        pieces.collect::<String>()
    };
    let mut url = url.to_owned();
    for (name, value) in query {
        let mark = if url.contains('?') { '&' } else { '?' };
        url.push_str(&format!("{mark}{}={}", encoded(name), encoded(value)));
    }
    url
}

/// `file,example.zip; application/zip`.
fn part((name, value): (String, String)) -> Part {
    let Some(file) = value.strip_prefix("file,") else {
        return Part {
            name,
            content: value,
            ..Part::default()
        };
    };
    let (path, content_type) = file.split_once(';').unwrap_or((file, ""));
    let content_type = content_type.trim();
    Part {
        name,
        content: path.trim().to_owned(),
        is_file: true,
        content_type: (!content_type.is_empty()).then(|| content_type.to_owned()),
        ..Part::default()
    }
}

fn expect(answer: Answer, step: &mut Step, draft: &mut Draft, known: &mut Variables) {
    let speaks_of_status = answer
        .asserts
        .iter()
        .any(|asserted| asserted.value.query == "status");
    match answer.status {
        Some(status) => step.assert(Map::of("status", u64::from(status))),
        None if !speaks_of_status => step.assert(Map::of("status", "100-599")),
        None => {}
    }
    match answer.version.as_str() {
        "HTTP" | "HTTP/*" => {}
        // What is asked in it is answered in it.
        "HTTP/1.1" => step.action.put("version", "1.1"),
        other => step.remarks.lose(format!(
            "the answer's version {other}: `request.version` says which one is spoken"
        )),
    }
    let mut seen = Vec::new();
    for (name, value) in &answer.headers {
        let value = known.filled(value, draft);
        let said = draft.scope.say(&value, Slot::Plain);
        let is_known = http::HeaderName::from_bytes(name.as_bytes()).is_ok();
        match said.filter(|_| is_known && !seen.contains(&name.to_ascii_lowercase())) {
            Some(said) => step.assert(Map::of("header", name.as_str()).with("equals", said)),
            None => step.remarks.lose(format!(
                "the answer's header `{name}: {}`: the first one of a name is looked at",
                quiet(name, &value)
            )),
        }
        seen.push(name.to_ascii_lowercase());
    }
    for captured in &answer.captures {
        match place(&captured.value).and_then(|place| place.capture()) {
            Some(mut capture) => {
                if captured.is_secret {
                    capture.put("secret", true);
                }
                let name = word(&captured.name);
                if !step.captures.has(&name) {
                    step.captures.put(&name, capture);
                }
                known.capture(&captured.name);
            }
            None => step.remarks.lose(format!(
                "the capture `{}: {}`: give it as an argument",
                captured.name, captured.value.line
            )),
        }
    }
    for asserted in &answer.asserts {
        match assertion(asserted, draft, known) {
            Some(assertion) => step.assert(assertion),
            None => step.remarks.lose(format!("the assert `{}`", asserted.line)),
        }
    }
    if let Some(body) = answer.body {
        expect_body(body, step, draft, known);
    }
}

fn expect_body(body: Content, step: &mut Step, draft: &mut Draft, known: &Variables) {
    let text = match body {
        Content::Json(text) => {
            let json: Option<serde_json::Value> = serde_json::from_str(&text).ok();
            match json.filter(|json| !json.is_null() && !text.contains("{{")) {
                Some(json) => step.assert(Map::of("jsonpath", "$").with("equals", Yaml::from(&json))),
                None => step
                    .remarks
                    .lose("the answer's body, which is JSON with placeholders"),
            }
            return;
        }
        Content::Xml(text) | Content::Text(text, _) => text,
        Content::File(path) => {
            return step
                .remarks
                .lose(format!("the answer's body as the file `{path}`"));
        }
        Content::Bytes(written) => return step.remarks.lose(format!("the answer's body in {written}")),
    };
    let filled = known.filled(&text, draft);
    match draft.scope.say(&filled, Slot::Plain) {
        Some(text) => step.assert(Map::of("body", true).with("equals", text)),
        None => step
            .remarks
            .lose("the answer's body, whose braces would be a placeholder"),
    }
}
