use super::{Builtin, checked, one};
use crate::condition::arithmetic::{equal, to_int};
use crate::condition::check::{Signature, Type};
use crate::condition::error::{Answer, fail};
use crate::condition::machine::{Run, fetch, lookup};
use crate::condition::value::{Elements, Value};

pub(super) const TABLE: &[Builtin] = &[
    checked(
        "first",
        |types| check_end("first", types),
        |_, arguments| Ok(end(&arguments[0], 0)),
    ),
    checked(
        "last",
        |types| check_end("last", types),
        |_, arguments| Ok(end(&arguments[0], -1)),
    ),
    Builtin {
        name: "get",
        signature: Signature::Get,
        call: get,
    },
    checked("take", check_take, take),
    checked(
        "reverse",
        |types| check_list("reverse", types),
        |run, arguments| {
            let values: Vec<Value> = elements("reverse", &arguments[0])?.values().collect();
            run.list(values.into_iter().rev().collect())
        },
    ),
    checked("uniq", |types| check_list("uniq", types), uniq),
    checked("concat", check_concat, concat),
    checked(
        "flatten",
        |types| check_list("flatten", types),
        |run, arguments| {
            let mut flat = Vec::new();
            flatten(run, elements("flatten", &arguments[0])?, &mut flat)?;
            run.list(flat)
        },
    ),
];

fn elements<'value>(name: &str, list: &'value Value) -> Answer<Elements<'value>> {
    match list.elements() {
        Some(elements) => Ok(elements),
        None => fail(format!("cannot {name} {}", list.type_name())),
    }
}

fn check_list(name: &str, arguments: &[Type]) -> Result<Type, String> {
    let argument = one(arguments)?;
    if argument.is_list() || argument.is_unknown() {
        return Ok(Type::List(None));
    }
    Err(format!("cannot {name} {argument}"))
}

fn check_end(name: &str, arguments: &[Type]) -> Result<Type, String> {
    let argument = one(arguments)?;
    if argument.is_unknown() {
        return Ok(Type::Any);
    }
    if argument.is_list() {
        return Ok(argument.reflected_element());
    }
    Err(format!("cannot get {name} element from {argument}"))
}

fn check_take(arguments: &[Type]) -> Result<Type, String> {
    let [list, count] = arguments else {
        return Err(format!(
            "invalid number of arguments (expected 2, got {})",
            arguments.len()
        ));
    };
    if !list.is_list() && !list.is_unknown() {
        return Err(format!("cannot take from {list}"));
    }
    if !count.is_integer() && !count.is_unknown() && !count.is_duration() {
        return Err(format!("cannot take {count} elements"));
    }
    Ok(list.clone())
}

fn check_concat(arguments: &[Type]) -> Result<Type, String> {
    if arguments.is_empty() {
        return Err("invalid number of arguments (expected at least 1, got 0)".into());
    }
    match arguments
        .iter()
        .find(|argument| !argument.is_list() && !argument.is_unknown())
    {
        Some(argument) => Err(format!("cannot concat {argument}")),
        None => Ok(Type::List(None)),
    }
}

/// Go swallows every failure here: nil when there is no such element.
fn end(list: &Value, index: i64) -> Value {
    fetch(list, &Value::Int(index)).map_or(Value::Nil, |element| element.into_owned())
}

/// `from[index]`, with nil instead of an error for what is not there.
fn get(_: &mut Run, arguments: &[Value]) -> Answer<Value> {
    let (from, index) = (&arguments[0], &arguments[1]);
    match from {
        Value::Map(_) | Value::Table(_) => {
            let found = lookup(from, index)?;
            Ok(found.map_or(Value::Nil, std::borrow::Cow::into_owned))
        }
        Value::String(_) => {
            to_int(index)?;
            Ok(fetch(from, index).map_or(Value::Nil, std::borrow::Cow::into_owned))
        }
        list if list.elements().is_some() => {
            to_int(index)?;
            Ok(fetch(from, index).map_or(Value::Nil, std::borrow::Cow::into_owned))
        }
        _ => Ok(Value::Nil),
    }
}

fn take(run: &mut Run, arguments: &[Value]) -> Answer<Value> {
    let Some(list) = arguments[0].elements() else {
        return fail(format!("cannot take from {}", arguments[0].type_name()));
    };
    let count = match &arguments[1] {
        Value::Int(count) | Value::Int64(count) | Value::Duration(count) => *count,
        other => return fail(format!("cannot take {} elements", other.type_name())),
    };
    let Ok(count) = usize::try_from(count) else {
        return fail("reflect.Value.Slice: slice index out of bounds");
    };
    let count = count.min(list.len());
    run.budget.steps(count)?;
    Ok(match list {
        Elements::Values(values) => Value::List(values[..count].into()),
        Elements::Floats(floats) => Value::Floats(floats[..count].into()),
        Elements::Ints(ints) => Value::Ints(ints[..count].into()),
        Elements::Strings(strings) => Value::Strings(strings[..count].into()),
    })
}

fn uniq(run: &mut Run, arguments: &[Value]) -> Answer<Value> {
    let mut kept: Vec<Value> = Vec::new();
    for element in elements("uniq", &arguments[0])?.values() {
        let weight = run.weigh(&element)?;
        run.budget.steps(kept.len().saturating_mul(weight + 1))?;
        if !kept.iter().any(|known| equal(&element, known)) {
            kept.push(element);
        }
    }
    run.uncounted_list(kept)
}

fn concat(run: &mut Run, arguments: &[Value]) -> Answer<Value> {
    let mut all = Vec::new();
    for argument in arguments {
        let list = elements("concat", argument)?;
        run.budget.steps(list.len())?;
        all.extend(list.values());
    }
    if all.is_empty() {
        return Ok(Value::NilList);
    }
    run.list(all)
}

/// The depth of values is bounded where they are made.
fn flatten(run: &mut Run, list: Elements<'_>, flat: &mut Vec<Value>) -> Answer<()> {
    for element in list.values() {
        run.budget.step()?;
        match element.elements() {
            Some(inner) => flatten(run, inner, flat)?,
            None => flat.push(element),
        }
    }
    Ok(())
}
