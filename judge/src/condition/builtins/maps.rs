use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Builtin, checked, one};
use crate::condition::check::Type;
use crate::condition::error::{Answer, fail};
use crate::condition::machine::Run;
use crate::condition::value::{Key, Table, Value};

pub(super) const TABLE: &[Builtin] = &[
    checked(
        "keys",
        |types| check_map("get keys from", types),
        |run, arguments| {
            let pairs = pairs("get keys from", &arguments[0])?;
            run.uncounted_list(pairs.into_iter().map(|(key, _)| key).collect())
        },
    ),
    checked(
        "values",
        |types| check_map("get values from", types),
        |run, arguments| {
            let pairs = pairs("get values from", &arguments[0])?;
            run.uncounted_list(pairs.into_iter().map(|(_, value)| value).collect())
        },
    ),
    checked(
        "toPairs",
        |types| check_map("transform to pairs", types),
        |run, arguments| {
            let pairs = pairs("transform to pairs", &arguments[0])?;
            let pairs = pairs
                .into_iter()
                .map(|(key, value)| Value::Pair(Arc::new([key, value])));
            run.uncounted_list(pairs.collect())
        },
    ),
    checked("fromPairs", check_pairs, from_pairs),
];

fn check_map(action: &str, arguments: &[Type]) -> Result<Type, String> {
    let argument = one(arguments)?;
    if argument.is_map() || argument.is_unknown() {
        return Ok(Type::List(None));
    }
    Err(format!("cannot {action} {argument}"))
}

fn check_pairs(arguments: &[Type]) -> Result<Type, String> {
    let argument = one(arguments)?;
    if argument.is_list() || argument.is_unknown() {
        return Ok(Type::Table);
    }
    Err(format!("cannot transform {argument} from pairs"))
}

/// The entries in the order of their keys. Go's order is another one each time.
fn pairs(action: &str, map: &Value) -> Answer<Vec<(Value, Value)>> {
    match map {
        Value::Map(fields) => Ok(fields
            .iter()
            .map(|(name, field)| (Value::String(Arc::clone(name)), field.clone()))
            .collect()),
        Value::Table(table) => Ok(table
            .entries
            .iter()
            .map(|(key, value)| (key.value(), value.clone()))
            .collect()),
        other => fail(format!("cannot {action} {}", other.type_name())),
    }
}

fn from_pairs(run: &mut Run, arguments: &[Value]) -> Answer<Value> {
    let Some(elements) = arguments[0].elements() else {
        return fail(format!(
            "cannot transform {} from pairs",
            arguments[0].type_name()
        ));
    };
    let mut entries = BTreeMap::new();
    for (serial, element) in elements.values().enumerate() {
        run.budget.step()?;
        let Some(pair) = element.elements() else {
            return fail(format!("invalid pair {}", super::display(&element)));
        };
        let (Some(key), Some(value), 2) = (pair.get(0), pair.get(1), pair.len()) else {
            return fail(format!("invalid pair length {}", super::display(&element)));
        };
        let Some(key) = Key::of(&key, serial) else {
            return fail(format!(
                "runtime error: hash of unhashable type {}",
                key.type_name()
            ));
        };
        entries.insert(key, value);
    }
    run.table(Table {
        entries,
        is_groups: false,
    })
}
