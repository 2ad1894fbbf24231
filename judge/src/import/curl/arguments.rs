//! Words as options with their arguments, as curl's `getparameter` reads them.

use std::ops::Range;
use std::sync::Arc;

use super::options::{self, Known};
use super::words::Word;
use crate::analysis::{Diagnostic, Source, did_you_mean};
use crate::import::text::has_value;

/// An option that was given; a URL without an option is `url`.
#[derive(Clone, Debug)]
pub(super) struct Given {
    pub(super) name: &'static str,
    pub(super) is_off: bool,
    /// Empty for options that stand alone.
    pub(super) value: String,
}

pub(super) fn given(source: &Arc<Source>, words: &[Word]) -> Result<Vec<Given>, Vec<Diagnostic>> {
    let mut given = Vec::new();
    let mut words = words.iter();
    let mut only_urls = false;
    while let Some(word) = words.next() {
        let span = word.span.clone();
        let is_option =
            word.text.starts_with('-') && word.text.len() > 1 && !only_urls && !has_value(&word.text[..1]);
        if !is_option {
            given.push(of("url", word.text.clone()));
            continue;
        }
        if word.text == "--" {
            only_urls = true;
            continue;
        }
        let mut next = |known: Known| match words.next() {
            Some(word) => Ok(word.text.clone()),
            None => Err(super::refused(
                source,
                span.clone(),
                format!("`--{}` without an argument", known.name),
                "what it takes",
            )),
        };
        if let Some(name) = word.text.strip_prefix("--") {
            let (name, inline) = match name.split_once('=') {
                Some((before, value)) if options::long(name).is_none() => (before, Some(value)),
                _ => (name, None),
            };
            let known = options::long(name).ok_or_else(|| unknown(source, &span, name))?;
            let value = match (known.takes_argument, inline) {
                (false, _) => String::new(),
                (true, Some(value)) => value.to_owned(),
                (true, None) => next(known)?,
            };
            given.push(Given {
                is_off: known.is_off,
                ..of(known.name, value)
            });
            continue;
        }
        letters(source, word, &mut next, &mut given)?;
    }
    Ok(given)
}

/// Letters behind one dash: those that stand alone, then perhaps one with its argument.
fn letters(
    source: &Arc<Source>,
    word: &Word,
    next: &mut dyn FnMut(Known) -> Result<String, Vec<Diagnostic>>,
    given: &mut Vec<Given>,
) -> Result<(), Vec<Diagnostic>> {
    let letters = &word.text[1..];
    for (at, letter) in letters.char_indices() {
        let known = options::short(letter).ok_or_else(|| unknown(source, &word.span, &letter.to_string()))?;
        let rest = &letters[at + letter.len_utf8()..];
        if !known.takes_argument {
            given.push(Given {
                is_off: known.is_off,
                ..of(known.name, String::new())
            });
            continue;
        }
        let value = if rest.is_empty() {
            next(known)?
        } else {
            rest.to_owned()
        };
        given.push(of(known.name, value));
        break;
    }
    Ok(())
}

fn of(name: &'static str, value: String) -> Given {
    Given {
        name,
        is_off: false,
        value,
    }
}

fn unknown(source: &Arc<Source>, span: &Range<usize>, name: &str) -> Vec<Diagnostic> {
    let similar = did_you_mean(name, options::names());
    let found = format!("the option `{name}`, which curl does not have");
    let expected = match similar {
        Some(similar) => format!("an option of curl, such as `--{similar}`"),
        None => "an option of curl 8.11".to_owned(),
    };
    super::refused(source, span.clone(), found, expected)
}
