//! What placeholders may name, and texts made of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value;

use crate::analysis::diagnostic::{Diagnostic, did_you_mean, listed};
use crate::analysis::locate::locate;
use crate::analysis::node::{Kind, Node, Place};
use crate::analysis::plan::journey::{JsonTemplate, Piece, Reference, Template};
use crate::analysis::source::Span;
use crate::analysis::validate::Checks;

/// Names that captured values cannot have, since they name something else.
pub(super) const RESERVED: [&str; 7] = ["args", "vars", "data", "account", "run", "steps", "result"];
const RUN: [&str; 3] = ["run.id", "run.tag", "run.idempotencyKey"];

/// Columns of rows.
#[derive(Clone, Debug)]
pub(super) enum Columns {
    /// There are no rows.
    Absent,
    /// They could not be read, which has been told.
    Unknown,
    /// Those of all rows.
    Known(BTreeSet<String>),
}

/// What is known at one place of the journey.
#[derive(Clone, Debug)]
pub(super) struct Names {
    pub(super) data: Columns,
    pub(super) account: Columns,
    /// What the steps before have captured.
    pub(super) captured: BTreeSet<Arc<str>>,
    /// What any step captures, with the first one that does.
    pub(super) anywhere: BTreeMap<String, String>,
    /// Names of the steps before.
    pub(super) steps: BTreeSet<String>,
}

/// Why a name is not known: what was found, what is expected, a word like it.
pub(super) struct Unknown {
    pub(super) found: String,
    pub(super) expected: String,
    pub(super) similar: Option<String>,
}

impl Names {
    fn reference(&self, name: &str) -> Result<Reference, Unknown> {
        match name.split_once('.') {
            Some(("data", column)) => {
                column_of(&self.data, "data", column).map(|()| Reference::Data(column.into()))
            }
            Some(("account", column)) => {
                column_of(&self.account, "accounts", column).map(|()| Reference::Account(column.into()))
            }
            Some(("run", _)) => match name {
                "run.id" => Ok(Reference::RunId),
                "run.tag" => Ok(Reference::RunTag),
                "run.idempotencyKey" => Ok(Reference::IdempotencyKey),
                _ => Err(Unknown {
                    found: format!("unknown `{{{{{name}}}}}`"),
                    expected: listed(RUN),
                    similar: did_you_mean(name, RUN).map(str::to_owned),
                }),
            },
            _ => self.captured(name).map(|()| Reference::Captured(name.into())),
        }
    }

    pub(super) fn captured(&self, name: &str) -> Result<(), Unknown> {
        if self.captured.contains(name) {
            return Ok(());
        }
        if let Some(step) = self.anywhere.get(name) {
            return Err(Unknown {
                found: format!("`{name}`, which is not captured before: step `{step}` captures it"),
                expected: "a value that a step before this one captures".into(),
                similar: None,
            });
        }
        let names = || self.captured.iter().map(AsRef::as_ref);
        Err(Unknown {
            found: format!("`{name}`, which is captured nowhere"),
            expected: if self.captured.is_empty() {
                "`args.…`, `data.…`, `account.…`, `run.…`, or what a step before captures: none does".into()
            } else {
                format!(
                    "`args.…`, `data.…`, `account.…`, `run.…`, or captured before: {}",
                    listed(names())
                )
            },
            similar: did_you_mean(name, names()).map(str::to_owned),
        })
    }
}

pub(super) fn column_of(columns: &Columns, field: &str, column: &str) -> Result<(), Unknown> {
    match columns {
        Columns::Unknown => Ok(()),
        Columns::Known(known) if known.contains(column) => Ok(()),
        Columns::Known(known) => Err(Unknown {
            found: format!("unknown column `{column}`"),
            expected: format!(
                "a column of `{field}`: {}",
                listed(known.iter().map(String::as_str))
            ),
            similar: did_you_mean(column, known.iter().map(String::as_str)).map(str::to_owned),
        }),
        Columns::Absent => Err(Unknown {
            found: format!("the column `{column}`, but the journey has no `{field}`"),
            expected: format!("`{field}` with rows that have this column"),
            similar: None,
        }),
    }
}

/// A text with placeholders.
pub(super) fn template(checks: &mut Checks<'_>, names: &Names, place: &Place<'_>, text: &str) -> Template {
    let mut pieces = Vec::new();
    let mut plain = String::new();
    let mut at = 0;
    while let Some(start) = text[at..].find("{{").map(|found| at + found) {
        plain.push_str(&text[at..start]);
        at = start;
        let Some(end) = text[start + 2..].find("}}").map(|found| start + 2 + found) else {
            refuse_part(
                checks,
                place,
                &(start..text.len()),
                "`{{` without an end".into(),
                "`}}` after the name",
                None,
            );
            break;
        };
        let name = text[start + 2..end].trim();
        at = end + 2;
        if name.starts_with("args.") {
            // Without a value in a draft; otherwise it has been told.
            plain.push_str(&text[start..at]);
            continue;
        }
        match names.reference(name) {
            Ok(reference) => {
                if !plain.is_empty() {
                    pieces.push(Piece::Text(std::mem::take(&mut plain)));
                }
                pieces.push(Piece::Value(reference));
            }
            Err(unknown) => {
                let similar = unknown.similar.as_deref();
                refuse_part(
                    checks,
                    place,
                    &(start..at),
                    unknown.found,
                    &unknown.expected,
                    similar,
                );
            }
        }
    }
    plain.push_str(&text[at..]);
    if !plain.is_empty() {
        pieces.push(Piece::Text(plain));
    }
    Template { pieces }
}

pub(super) fn refuse_part(
    checks: &mut Checks<'_>,
    place: &Place<'_>,
    part: &Span,
    found: String,
    expected: &str,
    similar: Option<&str>,
) {
    let span = place
        .node()
        .map_or_else(|| place.span(), |node| locate(place.source(), node, part));
    let problem = Diagnostic::error(place.source(), span, found, expected);
    checks.report.push(problem.with_suggestion(similar));
}

/// JSON whose texts are templates.
pub(super) fn json(checks: &mut Checks<'_>, names: &Names, place: &Place<'_>) -> JsonTemplate {
    let Some(node) = place.node() else {
        return constant(Value::Null);
    };
    if !has_placeholder(node) {
        return constant(node.to_json());
    }
    match &node.kind {
        Kind::List(items) => JsonTemplate::List(
            (0..items.len())
                .map(|at| json(checks, names, &place.item(at)))
                .collect(),
        ),
        Kind::Map(entries) => {
            let mut map = Vec::new();
            for entry in entries {
                if entry.key.contains("{{") && !checks.draft {
                    checks.report.push(Diagnostic::error(
                        place.source(),
                        entry.key_span.clone(),
                        "a placeholder in a key",
                        "placeholders in values only",
                    ));
                }
                map.push((entry.key.clone(), json(checks, names, &place.field(&entry.key))));
            }
            JsonTemplate::Map(map)
        }
        _ => {
            let template = template(checks, names, place, &node.text);
            match template.constant() {
                Some(text) => constant(Value::from(text)),
                None => JsonTemplate::Text(template),
            }
        }
    }
}

fn has_placeholder(node: &Node) -> bool {
    match &node.kind {
        Kind::List(items) => items.iter().any(has_placeholder),
        Kind::Map(entries) => {
            let mut entries = entries.iter();
            entries.any(|entry| entry.key.contains("{{") || has_placeholder(&entry.value))
        }
        _ => node.text.contains("{{"),
    }
}

pub(super) fn constant(value: Value) -> JsonTemplate {
    let text = Bytes::from(value.to_string());
    JsonTemplate::Constant { value, text }
}

/// A text that is known when the journey is made: `None` while it waits for an argument, and when it holds another
/// placeholder.
pub(super) fn plain<'t>(checks: &mut Checks<'_>, place: &Place<'_>, text: &'t str) -> Option<&'t str> {
    if checks.is_open(text) {
        return None;
    }
    if text.contains("{{") {
        checks.refuse(
            place,
            "a placeholder where nothing can be filled in while the journey runs",
            "a text, with `{{args.…}}` at most",
        );
        return None;
    }
    Some(text)
}
