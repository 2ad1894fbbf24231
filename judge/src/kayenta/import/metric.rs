//! One metric of a canary configuration.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::query::{self, Series};
use super::{ImportError, METRICS_MAX, Remarks, number, refused, yaml};

/// A metric as a comparison.
pub(super) struct Imported {
    name: String,
    pub(super) groups: Vec<String>,
    pub(super) args: Vec<String>,
    series: Series,
    /// `key: value` of the comparison's `kayenta`.
    settings: Vec<String>,
    remarks: Vec<String>,
}

/// Keys of `analysisConfigurations.canary`.
const SETTINGS: [&str; 7] = [
    "direction",
    "nanStrategy",
    "critical",
    "mustHaveData",
    "muted",
    "effectSize",
    "outliers",
];

/// All metrics in order.
pub(super) fn all(config: &Map<String, Value>, remarks: &mut Remarks) -> Result<Vec<Imported>, ImportError> {
    let metrics = config
        .get("metrics")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    if metrics.is_empty() || metrics.len() > METRICS_MAX {
        return refused(format!(
            "metrics: {} of them; expected 1 to {METRICS_MAX}",
            metrics.len()
        ));
    }
    let templates = config.get("templates").and_then(Value::as_object);
    let mut names = BTreeSet::new();
    let mut imported = Vec::new();
    for (at, metric) in metrics.iter().enumerate() {
        let name = metric.get("name").and_then(Value::as_str).unwrap_or_default();
        if name.trim().is_empty() || !names.insert(name) {
            return refused(format!(
                "metrics[{at}].name: {name:?}; expected a name of its own"
            ));
        }
        imported.push(one(metric, name, at, templates)?);
    }
    if imported.iter().any(|metric| metric.groups.is_empty()) {
        remarks.add("metrics without groups count in no group, as in Kayenta: only critical failures and missing data of them show");
    }
    Ok(imported)
}

fn one(
    metric: &Value,
    name: &str,
    at: usize,
    templates: Option<&Map<String, Value>>,
) -> Result<Imported, ImportError> {
    let series = query::series(
        metric.get("query").unwrap_or(&Value::Null),
        templates,
        &slug(name, at),
    );
    let listed = metric.get("groups").and_then(Value::as_array);
    let groups: Vec<String> = listed
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect();
    let mut imported = Imported {
        name: name.to_owned(),
        args: series.args.clone(),
        remarks: series.remarks.clone(),
        settings: vec![format!(
            "groups: [{}]",
            groups
                .iter()
                .map(|group| yaml::text(group))
                .collect::<Vec<_>>()
                .join(", ")
        )],
        groups,
        series,
    };
    if let Some(scope) = metric
        .get("scopeName")
        .and_then(Value::as_str)
        .filter(|scope| *scope != "default")
    {
        imported
            .remarks
            .push(format!("scopeName {scope:?} has no counterpart"));
    }
    let canary = metric
        .get("analysisConfigurations")
        .and_then(|all| all.get("canary"))
        .and_then(Value::as_object);
    if let Some(canary) = canary {
        imported.take(canary, &format!("metrics[{at}].analysisConfigurations.canary"))?;
    }
    Ok(imported)
}

/// A name fit for an argument.
fn slug(name: &str, at: usize) -> String {
    let words: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '-'
            }
        })
        .collect();
    format!("metric-{}-{}", at + 1, words.trim_matches('-'))
}

impl Imported {
    fn take(&mut self, canary: &Map<String, Value>, place: &str) -> Result<(), ImportError> {
        for key in canary.keys().filter(|key| !SETTINGS.contains(&key.as_str())) {
            self.remarks.push(format!(
                "{key:?} is not known to Kayenta's judge, which drops it in silence"
            ));
        }
        self.word(canary, "direction", &["increase", "decrease", "either"], "either");
        self.word(canary, "nanStrategy", &["remove", "replace"], "remove");
        for key in ["critical", "mustHaveData", "muted"] {
            match canary.get(key) {
                None | Some(Value::Null) => {}
                Some(Value::Bool(value)) => self.settings.push(format!("{key}: {value}")),
                Some(other) => {
                    return refused(format!(
                        "{place}.{key}: {other}; expected true or false, anything else fails the run in Kayenta"
                    ));
                }
            }
        }
        let effect = canary.get("effectSize").and_then(Value::as_object);
        if let Some(effect) = effect {
            let fields = [
                "allowedIncrease",
                "allowedDecrease",
                "criticalIncrease",
                "criticalDecrease",
            ];
            self.part(
                effect,
                "effectSize",
                ("measure", &["meanRatio", "cles"], "meanRatio"),
                &fields,
                place,
            )?;
        }
        if let Some(outliers) = canary.get("outliers").and_then(Value::as_object) {
            self.part(
                outliers,
                "outliers",
                ("strategy", &["keep", "remove"], "keep"),
                &["outlierFactor"],
                place,
            )?;
        }
        Ok(())
    }

    /// One of some words; another one means the default in Kayenta.
    fn word(&mut self, from: &Map<String, Value>, key: &str, known: &[&str], default: &str) {
        let Some(found) = from.get(key).and_then(Value::as_str) else {
            return;
        };
        let word = if known.contains(&found) {
            found
        } else {
            self.remarks.push(format!(
                "{key} {found:?} is not known to Kayenta's judge, which takes it for {default}"
            ));
            default
        };
        self.settings.push(format!("{key}: {word}"));
    }

    /// A block of a word and numbers.
    fn part(
        &mut self,
        from: &Map<String, Value>,
        name: &str,
        (key, known, default): (&str, &[&str], &str),
        numbers: &[&str],
        place: &str,
    ) -> Result<(), ImportError> {
        let before = self.settings.len();
        self.word(from, key, known, default);
        for field in numbers {
            match from.get(*field) {
                None | Some(Value::Null) => {}
                Some(value) if value.is_number() => {
                    let value = number(value).unwrap_or_default();
                    self.settings.push(format!("{field}: {value}"));
                }
                Some(other) => {
                    return refused(format!(
                        "{place}.{name}.{field}: {other}; expected a number, anything else fails the run in Kayenta"
                    ));
                }
            }
        }
        for other in from
            .keys()
            .filter(|other| *other != key && !numbers.contains(&other.as_str()))
        {
            self.remarks.push(format!(
                "{name}.{other} is not known to Kayenta's judge, which drops it in silence"
            ));
        }
        let block = self.settings.split_off(before);
        if !block.is_empty() {
            self.settings.push(format!("{name}: {{{}}}", block.join(", ")));
        }
        Ok(())
    }

    /// The comparison as YAML.
    pub(super) fn written(&self) -> String {
        let mut yaml = String::new();
        for remark in &self.remarks {
            yaml.push_str(&yaml::comment(remark, 2));
        }
        let _ = writeln!(yaml, "  - name: {}", yaml::text(&self.name));
        yaml.push_str(&query::written(&self.series));
        let _ = writeln!(yaml, "    kayenta: {{{}}}", self.settings.join(", "));
        yaml
    }
}
