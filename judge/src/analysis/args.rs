//! Arguments: what is declared, what is given, and `{{args.name}}` filled in.

use std::collections::BTreeMap;

use super::diagnostic::{Diagnostic, did_you_mean, listed};
use super::locate::locate;
use super::node::{Kind, Node, Place};
use super::plan::Dialect;
use super::raw::metric::Argument;
use super::source::Span;

/// Bytes of all texts of a run after arguments are filled in: a long value in many places would grow without end.
pub(crate) const FILLED_BYTES_MAX: usize = 4 * 1024 * 1024;
/// What stands in place of a secret, as in Argo.
const MASK: &str = "*****";

/// What is given from outside.
#[derive(Clone, Debug, Default)]
pub struct Inputs {
    /// Values by argument name; they win over defaults.
    pub args: BTreeMap<String, String>,
    /// Values of `valueFrom.secretKeyRef` by `secret/key`.
    pub secrets: BTreeMap<String, String>,
}

/// Arguments with their values; `None` is an argument without a value in a draft, whose placeholders stay.
pub(crate) type Values = BTreeMap<String, Option<String>>;

/// An argument and where it is declared.
pub(crate) struct Declared<'a> {
    pub(crate) argument: Argument,
    pub(crate) place: Place<'a>,
}

/// Adds an argument of a further template to those of earlier ones.
pub(crate) fn declare<'a>(
    declared: &mut Vec<Declared<'a>>,
    argument: Argument,
    place: Place<'a>,
    report: &mut Vec<Diagnostic>,
) {
    let Some(known) = declared
        .iter_mut()
        .find(|known| known.argument.name == argument.name)
    else {
        declared.push(Declared { argument, place });
        return;
    };
    match (&known.argument.value, &argument.value) {
        (Some(first), Some(second)) if first != second => {
            let name = &argument.name;
            let found = format!(
                "Argument `{name}` specified multiple times with different values: '{first}', '{second}'"
            );
            report.push(place.error(found, format!("one value for `{name}`")));
        }
        (None, Some(_)) => known.argument.value = argument.value,
        _ => {}
    }
    if known.argument.value_from.is_none() {
        known.argument.value_from = argument.value_from;
    }
}

/// The value of each declared argument. In a draft an argument may go without.
pub(crate) fn fill(
    declared: &[Declared<'_>],
    inputs: &Inputs,
    draft: bool,
    report: &mut Vec<Diagnostic>,
) -> Values {
    let mut values = Values::new();
    for Declared { argument, place } in declared {
        let value = value_of(argument, place, inputs);
        if let Err(problem) = &value
            && !draft
        {
            report.push(problem.clone());
        }
        values.insert(argument.name.clone(), value.ok());
    }
    values
}

fn value_of(argument: &Argument, place: &Place<'_>, inputs: &Inputs) -> Result<String, Diagnostic> {
    let name = &argument.name;
    if let Some(value) = inputs.args.get(name).or(argument.value.as_ref()) {
        return Ok(value.clone());
    }
    let given = format!("a value: `--arg {name}=...`, or `value` here");
    let Some(from) = &argument.value_from else {
        return Err(place.error(format!("args.{name} was not resolved"), given));
    };
    if let Some(secret) = &from.secret_key_ref {
        let (secret, key) = (&secret.name, &secret.key);
        return inputs
            .secrets
            .get(&format!("{secret}/{key}"))
            .cloned()
            .ok_or_else(|| {
                let found = format!(
                    "args.{name} was not resolved: key `{key}` of secret `{secret}` is not available here"
                );
                place.error(found, format!("the secret's value: `--arg {name}=...`"))
            });
    }
    if from.field_ref.is_some() {
        let found = format!("argument \"{name}\" was not supplied");
        return Err(place
            .error(found, given)
            .with_help("`fieldRef` reads a Rollout, and there is none here"));
    }
    Err(place.error(format!("args.{name} was not resolved"), given))
}

/// Hides the values of secrets in what is said about the texts that they were filled into.
pub(crate) fn mask(declared: &[Declared<'_>], inputs: &Inputs, report: &mut [Diagnostic]) {
    let is_secret = |known: &&Declared<'_>| {
        known
            .argument
            .value_from
            .as_ref()
            .is_some_and(|from| from.secret_key_ref.is_some())
    };
    let given = declared
        .iter()
        .filter(is_secret)
        .filter_map(|known| inputs.args.get(&known.argument.name))
        .chain(inputs.secrets.values());
    for secret in given.filter(|secret| !secret.is_empty()) {
        for diagnostic in &mut *report {
            diagnostic.found = diagnostic.found.replace(secret.as_str(), MASK);
        }
    }
}

/// Reports given arguments that nobody declared.
pub(crate) fn refuse_unknown(
    declared: &[Declared<'_>],
    inputs: &Inputs,
    dialect: Dialect,
    spec: &Place<'_>,
    report: &mut Vec<Diagnostic>,
) {
    let names = || declared.iter().map(|known| known.argument.name.as_str());
    let expected = if declared.is_empty() {
        "no `--arg`: this analysis declares no arguments".to_owned()
    } else {
        listed(names())
    };
    for given in inputs
        .args
        .keys()
        .filter(|given| !names().any(|name| name == *given))
    {
        let found = format!("`--arg {given}=...` for an argument that is not declared");
        let unknown = spec
            .field("args")
            .error(found, expected.clone())
            .with_suggestion(did_you_mean(given, names()));
        // Argo drops them silently, since one Rollout gives its arguments to several templates.
        report.push(if dialect == Dialect::Argo {
            unknown.into_warning()
        } else {
            unknown
        });
    }
}

/// Fills `{{args.name}}` into texts and keys.
pub(crate) struct Filling<'a, 'r> {
    pub(crate) values: &'a Values,
    pub(crate) place: Place<'a>,
    /// What filled texts may still take.
    pub(crate) bytes_left: usize,
    pub(crate) report: &'r mut Vec<Diagnostic>,
}

impl Filling<'_, '_> {
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
        let filled = filled(
            text,
            self.values,
            self.bytes_left,
            &mut |part, found, expected| {
                problems.push(self.problem(located(&part), found, expected));
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
    bytes_max: usize,
    refuse: &mut dyn FnMut(Span, String, &str),
) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(start) = text[at..].find("{{").map(|found| at + found) {
        filled.push_str(&text[at..start]);
        at = start;
        let Some(end) = text[start + 2..].find("}}").map(|found| start + 2 + found) else {
            let rest = &text[start + 2..];
            let found =
                format!("Cannot find end tag=\"}}}}\" in the template={text:?} starting from {rest:?}");
            refuse(start..text.len(), found, "`}}` after the name");
            break;
        };
        let tag = &text[start + 2..end];
        match tag.trim().strip_prefix("args.").and_then(|name| values.get(name)) {
            Some(Some(value)) if filled.len() + value.len() > bytes_max => {
                let found = format!("more than {FILLED_BYTES_MAX} bytes after arguments are filled in");
                refuse(start..end + 2, found, "shorter values, or fewer places for them");
                break;
            }
            Some(Some(value)) => filled.push_str(value),
            Some(None) => filled.push_str(&text[start..end + 2]),
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
