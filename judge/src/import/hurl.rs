//! hurl's files: a Journey for each, a step for each entry.
//!
//! The format is that of hurl 7 (docs/spec/grammar/hurl.grammar, docs/*.md).

mod body;
mod cursor;
mod entry;
mod expect;
mod options;
mod places;
mod predicates;
mod step;
mod words;

pub(super) use self::places::is_regex;

use std::collections::BTreeSet;
use std::sync::Arc;

use self::cursor::Cursor;
use super::draft::Draft;
use super::text::{of_braces, word};
use crate::analysis::plan::journey::is_credential;
use crate::analysis::{Diagnostic, Source};

pub(super) fn read(source: &Arc<Source>) -> Result<Vec<Draft>, Vec<Diagnostic>> {
    let mut cursor = Cursor::new(source);
    let mut draft = Draft::new(stem(source.name()));
    let mut known = Variables::default();
    loop {
        cursor.skip_lines();
        if cursor.is_at_end() {
            break;
        }
        let entry = entry::entry(&mut cursor)?;
        step::put(entry, &mut draft, &mut known);
    }
    Ok(if draft.steps.is_empty() {
        Vec::new()
    } else {
        vec![draft]
    })
}

/// A file's name without its folder and its ending.
fn stem(name: &str) -> &str {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    match name.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem,
        _ if name == "-" => "hurl",
        _ => name,
    }
}

/// What `{{name}}` means at one place of the file.
#[derive(Debug, Default)]
pub(super) struct Variables {
    captured: BTreeSet<String>,
}

impl Variables {
    pub(super) fn capture(&mut self, name: &str) {
        self.captured.insert(name.to_owned());
    }

    /// The text with its placeholders: what was captured before, and arguments.
    pub(super) fn filled(&self, text: &str, draft: &mut Draft) -> String {
        of_braces(text, |name| {
            if self.captured.contains(name) {
                return Some(word(name));
            }
            let is_name = name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
            match name {
                "newUuid" => Some("run.id".to_owned()),
                _ if name.is_empty() || !is_name => None,
                _ if is_credential(name) => Some(draft.scope.secret_arg(
                    name,
                    None,
                    &format!("the variable `{name}`"),
                )),
                _ => Some(draft.scope.arg(name, None)),
            }
        })
    }
}
