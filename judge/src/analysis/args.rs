//! Arguments: what is declared, what is given, and `{{args.name}}` filled in.

mod circle;
mod filling;

pub(crate) use filling::Filling;

use std::collections::BTreeMap;

use super::diagnostic::{Diagnostic, did_you_mean, listed};
use super::node::Place;
use super::plan::{Dialect, FilledSecrets};
use super::raw::metric::{Argument, SecretKeyRef};

/// What is given from outside.
#[derive(Clone, Default)]
pub struct Inputs {
    /// Values by argument name; they win over defaults.
    pub args: BTreeMap<String, String>,
    /// Values of `valueFrom.secretKeyRef` by `secret/key`.
    pub secrets: BTreeMap<String, String>,
}

impl std::fmt::Debug for Inputs {
    /// Without the values of secrets.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let secrets: Vec<&String> = self.secrets.keys().collect();
        let mut shown = formatter.debug_struct("Inputs");
        shown
            .field("args", &self.args)
            .field("secrets", &secrets)
            .finish()
    }
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
            report.push((**problem).clone());
        }
        values.insert(argument.name.clone(), value.ok());
    }
    for Declared { argument, place } in declared {
        if let Some(circle) = circle::through(&argument.name, &values) {
            let found = format!("arguments that refer to themselves: {}", circle.join(" -> "));
            report.push(place.error(
                found,
                "values without `{{args...}}`: they are not filled in again",
            ));
        }
    }
    values
}

fn value_of(argument: &Argument, place: &Place<'_>, inputs: &Inputs) -> Result<String, Box<Diagnostic>> {
    let name = &argument.name;
    if let Some(value) = inputs.args.get(name).or(argument.value.as_ref()) {
        return Ok(value.clone());
    }
    let given = format!("a value: `--arg {name}=...`, or `value` here");
    let Some(from) = &argument.value_from else {
        return Err(place.error(format!("args.{name} was not resolved"), given).into());
    };
    if let Some(secret) = &from.secret_key_ref {
        return secret_of(secret, inputs).map_err(|found| {
            let (name, key) = (&secret.name, &secret.key);
            let expected =
                format!("the secret's value: `--secret {name}/{key}=@FILE`, or `--secrets FOLDER`");
            place.error(found, expected).into()
        });
    }
    if from.field_ref.is_some() {
        let found = format!("argument \"{name}\" was not supplied");
        return Err(place
            .error(found, given)
            .with_help("`fieldRef` reads a Rollout, and there is none here")
            .into());
    }
    Err(place.error(format!("args.{name} was not resolved"), given).into())
}

/// The value, or what Kubernetes says when it is not there.
fn secret_of(wanted: &SecretKeyRef, inputs: &Inputs) -> Result<String, String> {
    let SecretKeyRef { name, key } = wanted;
    if let Some(value) = inputs.secrets.get(&format!("{name}/{key}")) {
        return Ok(value.clone());
    }
    let mut known = inputs.secrets.keys().filter_map(|known| known.split_once('/'));
    Err(if known.any(|(known, _)| known == name) {
        format!("key '{key}' does not exist in secret '{name}'")
    } else {
        format!("secrets \"{name}\" not found")
    })
}

fn is_secret(declared: &Declared<'_>) -> bool {
    let from = declared.argument.value_from.as_ref();
    from.is_some_and(|from| from.secret_key_ref.is_some())
}

/// The values that must be shown nowhere.
pub(crate) fn secrets(declared: &[Declared<'_>], inputs: &Inputs) -> FilledSecrets {
    let given = declared
        .iter()
        .filter(|declared| is_secret(declared))
        .filter_map(|known| inputs.args.get(&known.argument.name))
        .chain(inputs.secrets.values());
    FilledSecrets::new(given.cloned())
}

/// Hides the values of secrets in what is said about the texts that they were filled into.
pub(crate) fn mask(secrets: &FilledSecrets, report: &mut [Diagnostic]) {
    for diagnostic in report {
        for text in [&mut diagnostic.found].into_iter().chain(&mut diagnostic.help) {
            *text = secrets.masked(std::mem::take(text));
        }
    }
}

/// The arguments as an AnalysisRun has them: values, and references to secrets instead of their values.
pub(crate) fn as_of_run(declared: &[Declared<'_>], values: &Values) -> serde_json::Value {
    let argument = |known: &Declared<'_>| {
        let name = &known.argument.name;
        match known
            .argument
            .value_from
            .as_ref()
            .and_then(|from| from.secret_key_ref.as_ref())
        {
            Some(SecretKeyRef { name: secret, key }) => {
                serde_json::json!({"name": name, "valueFrom": {"secretKeyRef": {"name": secret, "key": key}}})
            }
            None => serde_json::json!({"name": name, "value": values.get(name)}),
        }
    };
    declared.iter().map(argument).collect()
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
