use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use super::excerpt::excerpt;
use super::observed::Observed;
use super::{Answer, Values};

/// Differences of one pair of answers; more are told by none.
const DIFFERENCES_MAX: usize = 100;
/// Places that are kept of one step.
const PLACES_MAX: usize = 1000;

/// Where two answers to the same request differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Difference {
    /// `status`, `contentType`, or a place in the body such as `$.items[].price`: items of lists share one place.
    pub path: String,
    /// What the first one says, without secrets.
    pub one: String,
    /// What the second one says, without secrets.
    pub other: String,
}

/// Where two answers differ, by their meaning: keys in any order, numbers by their value. Bodies that are no JSON are
/// compared as text.
#[must_use]
pub fn differences(one: (&Answer, &Values), other: (&Answer, &Values)) -> Vec<Difference> {
    let mut comparing = Comparing {
        values: (one.1, other.1),
        found: Vec::new(),
    };
    let status = |answer: &Answer| answer.status.as_u16();
    if status(one.0) != status(other.0) {
        comparing.tell("status", &status(one.0), &status(other.0));
    }
    let (left, right) = (media_type(one.0), media_type(other.0));
    if left != right {
        comparing.tell("contentType", &left, &right);
    }
    let (left, right) = (Observed::new(one.0), Observed::new(other.0));
    match (left.json(), right.json()) {
        (Ok(left), Ok(right)) => comparing.json("$", left, right),
        _ if one.0.body != other.0.body => comparing.tell("$", &left.text(), &right.text()),
        _ => {}
    }
    comparing.found
}

/// Without its parameters.
fn media_type(answer: &Answer) -> String {
    let value = answer.headers.get(http::header::CONTENT_TYPE);
    let value = value.and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = value.split(';').next().unwrap_or_default();
    media_type.trim().to_ascii_lowercase()
}

struct Comparing<'v> {
    values: (&'v Values, &'v Values),
    found: Vec<Difference>,
}

impl Comparing<'_> {
    fn tell(&mut self, path: &str, one: &dyn ToString, other: &dyn ToString) {
        if self.found.len() < DIFFERENCES_MAX && self.found.iter().all(|known| known.path != path) {
            self.found.push(Difference {
                path: excerpt(self.values.0, path.to_owned()),
                one: excerpt(self.values.0, one.to_string()),
                other: excerpt(self.values.1, other.to_string()),
            });
        }
    }

    /// JSON is at most 128 levels deep when it has been parsed.
    fn json(&mut self, path: &str, one: &Value, other: &Value) {
        if self.found.len() == DIFFERENCES_MAX {
            return;
        }
        match (one, other) {
            (Value::Object(one), Value::Object(other)) => {
                let keys: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
                for key in keys {
                    let path = format!("{path}.{key}");
                    match (one.get(key), other.get(key)) {
                        (Some(one), Some(other)) => self.json(&path, one, other),
                        (one, other) => self.tell(&path, &shown(one), &shown(other)),
                    }
                }
            }
            (Value::Array(one), Value::Array(other)) => {
                if one.len() != other.len() {
                    let count = |items: &[Value]| format!("{} items", items.len());
                    self.tell(path, &count(one), &count(other));
                }
                let path = format!("{path}[]");
                for (one, other) in one.iter().zip(other) {
                    self.json(&path, one, other);
                }
            }
            (Value::Number(left), Value::Number(right))
                if left == right || left.as_f64() == right.as_f64() => {}
            _ if one == other => {}
            _ => self.tell(path, one, other),
        }
    }
}

fn shown(value: Option<&Value>) -> String {
    value.map_or_else(|| "nothing".to_owned(), Value::to_string)
}

/// What has been seen of the differences of one step: between canary and stable, and between stable and stable, which is
/// the noise that no version is to blame for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AnswerDifferences {
    /// Pairs of canary and stable.
    pub pairs: u64,
    /// Pairs of stable and stable.
    pub control_pairs: u64,
    places: BTreeMap<String, Place>,
}

/// One place at which answers differed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Place {
    /// Pairs of canary and stable that differ there.
    pub pairs: u64,
    /// Pairs of stable and stable that differ there.
    pub control_pairs: u64,
    /// The first difference that was seen, of canary and stable unless only stable differed from itself.
    pub example: Difference,
}

impl AnswerDifferences {
    /// Takes in a pair of canary and stable.
    pub fn record(&mut self, differences: Vec<Difference>) {
        self.pairs += 1;
        for difference in differences {
            if let Some(place) = self.place(&difference) {
                if place.pairs == 0 {
                    place.example = difference;
                }
                place.pairs += 1;
            }
        }
    }

    /// Takes in a pair of stable and stable.
    pub fn record_control(&mut self, differences: &[Difference]) {
        self.control_pairs += 1;
        for difference in differences {
            if let Some(place) = self.place(difference) {
                place.control_pairs += 1;
            }
        }
    }

    fn place(&mut self, difference: &Difference) -> Option<&mut Place> {
        let is_full = self.places.len() >= PLACES_MAX;
        if is_full && !self.places.contains_key(&difference.path) {
            return None;
        }
        Some(
            self.places
                .entry(difference.path.clone())
                .or_insert_with(|| Place {
                    pairs: 0,
                    control_pairs: 0,
                    example: difference.clone(),
                }),
        )
    }

    /// What was seen by others, added.
    pub fn merge(&mut self, other: &Self) {
        self.pairs += other.pairs;
        self.control_pairs += other.control_pairs;
        for place in other.places.values() {
            if let Some(own) = self.place(&place.example) {
                if own.pairs == 0 {
                    own.example = place.example.clone();
                }
                own.pairs += place.pairs;
                own.control_pairs += place.control_pairs;
            }
        }
    }

    /// The places at which canary differed from stable, those left out where stable differs from itself, there or in what
    /// they are part of. Without pairs of stable and stable nothing is left out.
    pub fn places(&self) -> impl Iterator<Item = (&str, &Place)> {
        let noise: Vec<&String> = self
            .places
            .iter()
            .filter(|(_, place)| place.control_pairs > 0)
            .map(|(path, _)| path)
            .collect();
        let is_noise = move |path: &str| {
            noise.iter().any(|noise| {
                let rest = path.strip_prefix(noise.as_str());
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
            })
        };
        let places = self.places.iter().map(|(path, place)| (path.as_str(), place));
        places.filter(move |(path, place)| place.pairs > 0 && !is_noise(path))
    }
}
