//! `pm.expect(...)` in the words of chai.

use serde_json::Value;

use super::javascript::{literal, string};
use super::statement::place;
use crate::import::yaml::{Map, Yaml};

/// `pm.expect(what)` and what follows.
pub(super) fn expect(what: &str, method: &str, bodies: &[String]) -> Option<Map> {
    let is_negated = method.contains(".not.");
    let method = method.replace(".not.", ".");
    let (name, argument) = match method.split_once('(') {
        Some((name, argument)) => (name, argument.strip_suffix(')')?.trim()),
        None => (method.as_str(), ""),
    };
    let word = name.rsplit('.').next()?;
    match what.trim() {
        "pm.response.code" | "responseCode.code" | "pm.response.status" => {
            status(word, argument).filter(|_| !is_negated)
        }
        "pm.response.responseTime" | "responseTime" => {
            let sign = if matches!(word, "below" | "lessThan" | "lt") {
                "<"
            } else {
                return None;
            };
            let bound: u64 = argument.parse().ok().filter(|_| !is_negated)?;
            Some(Map::of("condition", format!("result.durationMs {sign} {bound}")))
        }
        what => {
            let place = place(what, bodies)?;
            let (key, value) = predicate(word, argument)?;
            Some(if is_negated {
                place.with("not", Map::of(key, value))
            } else {
                place.with(key, value)
            })
        }
    }
}

fn status(word: &str, argument: &str) -> Option<Map> {
    let is_code = |code: &u64| (100..=599).contains(code);
    match word {
        "eql" | "equal" | "eq" | "equals" => argument
            .parse()
            .ok()
            .filter(is_code)
            .map(|code: u64| Map::of("status", code)),
        "oneOf" => {
            let codes: Vec<u64> = serde_json::from_str(argument).ok()?;
            let fits = !codes.is_empty() && codes.iter().all(is_code);
            fits.then(|| Map::of("status", codes.into_iter().map(Yaml::from).collect::<Vec<_>>()))
        }
        _ => None,
    }
}

/// chai's words.
fn predicate(word: &str, argument: &str) -> Option<(&'static str, Yaml)> {
    let value = || literal(argument).map(|value| Yaml::from(&value));
    let number = || {
        argument
            .parse::<serde_json::Number>()
            .ok()
            .map(|number| Yaml::Number(number.to_string()))
    };
    let count = || {
        argument
            .parse::<u64>()
            .ok()
            .filter(|count| *count < 1 << 53)
            .map(Yaml::from)
    };
    Some(match word {
        "eql" | "equal" | "eq" | "equals" => ("equals", value()?),
        "true" => ("equals", true.into()),
        "false" => ("equals", false.into()),
        "null" => ("isNull", true.into()),
        "exist" | "ok" => ("exists", true.into()),
        "empty" => ("isEmpty", true.into()),
        "include" | "contain" | "includes" => ("contains", string(argument)?.into()),
        "above" | "greaterThan" | "gt" => ("greaterThan", number()?),
        "least" | "gte" => ("greaterThanOrEquals", number()?),
        "below" | "lessThan" | "lt" => ("lessThan", number()?),
        "most" | "lte" => ("lessThanOrEquals", number()?),
        "lengthOf" | "length" => ("count", count()?),
        "oneOf" => match literal(argument)? {
            Value::Array(items) if !items.is_empty() => {
                ("oneOf", items.iter().map(Yaml::from).collect::<Vec<_>>().into())
            }
            _ => return None,
        },
        "a" | "an" => match string(argument)?.as_str() {
            "string" => ("isString", true.into()),
            "number" => ("isNumber", true.into()),
            "boolean" => ("isBoolean", true.into()),
            "array" | "object" => ("isCollection", true.into()),
            "null" => ("isNull", true.into()),
            _ => return None,
        },
        _ => return None,
    })
}
