use std::collections::BTreeSet;

use super::fields::Fields;
use super::tls;
use crate::blackbox::expand::Template;
use crate::blackbox::{Tcp, Turn};

pub(super) fn read(mut fields: Fields<'_>) -> Option<Tcp> {
    fields.lacks(
        "source_ip_address",
        "a source address",
        "nothing: the system chooses one",
    );
    let addressing = fields.addressing();
    let has_tls = fields.flag("tls", false);
    let items = fields.items("query_response");
    let turns = items.iter().map(|item| turn(fields.within(Some(item)))).collect();
    let tls = tls::read(&mut fields);
    fields.finish();
    Some(Tcp {
        addressing,
        has_tls,
        tls,
        turns,
    })
}

fn turn(mut fields: Fields<'_>) -> Turn {
    fields.lacks("expect_bytes", "bytes that are no text", "`expect`");
    let expect = fields.text("expect").filter(|text| !text.is_empty());
    let expect = expect.and_then(|text| {
        let read = regex::Regex::new(&text);
        if read.is_err() {
            fields.refuse(
                "expect",
                "no regular expression",
                "an expression as RE2 has them, without look-around",
            );
        }
        read.ok()
    });
    let send = fields.text("send").filter(|text| !text.is_empty());
    let mut names = BTreeSet::new();
    let mut labels = Vec::new();
    for item in fields.items("labels") {
        let mut label = fields.within(Some(item));
        let name = label.text("name").unwrap_or_default();
        let value = label.text("value").unwrap_or_default();
        let is_label = name.starts_with(|char: char| char.is_ascii_alphabetic() || char == '_')
            && name
                .chars()
                .all(|char| char.is_ascii_alphanumeric() || char == '_');
        if !is_label || !names.insert(name.clone()) {
            label.refuse(
                "name",
                format!("the label {name:?}"),
                "a name of its own of letters, digits and `_`",
            );
        }
        label.finish();
        labels.push((name, value));
    }
    let starts_tls = fields.flag("starttls", false);
    fields.finish();
    let template = |text: String| match &expect {
        Some(regex) => Template::of(&text, regex),
        // Nothing was matched whose groups could be meant.
        None => Template::plain(&text),
    };
    Turn {
        send: send.map(&template),
        labels: labels
            .into_iter()
            .map(|(name, value)| (name, template(value)))
            .collect(),
        starts_tls,
        expect,
    }
}
