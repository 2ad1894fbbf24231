//! A canary configuration of Kayenta as an Analysis, with a remark wherever something has no counterpart.
//!
//! Fields and defaults are those of Spinnaker's Kayenta 2.46.0 (`kayenta-core`, CanaryConfig and CanaryMetricConfig;
//! `kayenta-judge`, NetflixACAJudge). What it takes in silence, such as words and keys that it does not know, is said here.

mod metric;
mod query;
#[cfg(test)]
mod tests;
mod weights;
mod yaml;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Map, Value};

/// What a canary configuration does not say itself: Spinnaker asks for it in the stage.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ImportSettings {
    /// Kayenta's judge stands beside Serin's instead of deciding.
    pub shadow: bool,
    /// Score from which on a canary passes.
    pub pass: Option<f64>,
    /// Score below which it fails.
    pub marginal: Option<f64>,
}

/// What is no canary configuration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ImportError(String);

fn refused<T>(what: impl Into<String>) -> Result<T, ImportError> {
    Err(ImportError(what.into()))
}

/// Thresholds of Spinnaker's stage when nothing says others.
const THRESHOLDS: (f64, f64) = (75.0, 50.0);

/// More metrics are no canary configuration.
const METRICS_MAX: usize = 1000;

/// Keys of a configuration that mean nothing to an analysis.
const IDENTITY: [&str; 8] = [
    "id",
    "configVersion",
    "createdTimestamp",
    "updatedTimestamp",
    "createdTimestampIso",
    "updatedTimestampIso",
    "name",
    "description",
];

const READ: [&str; 5] = ["applications", "judge", "metrics", "templates", "classifier"];

/// The analysis as YAML with comments. A configuration may stand alone, or beside an `executionRequest` as it is posted.
///
/// # Errors
/// When the text is no canary configuration, with the place of what is wrong.
pub fn import(text: &str, settings: &ImportSettings) -> Result<String, ImportError> {
    let document: Value =
        serde_json::from_str(text).map_err(|error| ImportError(format!("no JSON document: {error}")))?;
    let config = document.get("canaryConfig").unwrap_or(&document);
    let Some(config) = config.as_object().filter(|config| config.contains_key("metrics")) else {
        return refused("no canary configuration: an object with `metrics` is expected");
    };
    let request = document.get("executionRequest").unwrap_or(&Value::Null);
    let mut remarks = Remarks::default();
    let metrics = metric::all(config, &mut remarks)?;
    let groups: BTreeSet<&str> = metrics
        .iter()
        .flat_map(|metric| &metric.groups)
        .map(String::as_str)
        .collect();
    let weights = weights::weights(config, &groups, &mut remarks)?;
    let thresholds = thresholds(config, request, settings, &mut remarks)?;
    remark_the_rest(config, &mut remarks);
    Ok(written(
        config, &metrics, &weights, thresholds, settings, &remarks,
    ))
}

/// What has no counterpart, or another meaning.
#[derive(Debug, Default)]
struct Remarks(Vec<String>);

impl Remarks {
    fn add(&mut self, remark: impl Into<String>) {
        self.0.push(remark.into());
    }
}

/// A number, also one that a request writes as text.
fn number(value: &Value) -> Option<f64> {
    let written = value.as_str().and_then(|text| text.trim().parse().ok());
    value
        .as_f64()
        .or(written)
        .filter(|number: &f64| number.is_finite())
}

fn thresholds(
    config: &Map<String, Value>,
    request: &Value,
    settings: &ImportSettings,
    remarks: &mut Remarks,
) -> Result<(f64, f64), ImportError> {
    let ignored = config
        .get("classifier")
        .and_then(|classifier| classifier.get("scoreThresholds"));
    let asked = request.get("thresholds");
    if let (Some(_), None) = (ignored, asked) {
        remarks.add(
            "thresholds are those of classifier.scoreThresholds; Kayenta itself takes the ones of the execution request",
        );
    }
    let found = |name: &str| {
        asked
            .or(ignored)
            .and_then(|thresholds| number(thresholds.get(name)?))
    };
    let pass = settings.pass.or_else(|| found("pass"));
    let marginal = settings.marginal.or_else(|| found("marginal"));
    if pass.is_none() || marginal.is_none() {
        remarks
            .add("thresholds that the configuration does not have are those of Spinnaker's stage, 75 and 50");
    }
    let pass = pass.unwrap_or(THRESHOLDS.0);
    let marginal = marginal.unwrap_or(THRESHOLDS.1.min(pass));
    let is_score = |score: f64| (0.0..=100.0).contains(&score);
    if !is_score(pass) || !is_score(marginal) || marginal > pass {
        return refused(format!(
            "thresholds: pass {pass} and marginal {marginal}; expected scores from 0 to 100, marginal at most pass"
        ));
    }
    Ok((pass, marginal))
}

fn remark_the_rest(config: &Map<String, Value>, remarks: &mut Remarks) {
    let judge = config
        .get("judge")
        .and_then(|judge| judge.get("name"))
        .and_then(Value::as_str);
    if let Some(judge) = judge.filter(|judge| *judge != "NetflixACAJudge-v1.0") {
        remarks.add(format!(
            "the configuration names the judge {judge:?}; here NetflixACAJudge-v1.0 judges"
        ));
    }
    let settings = config
        .get("judge")
        .and_then(|judge| judge.get("judgeConfigurations"));
    if settings
        .and_then(Value::as_object)
        .is_some_and(|settings| !settings.is_empty())
    {
        remarks.add("judge.judgeConfigurations has no counterpart; Kayenta's judge never reads it");
    }
    let applications: Vec<&str> = config
        .get("applications")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    if !applications.is_empty() {
        remarks.add(format!(
            "applications ({}) have no counterpart",
            applications.join(", ")
        ));
    }
    for key in config
        .keys()
        .filter(|key| !READ.contains(&key.as_str()) && !IDENTITY.contains(&key.as_str()))
    {
        remarks.add(format!(
            "`{key}` is not known to Kayenta, which drops it in silence"
        ));
    }
}

fn written(
    config: &Map<String, Value>,
    metrics: &[metric::Imported],
    weights: &[(String, f64)],
    (pass, marginal): (f64, f64),
    settings: &ImportSettings,
    remarks: &Remarks,
) -> String {
    let text_of = |key: &str| config.get(key).and_then(Value::as_str).unwrap_or_default();
    let mut yaml = String::new();
    yaml.push_str(&yaml::comment(
        &format!("From Kayenta's canary configuration {:?}.", text_of("name")),
        0,
    ));
    yaml.push_str(&yaml::comment(text_of("description"), 0));
    for remark in &remarks.0 {
        yaml.push_str(&yaml::comment(&format!("- {remark}"), 0));
    }
    let name = match text_of("name") {
        "" => "canary",
        name => name,
    };
    let _ = write!(
        yaml,
        "apiVersion: serin.dev/v1\nkind: Analysis\nmetadata: {{name: {}}}\nspec:\n",
        yaml::text(name)
    );
    let args: BTreeSet<&str> = metrics
        .iter()
        .flat_map(|metric| &metric.args)
        .map(String::as_str)
        .collect();
    if !args.is_empty() {
        let _ = writeln!(yaml, "  args:");
        for arg in args {
            let _ = writeln!(yaml, "  - {{name: {}}}", yaml::text(arg));
        }
    }
    let _ = writeln!(
        yaml,
        "  {}: kayenta",
        if settings.shadow { "shadow" } else { "judge" }
    );
    let _ = writeln!(
        yaml,
        "  kayenta:\n    thresholds: {{pass: {pass}, marginal: {marginal}}}"
    );
    if !weights.is_empty() {
        let weights: Vec<String> = weights
            .iter()
            .map(|(group, weight)| format!("{}: {weight}", yaml::text(group)))
            .collect();
        let _ = writeln!(yaml, "    groupWeights: {{{}}}", weights.join(", "));
    }
    let lifetime = "Kayenta's step is a minute; how long a canary lives, how long it warms up and how often it is judged \
        (kayenta.interval) are in the execution request, not in the configuration.";
    yaml.push_str(&yaml::comment(lifetime, 2));
    let _ = writeln!(
        yaml,
        "  verdict: {{window: 1m, burnIn: 0s, deadline: 1h}}\n  comparisons:"
    );
    for metric in metrics {
        yaml.push_str(&metric.written());
    }
    yaml
}
