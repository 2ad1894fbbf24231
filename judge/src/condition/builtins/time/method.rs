//! Methods of Go's `time.Time` and `time.Duration`, as far as their results have a type here.

use std::sync::Arc;

use jiff::tz::TimeZone;

use super::{as_time, duration_text, layout, time_text};
use crate::condition::arithmetic::{add_duration, time_between};
use crate::condition::builtins::text;
use crate::condition::check::Type;
use crate::condition::error::{Answer, fail};
use crate::condition::machine::{Run, conversion};
use crate::condition::value::{Number, Value};

/// A method that a condition may call.
pub(in crate::condition) struct Method {
    name: &'static str,
    pub(in crate::condition) overloads: &'static [&'static [Type]],
    pub(in crate::condition) result: &'static Type,
    pub(in crate::condition) call: fn(&mut Run, &Value, &[Value]) -> Answer<Value>,
}

const NONE: &[&[Type]] = &[&[]];
const A_TIME: &[&[Type]] = &[&[Type::Time]];
const A_DURATION: &[&[Type]] = &[&[Type::Duration]];

const TIME: &[Method] = &[
    row("Year", NONE, &Type::Int, |_, base, _| {
        let time = as_time(base)?;
        Ok(Value::Int(time.year().into()))
    }),
    row("Day", NONE, &Type::Int, |_, base, _| {
        let time = as_time(base)?;
        Ok(Value::Int(time.day().into()))
    }),
    row("Hour", NONE, &Type::Int, |_, base, _| {
        let time = as_time(base)?;
        Ok(Value::Int(time.hour().into()))
    }),
    row("Minute", NONE, &Type::Int, |_, base, _| {
        let time = as_time(base)?;
        Ok(Value::Int(time.minute().into()))
    }),
    row("Second", NONE, &Type::Int, |_, base, _| {
        let time = as_time(base)?;
        Ok(Value::Int(time.second().into()))
    }),
    row("Nanosecond", NONE, &Type::Int, |_, base, _| {
        let time = as_time(base)?;
        Ok(Value::Int(time.subsec_nanosecond().into()))
    }),
    row("YearDay", NONE, &Type::Int, |_, base, _| {
        let time = as_time(base)?;
        Ok(Value::Int(time.day_of_year().into()))
    }),
    row("Unix", NONE, &Type::Int64, |_, base, _| {
        let time = as_time(base)?;
        Ok(Value::Int64(
            time.timestamp()
                .as_nanosecond()
                .div_euclid(1_000_000_000)
                .try_into()
                .unwrap_or(0),
        ))
    }),
    row("UnixMilli", NONE, &Type::Int64, |_, base, _| {
        let time = as_time(base)?;
        Ok(Value::Int64(
            time.timestamp()
                .as_nanosecond()
                .div_euclid(1_000_000)
                .try_into()
                .unwrap_or(0),
        ))
    }),
    row("UnixMicro", NONE, &Type::Int64, |_, base, _| {
        let time = as_time(base)?;
        Ok(Value::Int64(
            time.timestamp()
                .as_nanosecond()
                .div_euclid(1_000)
                .try_into()
                .unwrap_or(0),
        ))
    }),
    row("UTC", NONE, &Type::Time, |_, base, _| {
        let time = as_time(base)?;
        Ok(Value::Time(Arc::new(time.with_time_zone(TimeZone::UTC))))
    }),
    row("String", NONE, &Type::String, |_, base, _| {
        let time = as_time(base)?;
        Ok(Value::text(&time_text(time)))
    }),
    row(
        "Format",
        &[&[Type::String]],
        &Type::String,
        |run, base, arguments| {
            let layout = text(arguments, 0)?;
            run.text(layout::format(as_time(base)?, layout))
        },
    ),
    row(
        "In",
        &[&[Type::Zone]],
        &Type::Time,
        |_, base, arguments| match arguments.first() {
            Some(Value::Zone(zone)) => Ok(Value::Time(Arc::new(as_time(base)?.with_time_zone(zone.clone())))),
            _ => fail("time: missing Location in call to Time.In"),
        },
    ),
    row("Add", A_DURATION, &Type::Time, |_, base, arguments| {
        add_duration(as_time(base)?, as_duration(&arguments[0])?)
    }),
    row("Sub", A_TIME, &Type::Duration, |_, base, arguments| {
        Ok(Value::Duration(time_between(
            as_time(base)?,
            as_time(&arguments[0])?,
        )))
    }),
    row("Before", A_TIME, &Type::Bool, |_, base, arguments| {
        Ok(Value::Bool(
            as_time(base)?.timestamp() < as_time(&arguments[0])?.timestamp(),
        ))
    }),
    row("After", A_TIME, &Type::Bool, |_, base, arguments| {
        Ok(Value::Bool(
            as_time(base)?.timestamp() > as_time(&arguments[0])?.timestamp(),
        ))
    }),
    row("Equal", A_TIME, &Type::Bool, |_, base, arguments| {
        Ok(Value::Bool(
            as_time(base)?.timestamp() == as_time(&arguments[0])?.timestamp(),
        ))
    }),
];

const DURATION: &[Method] = &[
    row("Hours", NONE, &Type::Float, |_, base, _| {
        unit(base, 3_600_000_000_000)
    }),
    row("Minutes", NONE, &Type::Float, |_, base, _| {
        unit(base, 60_000_000_000)
    }),
    row("Seconds", NONE, &Type::Float, |_, base, _| {
        unit(base, 1_000_000_000)
    }),
    row("Milliseconds", NONE, &Type::Int64, |_, base, _| {
        Ok(Value::Int64(as_duration(base)? / 1_000_000))
    }),
    row("Microseconds", NONE, &Type::Int64, |_, base, _| {
        Ok(Value::Int64(as_duration(base)? / 1_000))
    }),
    row("Nanoseconds", NONE, &Type::Int64, |_, base, _| {
        Ok(Value::Int64(as_duration(base)?))
    }),
    row("Abs", NONE, &Type::Duration, |_, base, _| {
        Ok(Value::Duration(as_duration(base)?.saturating_abs()))
    }),
    row("String", NONE, &Type::String, |_, base, _| {
        Ok(Value::text(&duration_text(as_duration(base)?)))
    }),
];

const fn row(
    name: &'static str,
    overloads: &'static [&'static [Type]],
    result: &'static Type,
    call: fn(&mut Run, &Value, &[Value]) -> Answer<Value>,
) -> Method {
    Method {
        name,
        overloads,
        result,
        call,
    }
}

/// The method of that name on values of that type.
pub(in crate::condition) fn method(base: &Type, name: &str) -> Option<&'static Method> {
    let table: &'static [Method] = match base {
        Type::Time => TIME,
        Type::Duration => DURATION,
        _ => &[],
    };
    table.iter().find(|method| method.name == name)
}

fn as_duration(value: &Value) -> Answer<i64> {
    match value {
        Value::Duration(nanos) => Ok(*nanos),
        other => conversion(other, "time.Duration"),
    }
}

/// Whole units and the rest apart, as Go does, so that no precision is lost.
fn unit(base: &Value, nanos: i64) -> Answer<Value> {
    let duration = as_duration(base)?;
    let (whole, rest) = (Number::Int(duration / nanos), Number::Int(duration % nanos));
    Ok(Value::Float(
        whole.float() + rest.float() / Number::Int(nanos).float(),
    ))
}
