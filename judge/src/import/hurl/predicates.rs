//! Asserts in the words of Journeys.

use serde_json::Value;

use super::Variables;
use super::expect::{Asserted, Operand};
use super::places::{Where, is_regex, place};
use crate::import::draft::Draft;
use crate::import::scope::Slot;
use crate::import::yaml::{Map, Yaml};

/// The assertion, where Journeys have it.
pub(super) fn assertion(asserted: &Asserted, draft: &mut Draft, known: &Variables) -> Option<Map> {
    let found = place(&asserted.value)?;
    let predicate = match asserted.predicate.as_str() {
        "countEquals" if !found.counts => return counted(found, "==", asserted),
        other => other,
    };
    match found.key {
        "status" | "duration" => condition(&found, predicate, asserted),
        "size" | "redirects" | "tlsDaysLeft" => limits(&found, predicate, asserted),
        _ if found.counts => counted(found, predicate, asserted),
        _ => {
            let mut map = Map::of(found.key, found.value.clone());
            predicate_of(&mut map, predicate, asserted, draft, known)?;
            Some(map)
        }
    }
}

fn number(asserted: &Asserted) -> Option<&serde_json::Number> {
    match &asserted.operand {
        Some(Operand::Number(number)) => Some(number),
        _ => None,
    }
}

/// Of the status and of milliseconds.
fn condition(found: &Where, predicate: &str, asserted: &Asserted) -> Option<Map> {
    let number = number(asserted)?;
    let sign = match predicate {
        "==" | "equals" | "equal" => "==",
        "!=" | "notEquals" => "!=",
        ">" | "greaterThan" => ">",
        ">=" | "greaterThanOrEquals" => ">=",
        "<" | "lessThan" => "<",
        "<=" | "lessThanOrEquals" => "<=",
        _ => return None,
    };
    let is_status = number.as_u64().is_some_and(|code| (100..=599).contains(&code));
    if found.key == "status" && sign == "==" && !asserted.is_negated && is_status {
        return Some(Map::of("status", Yaml::Number(number.to_string())));
    }
    let member = if found.key == "status" {
        "status"
    } else {
        "durationMs"
    };
    let condition = format!("result.{member} {sign} {number}");
    Some(Map::of(
        "condition",
        if asserted.is_negated {
            format!("!({condition})")
        } else {
            condition
        },
    ))
}

/// Of bytes, redirects and days.
fn limits(found: &Where, predicate: &str, asserted: &Asserted) -> Option<Map> {
    let bound = number(asserted)?.as_u64().filter(|_| !asserted.is_negated)?;
    Some(Map::of(found.key, range(predicate, bound)?))
}

fn range(predicate: &str, bound: u64) -> Option<Map> {
    Some(match predicate {
        "==" | "equals" | "equal" => Map::of("min", bound).with("max", bound),
        ">" | "greaterThan" => Map::of("min", bound.checked_add(1)?),
        ">=" | "greaterThanOrEquals" => Map::of("min", bound),
        "<" | "lessThan" => Map::of("max", bound.checked_sub(1)?),
        "<=" | "lessThanOrEquals" => Map::of("max", bound),
        _ => return None,
    })
}

/// Of how many a path finds.
fn counted(found: Where, predicate: &str, asserted: &Asserted) -> Option<Map> {
    let bound = number(asserted)?.as_u64().filter(|bound| *bound < 1 << 53)?;
    let count: Yaml = match predicate {
        "==" | "equals" | "equal" => bound.into(),
        other => range(other, bound)?.into(),
    };
    let map = Map::of(found.key, found.value);
    Some(if asserted.is_negated {
        map.with("not", Map::of("count", count))
    } else {
        map.with("count", count)
    })
}

fn predicate_of(
    map: &mut Map,
    predicate: &str,
    asserted: &Asserted,
    draft: &mut Draft,
    known: &Variables,
) -> Option<()> {
    let is_negated = asserted.is_negated;
    if let Some(flag) = flag(predicate, &asserted.operand, is_negated) {
        map.put(flag.0, flag.1);
        return Some(());
    }
    let operand = asserted.operand.as_ref()?;
    let value = value(operand, draft, known)?;
    let (key, is_text) = match predicate {
        "==" | "equals" | "equal" => ("equals", false),
        "!=" | "notEquals" => ("notEquals", false),
        ">" | "greaterThan" => ("greaterThan", false),
        ">=" | "greaterThanOrEquals" => ("greaterThanOrEquals", false),
        "<" | "lessThan" => ("lessThan", false),
        "<=" | "lessThanOrEquals" => ("lessThanOrEquals", false),
        "startsWith" => ("startsWith", true),
        "endsWith" => ("endsWith", true),
        "contains" => ("contains", true),
        "includes" | "include" => ("includes", false),
        "matches" | "match" => ("matches", true),
        _ => return None,
    };
    let is_order = key.contains("Than");
    let fits = match &value {
        Yaml::Text(text) if key == "matches" => is_regex(text),
        Yaml::Text(_) => true,
        Yaml::Number(_) => !is_text,
        _ => !is_text && !is_order,
    };
    if !fits {
        return None;
    }
    if is_negated {
        map.put("not", Map::of(key, value));
    } else {
        map.put(key, value);
    }
    Some(())
}

/// Predicates that are true or false.
fn flag(predicate: &str, operand: &Option<Operand>, is_negated: bool) -> Option<(&'static str, bool)> {
    let is_null = matches!(operand, Some(Operand::Null));
    let name = match predicate {
        "exists" => "exists",
        "isEmpty" => "isEmpty",
        "isInteger" => "isInteger",
        "isFloat" => "isFloat",
        "isNumber" => "isNumber",
        "isBoolean" => "isBoolean",
        "isString" => "isString",
        "isCollection" => "isCollection",
        "==" | "equals" | "equal" if is_null => "isNull",
        "!=" | "notEquals" if is_null => return Some(("isNull", is_negated)),
        _ => return None,
    };
    Some((name, !is_negated))
}

fn value(operand: &Operand, draft: &mut Draft, known: &Variables) -> Option<Yaml> {
    Some(match operand {
        Operand::Text(text) => {
            let filled = known.filled(text, draft);
            draft.scope.say(&filled, Slot::Plain)?.into()
        }
        Operand::Template(name) => {
            let filled = known.filled(&format!("{{{{{name}}}}}"), draft);
            draft.scope.say(&filled, Slot::Plain)?.into()
        }
        Operand::Number(number) => Yaml::from(&Value::Number(number.clone())),
        Operand::Bool(flag) => (*flag).into(),
        Operand::Regex(regex) => regex.as_str().into(),
        Operand::Null | Operand::Other => return None,
    })
}
