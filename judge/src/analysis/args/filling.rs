//! `{{args.name}}` filled in.

use super::Values;
use crate::analysis::diagnostic::{Diagnostic, SHOWN_PER_FILE_MAX, did_you_mean};
use crate::analysis::locate::locate;
use crate::analysis::node::{Kind, Node, Place};
use crate::analysis::source::Span;

/// Bytes of all texts of a run after arguments are filled in: a long value in many places would grow without end.
const FILLED_BYTES_MAX: usize = 1024 * 1024;
/// Problems after which further placeholders are not told.
const PROBLEMS_MAX: usize = 2 * SHOWN_PER_FILE_MAX;

/// Fills `{{args.name}}` into texts and keys.
pub(crate) struct Filling<'a, 'r> {
    values: &'a Values,
    place: Place<'a>,
    /// What filled texts may still take.
    bytes_left: usize,
    /// Placeholders of other names stay: they are filled in later.
    keeps_others: bool,
    report: &'r mut Vec<Diagnostic>,
}

impl<'a, 'r> Filling<'a, 'r> {
    /// For the texts of one document.
    pub(crate) fn new(values: &'a Values, place: Place<'a>, report: &'r mut Vec<Diagnostic>) -> Self {
        Self {
            values,
            place,
            bytes_left: FILLED_BYTES_MAX,
            keeps_others: false,
            report,
        }
    }

    /// Leaves placeholders alone that are not of arguments.
    pub(crate) fn keeping_others(self) -> Self {
        Self {
            keeps_others: true,
            ..self
        }
    }

    /// Fills everything below a node.
    pub(crate) fn fill(&mut self, node: &mut Node) {
        if matches!(node.kind, Kind::Text) && node.text.contains("{{") {
            let spelled = node.clone();
            let source = self.place.source();
            node.text = self.text(&spelled.text, &|part| locate(source, &spelled, part));
            return;
        }
        match &mut node.kind {
            Kind::List(items) => items.iter_mut().for_each(|item| self.fill(item)),
            Kind::Map(entries) => {
                for entry in entries {
                    if entry.key.contains("{{") {
                        let span = entry.key_span.clone();
                        entry.key = self.text(&entry.key, &|_| span.clone());
                    }
                    self.fill(&mut entry.value);
                }
            }
            _ => {}
        }
    }

    /// One text filled in; `located` tells where a part of it stands.
    fn text(&mut self, text: &str, located: &dyn Fn(&Span) -> Span) -> String {
        let mut problems = Vec::new();
        // Finding a place takes time, and more problems than are shown need none.
        let problems_max = PROBLEMS_MAX.saturating_sub(self.report.len());
        let filled = filled(
            text,
            self.values,
            (self.bytes_left, self.keeps_others),
            &mut |part, found, expected| {
                if problems.len() < problems_max {
                    problems.push(self.problem(located(&part), found, expected));
                }
            },
        );
        self.bytes_left = self.bytes_left.saturating_sub(filled.len());
        self.report.append(&mut problems);
        filled
    }

    fn problem(&self, span: Span, found: String, expected: &str) -> Diagnostic {
        let is_braced = found.contains("{{{");
        let word = found
            .rsplit("args.")
            .next()
            .unwrap_or_default()
            .trim_end_matches('}')
            .trim()
            .to_owned();
        let names = self.values.keys().map(String::as_str);
        let problem = Diagnostic::error(self.place.source(), span, found, expected)
            .with_suggestion(did_you_mean(&word, names));
        if is_braced {
            problem.with_help("a brace in front needs a blank: `{ {{args.name}} }`")
        } else {
            problem
        }
    }
}

/// The text with its placeholders filled in; `refuse` gets the bytes, what was found and what was expected.
/// Placeholders that cannot be filled in stay.
fn filled(
    text: &str,
    values: &Values,
    (bytes_max, keeps_others): (usize, bool),
    refuse: &mut dyn FnMut(Span, String, &str),
) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(start) = text[at..].find("{{").map(|found| at + found) {
        filled.push_str(&text[at..start]);
        at = start;
        let Some(end) = text[start + 2..].find("}}").map(|found| start + 2 + found) else {
            if keeps_others {
                break;
            }
            let rest = &text[start + 2..];
            let found =
                format!("Cannot find end tag=\"}}}}\" in the template={text:?} starting from {rest:?}");
            refuse(start..text.len(), found, "`}}` after the name");
            break;
        };
        let tag = &text[start + 2..end];
        let argument = tag.trim().strip_prefix("args.");
        match argument.and_then(|name| values.get(name)) {
            Some(Some(value)) if filled.len() + value.len() > bytes_max => {
                let found = format!("more than {FILLED_BYTES_MAX} bytes after arguments are filled in");
                refuse(start..end + 2, found, "shorter values, or fewer places for them");
                break;
            }
            Some(Some(value)) => filled.push_str(value),
            Some(None) => filled.push_str(&text[start..end + 2]),
            None if keeps_others && argument.is_none() => filled.push_str(&text[start..end + 2]),
            None => {
                let found = format!("failed to resolve {{{{{tag}}}}}");
                refuse(
                    start..end + 2,
                    found,
                    "an argument that `spec.args` declares, as `{{args.name}}`",
                );
                filled.push_str(&text[start..end + 2]);
            }
        }
        at = end + 2;
    }
    filled.push_str(&text[at..]);
    filled
}
