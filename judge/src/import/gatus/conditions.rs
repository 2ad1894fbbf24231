//! Conditions as assertions.

use super::pattern::{Pattern, Side, json_path, regex_of};
use super::words::Words;
use crate::analysis::duration;
use crate::import::draft::{Draft, Step};
use crate::import::hurl::is_regex;
use crate::import::scope::Slot;
use crate::import::text::has_value;
use crate::import::yaml::{Map, Yaml};

/// Takes a condition into a step; whether it is about the status.
pub(super) fn take(condition: &str, step: &mut Step, words: &Words<'_>, draft: &mut Draft) -> bool {
    let pattern = Pattern::parse(condition);
    let is_of_status = pattern
        .as_ref()
        .is_some_and(|pattern| is_place(&pattern.left, "STATUS"));
    let taken = pattern.and_then(|pattern| assertion(&pattern, step, words, draft));
    match taken {
        Some(Taken::Assertion(assertion)) => step.assert(assertion),
        Some(Taken::Anyway) => {}
        None => step.remarks.lose(format!("the condition `{condition}`")),
    }
    is_of_status
}

/// What became of a condition.
enum Taken {
    Assertion(Map),
    /// A step that passes has it.
    Anyway,
}

fn is_place(side: &Side, wanted: &str) -> bool {
    matches!(side, Side::Place { word, .. } if word == wanted)
}

fn assertion(pattern: &Pattern, step: &mut Step, words: &Words<'_>, draft: &mut Draft) -> Option<Taken> {
    let Pattern { left, sign, right } = pattern;
    let map = match left {
        Side::Place { word, path } => match word.as_str() {
            "STATUS" => status(sign, right)?,
            "RESPONSE_TIME" => of_number("result.durationMs", sign, right)?,
            "CONNECTED" => {
                let is_anyway = matches!((right, *sign), (Side::Text(text), "==") if text == "true");
                return is_anyway.then_some(Taken::Anyway);
            }
            "DNS_RCODE" => match right {
                Side::Text(rcode) if *sign == "==" && step.kind == "dns" && !step.action.has("rcode") => {
                    step.action.put("rcode", rcode.as_str());
                    return Some(Taken::Anyway);
                }
                _ => return None,
            },
            "CERTIFICATE_EXPIRATION" => certificate(sign, right)?,
            "BODY" => {
                let place = body(path, step)?;
                compared(place, sign, right, words, draft)?
            }
            _ => return None,
        },
        Side::Len(inner) => {
            let Side::Place { path, .. } = &**inner else {
                return None;
            };
            body(path, step)?.with("count", count(sign, right)?)
        }
        Side::Has(inner) => {
            let Side::Place { path, .. } = &**inner else {
                return None;
            };
            let has = matches!(right, Side::Text(text) if text == "true") == (*sign == "==");
            body(path, step)
                .filter(|map| map.has("jsonpath"))?
                .with("exists", has)
        }
        _ => return None,
    };
    Some(Taken::Assertion(map))
}

fn number(right: &Side) -> Option<u64> {
    match right {
        Side::Text(text) => text.parse().ok().filter(|number| *number < 1 << 53),
        _ => None,
    }
}

fn status(sign: &str, right: &Side) -> Option<Map> {
    let is_code = |code: &u64| (100..=599).contains(code);
    match (sign, right) {
        ("==", Side::Any(codes)) => {
            let codes: Option<Vec<u64>> = codes
                .iter()
                .map(|code| code.parse().ok().filter(is_code))
                .collect();
            let codes: Vec<Yaml> = codes?.into_iter().map(Yaml::from).collect();
            Some(Map::of("status", codes))
        }
        ("==", _) => number(right).filter(is_code).map(|code| Map::of("status", code)),
        _ => of_number("result.status", sign, right),
    }
}

fn of_number(member: &str, sign: &str, right: &Side) -> Option<Map> {
    let number = number(right)?;
    Some(Map::of("condition", format!("{member} {sign} {number}")))
}

/// Whole days: the smallest number of them that is beyond the time.
fn certificate(sign: &str, right: &Side) -> Option<Map> {
    let Side::Text(text) = right else { return None };
    let seconds = duration::parse(text).ok()?.as_secs();
    let days = seconds.div_ceil(24 * 3600);
    matches!(sign, ">" | ">=").then(|| Map::of("tlsDaysLeft", Map::of("min", days)))
}

/// The place in the body: of a DNS answer that is the text.
fn body(path: &str, step: &Step) -> Option<Map> {
    if path.is_empty() {
        return Some(Map::of("body", true));
    }
    let is_grpc = step.kind == "grpc" && path == ".status";
    if step.kind != "request" && !is_grpc {
        return None;
    }
    json_path(path).map(|path| Map::of("jsonpath", path))
}

fn count(sign: &str, right: &Side) -> Option<Yaml> {
    let bound = number(right)?;
    Some(match sign {
        "==" => bound.into(),
        ">" => Map::of("min", bound.checked_add(1)?).into(),
        ">=" => Map::of("min", bound).into(),
        "<" => Map::of("max", bound.checked_sub(1)?).into(),
        "<=" => Map::of("max", bound).into(),
        _ => return None,
    })
}

fn compared(place: Map, sign: &str, right: &Side, words: &Words<'_>, draft: &mut Draft) -> Option<Map> {
    let is_path = place.has("jsonpath");
    let (key, value): (&str, Yaml) = match (sign, right) {
        ("==" | "!=", Side::Glob(glob)) => {
            let regex = Some(regex_of(glob)).filter(|regex| is_regex(regex))?;
            ("matches", regex.into())
        }
        ("==" | "!=", Side::Any(texts)) => {
            let said: Option<Vec<Vec<Yaml>>> = texts
                .iter()
                .map(|text| spelled(text, is_path, words, draft))
                .collect();
            ("oneOf", said?.concat().into())
        }
        ("==" | "!=", Side::Text(text)) => match spelled(text, is_path, words, draft)?.as_slice() {
            [one] => ("equals", one.clone()),
            several => ("oneOf", several.to_vec().into()),
        },
        ("<" | ">" | "<=" | ">=", Side::Text(text)) if text.parse::<f64>().is_ok_and(f64::is_finite) => {
            let key = match sign {
                "<" => "lessThan",
                ">" => "greaterThan",
                "<=" => "lessThanOrEquals",
                _ => "greaterThanOrEquals",
            };
            return Some(place.with(key, Yaml::Number(as_json(text)?)));
        }
        _ => return None,
    };
    Some(if sign == "!=" {
        place.with("not", Map::of(key, value))
    } else {
        place.with(key, value)
    })
}

/// A number as JSON writes it.
fn as_json(text: &str) -> Option<String> {
    text.parse::<serde_json::Number>()
        .ok()
        .map(|number| number.to_string())
}

/// Gatus compares texts, so that 1 and "1" of a JSON body are the same.
fn spelled(text: &str, is_path: bool, words: &Words<'_>, draft: &mut Draft) -> Option<Vec<Yaml>> {
    let filled = words.filled(text, draft);
    let said: Yaml = draft.scope.say(&filled, Slot::Plain)?.into();
    if !is_path || has_value(&filled) {
        return Some(vec![said]);
    }
    Some(match text {
        "true" | "false" => vec![Yaml::Bool(text == "true"), said],
        _ => match as_json(text) {
            Some(number) => vec![Yaml::Number(number), said],
            None => vec![said],
        },
    })
}
