use std::sync::Arc;

use super::{Builtin, int, overloads, text};
use crate::condition::arithmetic::to_int;
use crate::condition::check::Type;
use crate::condition::check::Type::{Int, List, String as Text, Strings};
use crate::condition::error::{Answer, fail};
use crate::condition::machine::{Run, conversion};
use crate::condition::value::Value;

/// Go's limit for `repeat`.
const REPEAT_LIMIT: i64 = 1_000_000;

const ONE_TEXT: &[&[Type]] = &[&[Text]];
const TWO_TEXTS: &[&[Type]] = &[&[Text, Text]];
const ONE_OR_TWO_TEXTS: &[&[Type]] = &[&[Text], &[Text, Text]];
const SPLIT: &[&[Type]] = &[&[Text, Text], &[Text, Text, Int]];
const REPLACE: &[&[Type]] = &[&[Text, Text, Text, Int], &[Text, Text, Text]];
const JOIN: &[&[Type]] = &[&[List(None), Text], &[List(None)], &[Strings, Text], &[Strings]];

pub(super) const TABLE: &[Builtin] = &[
    overloads("trim", ONE_OR_TWO_TEXTS, &Text, trim),
    overloads("trimPrefix", ONE_OR_TWO_TEXTS, &Text, trim_prefix),
    overloads("trimSuffix", ONE_OR_TWO_TEXTS, &Text, trim_suffix),
    overloads("upper", ONE_TEXT, &Text, upper),
    overloads("lower", ONE_TEXT, &Text, lower),
    overloads("split", SPLIT, &Strings, |run, arguments| {
        split(run, arguments, false)
    }),
    overloads("splitAfter", SPLIT, &Strings, |run, arguments| {
        split(run, arguments, true)
    }),
    overloads("replace", REPLACE, &Text, replace),
    overloads("repeat", &[&[Text, Int]], &Text, repeat),
    overloads("join", JOIN, &Text, join),
    overloads("indexOf", TWO_TEXTS, &Int, |run, arguments| {
        find(run, arguments, |text, part| text.find(part))
    }),
    overloads("lastIndexOf", TWO_TEXTS, &Int, |run, arguments| {
        find(run, arguments, |text, part| text.rfind(part))
    }),
    overloads("hasPrefix", TWO_TEXTS, &Type::Bool, |_, arguments| {
        Ok(Value::Bool(text(arguments, 0)?.starts_with(text(arguments, 1)?)))
    }),
    overloads("hasSuffix", TWO_TEXTS, &Type::Bool, |_, arguments| {
        Ok(Value::Bool(text(arguments, 0)?.ends_with(text(arguments, 1)?)))
    }),
];

fn trim(run: &mut Run, arguments: &[Value]) -> Answer<Value> {
    let whole = text(arguments, 0)?;
    let trimmed = if arguments.len() == 1 {
        whole.trim()
    } else {
        let cut = text(arguments, 1)?;
        whole.trim_matches(|char| cut.contains(char))
    };
    run.text(trimmed.into())
}

/// The text to cut off: a blank when none is given.
fn affix(arguments: &[Value]) -> Answer<&str> {
    if arguments.len() == 2 {
        text(arguments, 1)
    } else {
        Ok(" ")
    }
}

fn trim_prefix(run: &mut Run, arguments: &[Value]) -> Answer<Value> {
    let whole = text(arguments, 0)?;
    run.text(whole.strip_prefix(affix(arguments)?).unwrap_or(whole).into())
}

fn trim_suffix(run: &mut Run, arguments: &[Value]) -> Answer<Value> {
    let whole = text(arguments, 0)?;
    run.text(whole.strip_suffix(affix(arguments)?).unwrap_or(whole).into())
}

/// Go maps character by character: what would become several characters stays as it is.
fn upper(run: &mut Run, arguments: &[Value]) -> Answer<Value> {
    let mapped = text(arguments, 0)?
        .chars()
        .map(|char| single(char, char.to_uppercase()))
        .collect();
    run.text(mapped)
}

fn lower(run: &mut Run, arguments: &[Value]) -> Answer<Value> {
    let mapped = text(arguments, 0)?
        .chars()
        .map(|char| single(char, char.to_lowercase()))
        .collect();
    run.text(mapped)
}

fn single(char: char, mut mapped: impl Iterator<Item = char>) -> char {
    match (mapped.next(), mapped.next()) {
        (Some(only), None) => only,
        _ => char,
    }
}

fn split(run: &mut Run, arguments: &[Value], keeps_separator: bool) -> Answer<Value> {
    let (whole, separator) = (text(arguments, 0)?, text(arguments, 1)?);
    run.budget.make_text(whole.len())?;
    let limit = match arguments.get(2) {
        Some(count) => usize::try_from(to_int(count)?).unwrap_or(usize::MAX),
        None => usize::MAX,
    };
    let mut parts: Vec<Arc<str>> = Vec::new();
    let mut rest = whole;
    while parts.len() + 1 < limit {
        let found = if separator.is_empty() {
            // Every character is a part; the last one is what is left.
            let first = rest.chars().next().map_or(0, char::len_utf8);
            (first > 0 && first < rest.len()).then_some(first)
        } else {
            rest.find(separator)
        };
        let Some(at) = found else { break };
        run.budget.step()?;
        let after = at + separator.len();
        parts.push(rest[..if keeps_separator { after } else { at }].into());
        rest = &rest[after..];
    }
    if limit > 0 && !(separator.is_empty() && whole.is_empty()) {
        parts.push(rest.into());
    }
    run.budget.steps(parts.len())?;
    Ok(Value::Strings(parts.into()))
}

fn replace(run: &mut Run, arguments: &[Value]) -> Answer<Value> {
    let (whole, old, new) = (text(arguments, 0)?, text(arguments, 1)?, text(arguments, 2)?);
    let limit = match arguments.get(3) {
        Some(count) => usize::try_from(to_int(count)?).unwrap_or(usize::MAX),
        None => usize::MAX,
    };
    run.budget.read_text(whole.len())?;
    let count = whole.matches(old).take(limit).count();
    let made = whole.len().saturating_add(count.saturating_mul(new.len()));
    run.budget.make_text(made)?;
    Ok(Value::String(whole.replacen(old, new, limit).into()))
}

fn repeat(run: &mut Run, arguments: &[Value]) -> Answer<Value> {
    let whole = text(arguments, 0)?;
    let count = to_int(arguments.get(1).unwrap_or(&Value::Nil))?;
    if count < 0 {
        return fail(format!(
            "invalid argument for repeat (expected positive integer, got {count})"
        ));
    }
    if count > REPEAT_LIMIT {
        return fail("memory budget exceeded");
    }
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let made = whole.len().saturating_mul(count);
    run.budget.make_list(made)?;
    run.budget.make_text(made)?;
    Ok(Value::String(whole.repeat(count).into()))
}

fn join(run: &mut Run, arguments: &[Value]) -> Answer<Value> {
    let glue = if arguments.len() == 2 {
        text(arguments, 1)?
    } else {
        ""
    };
    let values: Vec<Value> = match arguments.first() {
        Some(list @ (Value::Strings(_) | Value::List(_) | Value::NilList)) => list
            .elements()
            .into_iter()
            .flat_map(|elements| elements.values())
            .collect(),
        other => {
            let name = other.map_or("<nil>", Value::type_name);
            return fail(format!("invalid argument for join (type {name})"));
        }
    };
    let mut parts = Vec::with_capacity(values.len() * 2);
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            parts.push(glue);
        }
        match value {
            Value::String(part) => parts.push(part),
            other => return conversion(other, "string"),
        }
    }
    run.budget.steps(parts.len())?;
    run.join(&parts)
}

fn find(run: &mut Run, arguments: &[Value], find: fn(&str, &str) -> Option<usize>) -> Answer<Value> {
    let (whole, part) = (text(arguments, 0)?, text(arguments, 1)?);
    run.budget.read_text(whole.len())?;
    Ok(find(whole, part).map_or(Value::Int(-1), int))
}
