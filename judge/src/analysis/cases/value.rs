//! Scripted values with the types that each provider gives.
//!
//! Source: Argo Rollouts v1.10.1, `metricproviders/*`.

use serde_json::{Number, Value as Json};

use super::Said;
use crate::analysis::node::{Kind, Node};
use crate::condition::{Decimal, Value};

/// Why a value cannot be.
pub(super) struct Impossible {
    pub(super) found: String,
    pub(super) expected: &'static str,
}

const NUMBERS: &str = "a number, `\"NaN\"`, `\"+Inf\"`, or a list of them";

/// What a provider of this kind makes of a value.
pub(super) fn of(kind: &str, node: &Node) -> Result<Said, Impossible> {
    let is_empty = node.is_null() || matches!(&node.kind, Kind::List(items) if items.is_empty());
    match kind {
        "prometheus" => samples(node),
        "wavefront" if is_empty => Ok(failed("no query results available")),
        "graphite" if is_empty => Ok(failed("no values found")),
        "influxdb" if is_empty => Ok(failed("no results returned from flux query")),
        "newRelic" if is_empty || is_empty_map(node) => Ok(failed("no results returned from NRQL query")),
        "datadog" if node.is_null() => Ok(Said::Value(Value::Nil, "[]".to_owned())),
        "wavefront" | "datadog" => samples(node),
        "scrape" | "graphite" => samples(&listed(node)),
        "influxdb" => Ok(json(&listed(node))),
        "newRelic" => Ok(json(match node.items() {
            [row] => row,
            _ => node,
        })),
        "cloudWatch" => cloud_watch(node),
        "job" | "kayenta" => Err(Impossible {
            found: format!("a value from `{kind}`, which gives a phase itself"),
            expected: "a `phase` or an `error`",
        }),
        _ => Ok(json(node)),
    }
}

fn failed(message: &str) -> Said {
    Said::Error(message.to_owned())
}

fn is_empty_map(node: &Node) -> bool {
    matches!(&node.kind, Kind::Map(entries) if entries.is_empty())
}

/// A lone value as a list of one; null as an empty one.
fn listed(node: &Node) -> Node {
    let items = match &node.kind {
        Kind::List(_) => return node.clone(),
        Kind::Null => Vec::new(),
        _ => vec![node.clone()],
    };
    Node {
        kind: Kind::List(items),
        ..node.clone()
    }
}

/// `float64` or `[]float64`.
fn samples(node: &Node) -> Result<Said, Impossible> {
    let value = Value::from_batch("prometheus", &finite(node)).map_err(|error| Impossible {
        found: error,
        expected: NUMBERS,
    })?;
    let text = match &value {
        Value::Float(number) => Decimal(*number).to_string(),
        Value::Floats(numbers) => Decimal::list(numbers),
        other => other.to_json(),
    };
    Ok(Said::Value(value, text))
}

/// What a JSON decoder gives.
fn json(node: &Node) -> Said {
    let value = decoded(node);
    let text = value.to_json();
    Said::Value(value, text)
}

/// Results as `[[0.1, 0.2]]`, their values only, or as maps with Go's names of the fields.
fn cloud_watch(node: &Node) -> Result<Said, Impossible> {
    let is_list = |item: &Node| matches!(item.kind, Kind::List(_));
    let items = node.items();
    if items.is_empty() || !items.iter().all(is_list) {
        return Ok(json(node));
    }
    let mut results = Vec::new();
    let mut texts = Vec::new();
    for item in items {
        let Said::Value(values, text) = samples(item)? else {
            continue;
        };
        let fields = [("Values".into(), values)];
        results.push(Value::Map(std::sync::Arc::new(fields.into())));
        texts.push(text.replace(',', " "));
    }
    Ok(Said::Value(
        Value::List(results.into()),
        format!("[{}]", texts.join(" ")),
    ))
}

fn decoded(node: &Node) -> Value {
    match &node.kind {
        Kind::Float(number) => Value::Float(*number),
        Kind::List(items) => Value::List(items.iter().map(decoded).collect()),
        Kind::Map(entries) => {
            let entries = entries
                .iter()
                .map(|entry| (entry.key.as_str().into(), decoded(&entry.value)));
            Value::Map(std::sync::Arc::new(entries.collect()))
        }
        _ => Value::from_json(&node.to_json()),
    }
}

/// As JSON, where numbers that JSON does not know are their names.
pub(super) fn finite(node: &Node) -> Json {
    match &node.kind {
        Kind::Float(number) => {
            Number::from_f64(*number).map_or_else(|| Json::String(Decimal(*number).to_string()), Json::Number)
        }
        Kind::List(items) => items.iter().map(finite).collect(),
        _ => node.to_json(),
    }
}
