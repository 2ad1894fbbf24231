//! Weights of groups. Kayenta takes any numbers; an analysis wants 100 in all.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{ImportError, Remarks, number, refused};

/// Weights that an analysis can have, in percent; scaled where they are not 100 together.
pub(super) fn weights(
    config: &Map<String, Value>,
    groups: &BTreeSet<&str>,
    remarks: &mut Remarks,
) -> Result<Vec<(String, f64)>, ImportError> {
    let raw = config
        .get("classifier")
        .and_then(|classifier| classifier.get("groupWeights"));
    let mut weights = Vec::new();
    for (group, weight) in raw.and_then(Value::as_object).into_iter().flatten() {
        let weight = match number(weight) {
            Some(weight) if (0.0..=1e6).contains(&weight) => weight,
            _ => {
                return refused(format!(
                    "classifier.groupWeights.{group}: {weight}; expected a number from 0 on"
                ));
            }
        };
        if groups.contains(group.as_str()) {
            weights.push((group.clone(), weight));
        } else {
            remarks.add(format!(
                "group {group:?} has a weight of {weight} and no metric; Kayenta would lose that part of the score, here it \
                 is left out"
            ));
        }
    }
    let sum: f64 = weights.iter().map(|(_, weight)| weight).sum();
    let is_complete = weights.len() == groups.len();
    if sum > 100.0 || is_complete && sum > 0.0 && sum < 100.0 {
        remarks.add(format!(
            "weights of groups add up to {sum}; here they are scaled to 100, so scores differ"
        ));
        for (_, weight) in &mut weights {
            *weight *= 100.0 / sum;
        }
        // What rounding leaves goes to the last one.
        let others: f64 = weights.iter().rev().skip(1).map(|(_, weight)| weight).sum();
        if let Some((_, last)) = weights.last_mut() {
            *last = 100.0 - others;
        }
    } else if is_complete && sum == 0.0 && !weights.is_empty() {
        remarks.add("all weights are 0; here groups share the score evenly");
        weights.clear();
    }
    Ok(weights)
}
