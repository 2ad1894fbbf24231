//! curl's command lines: each one is a Journey, each URL of it a step.
//!
//! Options and what they do are those of curl 8.11 (docs/cmdline-opts); words are read as a POSIX shell and bash's `$'...'`
//! read them (POSIX.1-2017, Shell Command Language, 2.2).

mod address;
mod apply;
mod arguments;
mod data;
mod glob;
mod options;
mod requests;
mod transfer;
mod words;

use std::sync::Arc;

use self::words::{Line, lines};
use super::draft::Draft;
use super::refused;
use super::text::{quiet_line, shown};
use crate::analysis::{Diagnostic, Source};

pub(super) fn read(source: &Arc<Source>) -> Result<Vec<Draft>, Vec<Diagnostic>> {
    let lines = lines(source)?;
    let mut drafts: Vec<Draft> = Vec::new();
    let mut before = Vec::new();
    for line in &lines {
        match commands_of(line) {
            Some(words) => {
                let mut draft = transfer::draft(source, words)?;
                for other in before.drain(..) {
                    draft.lose(other);
                }
                drafts.push(draft);
            }
            None => {
                let words: Vec<String> = line.words.iter().map(|word| shown(&word.text)).collect();
                let other = format!("`{}`, which is no curl command", quiet_line(&words.join(" ")));
                match drafts.last_mut() {
                    Some(draft) => draft.lose(other),
                    None => before.push(other),
                }
            }
        }
    }
    if drafts.is_empty() {
        let text = source.text();
        let start = text.len() - text.trim_start().len();
        let end = text[start..]
            .find(char::is_whitespace)
            .map_or(text.len(), |at| start + at);
        return Err(refused(
            source,
            start..end,
            "no curl command",
            "`curl https://...`",
        ));
    }
    Ok(drafts)
}

/// The words after `curl`, if this is a command of it; a prompt and variables may stand before.
fn commands_of(line: &Line) -> Option<&[words::Word]> {
    let is_before = |word: &words::Word| {
        matches!(word.text.as_str(), "$" | "%" | ">" | "sudo" | "time" | "command")
            || word.text.split_once('=').is_some_and(|(name, _)| {
                !name.is_empty()
                    && name
                        .bytes()
                        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            })
    };
    let at = line.words.iter().position(|word| !is_before(word))?;
    let program = line.words[at].text.rsplit(['/', '\\']).next()?;
    matches!(program, "curl" | "curl.exe").then(|| &line.words[at + 1..])
}
