use super::numbers::is_numeric_kind;
use super::{Builtin, checked};
use crate::condition::arithmetic::is_less;
use crate::condition::check::Type;
use crate::condition::error::{Answer, fail};
use crate::condition::machine::Run;
use crate::condition::value::{Number, Value};

pub(super) const TABLE: &[Builtin] = &[
    checked(
        "max",
        |arguments| check_aggregate("max", arguments),
        |run, arguments| extreme(run, "max", arguments, is_less),
    ),
    checked(
        "min",
        |arguments| check_aggregate("min", arguments),
        |run, arguments| extreme(run, "min", arguments, |best, next| is_less(next, best)),
    ),
    checked("mean", |arguments| check_aggregate("mean", arguments), mean),
    checked("median", |arguments| check_aggregate("median", arguments), median),
];

fn check_aggregate(name: &str, arguments: &[Type]) -> Result<Type, String> {
    let Some(first) = arguments.first() else {
        return Err(format!("not enough arguments to call {name}"));
    };
    for argument in arguments {
        if argument.is_unknown() || argument.is_list() {
            return Ok(Type::Any);
        }
        if !is_numeric_kind(argument) {
            return Err(format!("invalid argument for {name} (type {argument})"));
        }
    }
    Ok(first.clone())
}

/// Go's `minMax`: lists are looked into, and a single argument of another kind is given back.
fn extreme(
    run: &mut Run,
    name: &str,
    arguments: &[Value],
    is_better: fn(&Value, &Value) -> Answer<bool>,
) -> Answer<Value> {
    let mut best: Option<Value> = None;
    for argument in arguments {
        run.budget.step()?;
        if let Some(elements) = argument.elements() {
            for element in elements.values() {
                let element = extreme(run, name, &[element], is_better)?;
                if element.number().is_none() {
                    return invalid(name, &element);
                }
                keep_better(&mut best, element, is_better)?;
            }
        } else if argument.number().is_some() || matches!(argument, Value::Duration(_)) {
            keep_better(&mut best, argument.clone(), is_better)?;
        } else if arguments.len() == 1 {
            return Ok(argument.clone());
        } else {
            return invalid(name, argument);
        }
    }
    Ok(best.unwrap_or(Value::Nil))
}

fn keep_better(
    best: &mut Option<Value>,
    next: Value,
    is_better: fn(&Value, &Value) -> Answer<bool>,
) -> Answer<()> {
    let replaces = match best {
        Some(best) => is_better(best, &next)?,
        None => true,
    };
    if replaces {
        *best = Some(next);
    }
    Ok(())
}

fn invalid<T>(name: &str, argument: &Value) -> Answer<T> {
    fail(format!(
        "invalid argument for {name} (type {})",
        argument.type_name()
    ))
}

/// All numbers in the arguments and in the lists inside of them. The depth of values is bounded where they are made.
fn gather(run: &mut Run, name: &str, arguments: &[Value], into: &mut Vec<f64>) -> Answer<()> {
    for argument in arguments {
        run.budget.step()?;
        match (argument, argument.number(), argument.elements()) {
            (Value::Floats(floats), ..) => {
                run.budget.steps(floats.len())?;
                into.extend_from_slice(floats);
            }
            (_, Some(number), _) => into.push(number.float()),
            (Value::Duration(nanos), ..) => into.push(Number::Int(*nanos).float()),
            (_, _, Some(elements)) => {
                for element in elements.values() {
                    gather(run, name, &[element], into)?;
                }
            }
            _ => return invalid(name, argument),
        }
    }
    Ok(())
}

/// How many numbers there are and their sum, added in Go's order, which decides the last bits.
fn add_up(run: &mut Run, arguments: &[Value]) -> Answer<(usize, f64)> {
    let (mut count, mut total) = (0, 0.0);
    for argument in arguments {
        run.budget.step()?;
        match (argument.number(), argument.elements(), argument) {
            (Some(number), ..) => {
                total += number.float();
                count += 1;
            }
            (_, _, Value::Duration(nanos)) => {
                total += Number::Int(*nanos).float();
                count += 1;
            }
            (_, Some(elements), _) => {
                for element in elements.values() {
                    let (more, sum) = add_up(run, &[element])?;
                    count += more;
                    total += sum;
                }
            }
            _ => return invalid("mean", argument),
        }
    }
    Ok((count, total))
}

fn mean(run: &mut Run, arguments: &[Value]) -> Answer<Value> {
    let (count, total) = add_up(run, arguments)?;
    #[expect(
        clippy::cast_precision_loss,
        reason = "the step budget keeps the count below 2^53"
    )]
    let mean = if count == 0 { 0.0 } else { total / count as f64 };
    Ok(Value::Float(mean))
}

fn median(run: &mut Run, arguments: &[Value]) -> Answer<Value> {
    let mut numbers = Vec::new();
    gather(run, "median", arguments, &mut numbers)?;
    // Go sorts NaN to the front.
    let rank = |number: &f64| (!number.is_nan(), *number);
    numbers.sort_by(|left, right| {
        let (left, right) = (rank(left), rank(right));
        left.0.cmp(&right.0).then(left.1.total_cmp(&right.1))
    });
    let middle = numbers.len() / 2;
    Ok(Value::Float(match (numbers.len() % 2, numbers.get(middle)) {
        (_, None) => 0.0,
        (1, Some(number)) => *number,
        (_, Some(upper)) => (numbers[middle - 1] + upper) / 2.0,
    }))
}
