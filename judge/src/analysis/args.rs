//! Arguments: what is declared, what is given, and `{{args.name}}` filled in.

use std::collections::BTreeMap;

use super::diagnostic::{Diagnostic, did_you_mean, listed};
use super::locate::locate;
use super::node::{Kind, Node, Place};
use super::plan::Dialect;
use super::raw::metric::Argument;

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

/// Fills `{{args.name}}` into every text and key below a node.
pub(crate) fn substitute(
    node: &mut Node,
    place_of: &Place<'_>,
    values: &Values,
    report: &mut Vec<Diagnostic>,
) {
    if matches!(node.kind, Kind::Text) && node.text.contains("{{") {
        let text = filled(&node.text, values, &mut |part, found, expected| {
            let span = locate(place_of.source(), node, &part);
            report.push(problem(place_of, span, found, expected, values));
        });
        node.text = text;
        return;
    }
    match &mut node.kind {
        Kind::List(items) => items
            .iter_mut()
            .for_each(|item| substitute(item, place_of, values, report)),
        Kind::Map(entries) => {
            for entry in entries {
                if entry.key.contains("{{") {
                    let span = entry.key_span.clone();
                    entry.key = filled(&entry.key, values, &mut |_, found, expected| {
                        report.push(problem(place_of, span.clone(), found, expected, values));
                    });
                }
                substitute(&mut entry.value, place_of, values, report);
            }
        }
        _ => {}
    }
}

fn problem(
    place: &Place<'_>,
    span: std::ops::Range<usize>,
    found: String,
    expected: &str,
    values: &Values,
) -> Diagnostic {
    let word = found
        .rsplit("args.")
        .next()
        .unwrap_or_default()
        .trim_end_matches('}')
        .trim()
        .to_owned();
    Diagnostic::error(place.source(), span, found, expected)
        .with_suggestion(did_you_mean(&word, values.keys().map(String::as_str)))
}

/// The text with its placeholders filled in; `refuse` gets the bytes, what was found and what was expected.
fn filled(
    text: &str,
    values: &Values,
    refuse: &mut dyn FnMut(std::ops::Range<usize>, String, &str),
) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(start) = text[at..].find("{{").map(|found| at + found) {
        filled.push_str(&text[at..start]);
        let Some(end) = text[start + 2..].find("}}").map(|found| start + 2 + found) else {
            let rest = &text[start + 2..];
            let found =
                format!("Cannot find end tag=\"}}}}\" in the template={text:?} starting from {rest:?}");
            refuse(start..text.len(), found, "`}}` after the name");
            at = start;
            break;
        };
        let tag = &text[start + 2..end];
        let known = tag.trim().strip_prefix("args.").and_then(|name| values.get(name));
        match known {
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
