use http::{HeaderName, HeaderValue};

use crate::analysis::Span;
use crate::blackbox::http::{Given, HeaderRule};
use crate::blackbox::modules::fields::Fields;

/// What headers must hold, or must not.
pub(super) fn rules(fields: &mut Fields<'_>, key: &'static str, fails_if_matches: bool) -> Vec<HeaderRule> {
    let items = fields.items(key);
    let rule = |item| {
        let mut fields = fields.within(Some(item));
        let name = fields.text("header").unwrap_or_default();
        let regex = fields.regex("regexp");
        let may_miss = fields.flag("allow_missing", false);
        if regex.is_none() && !fields.has("regexp") {
            fields.refuse_here("a rule without `regexp`", "`regexp` and `header`");
        }
        let header = HeaderName::from_bytes(name.to_ascii_lowercase().as_bytes());
        if header.is_err() {
            fields.refuse("header", format!("the header {name:?}"), "the name of a header");
        }
        fields.finish();
        Some(HeaderRule {
            header: header.ok()?,
            regex: regex?,
            may_miss,
            fails_if_matches,
        })
    };
    items.iter().filter_map(rule).collect()
}

/// What is sent.
pub(super) fn sent(fields: &mut Fields<'_>) -> Vec<(HeaderName, Given)> {
    let mut headers = Vec::new();
    let plain = fields.map("headers");
    for entry in plain.map_or(&[][..], |node| node.entries()) {
        let Some(value) = fields.text_of("headers", &entry.value) else {
            continue;
        };
        header(fields, &entry.key, &value, entry.value.span.clone(), &mut headers);
    }
    let node = fields.map("http_headers");
    for entry in node.map_or(&[][..], |node| node.entries()) {
        let mut of_one = fields.within(Some(&entry.value));
        for key in ["values", "secrets"] {
            for item in of_one.items(key) {
                let Some(value) = of_one.text_of(key, item) else {
                    continue;
                };
                header(&mut of_one, &entry.key, &value, item.span.clone(), &mut headers);
            }
        }
        for path in of_one.texts("files") {
            if let Some(name) = header_name(&mut of_one, &entry.key) {
                headers.push((name, Given::File(path)));
            }
        }
        of_one.finish();
    }
    headers
}

fn header(
    fields: &mut Fields<'_>,
    name: &str,
    value: &str,
    span: Span,
    headers: &mut Vec<(HeaderName, Given)>,
) {
    let Some(name) = header_name(fields, name) else {
        return;
    };
    match HeaderValue::from_str(value) {
        Ok(value) => headers.push((name, Given::Value(value))),
        Err(_) => {
            let found = format!("a value of the header `{name}` that cannot be sent");
            fields.refuse_at(span, found, "text without line ends");
        }
    }
}

fn header_name(fields: &mut Fields<'_>, name: &str) -> Option<HeaderName> {
    let read = HeaderName::from_bytes(name.to_ascii_lowercase().as_bytes());
    if read.is_err() {
        fields.refuse_here(&format!("the header {name:?}"), "a name that headers can have");
    }
    read.ok()
}
