//! Times, durations and time zones. The zones are those bundled with the program: nothing is read from the machine.

mod duration;
mod layout;
mod method;
mod parse;

use std::sync::{Arc, LazyLock};

use jiff::tz::{Offset, TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, Zoned};

pub(in crate::condition) use duration::duration_text;
pub(in crate::condition) use layout::{rfc3339, time_text};
pub(in crate::condition) use method::method;

use super::{Builtin, checked, overloads, text};
use crate::condition::check::Type;
use crate::condition::error::{Answer, fail};
use crate::condition::machine::{Run, conversion};
use crate::condition::value::Value;

static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// What `date` tries when no layout is given.
const LAYOUTS: [&str; 7] = [
    "2006-01-02",
    "15:04:05",
    "2006-01-02 15:04:05",
    "2006-01-02T15:04:05Z07:00",
    "02 Jan 06 15:04 MST",
    "Monday, 02-Jan-06 15:04:05 MST",
    "Mon, 02 Jan 2006 15:04:05 MST",
];

pub(super) const TABLE: &[Builtin] = &[
    checked("now", check_now, now),
    overloads("duration", &[&[Type::String]], &Type::Duration, |_, arguments| {
        let text = text(arguments, 0)?;
        match duration::parse(text) {
            Ok(nanos) => Ok(Value::Duration(nanos)),
            Err(message) => fail(message),
        }
    }),
    checked("date", check_date, date),
    overloads("timezone", &[&[Type::String]], &Type::Zone, |_, arguments| {
        zone(text(arguments, 0)?).map(Value::Zone)
    }),
];

fn check_now(arguments: &[Type]) -> Result<Type, String> {
    match arguments {
        [] | [Type::Zone] => Ok(Type::Time),
        _ => Err(format!(
            "invalid number of arguments (expected 0, got {})",
            arguments.len()
        )),
    }
}

fn check_date(arguments: &[Type]) -> Result<Type, String> {
    let rest = match arguments {
        [] => {
            return Err("invalid number of arguments (expected at least 1, got 0)".into());
        }
        [Type::Zone, rest @ ..] => rest,
        all => all,
    };
    if rest.len() > 3 {
        return Err(format!(
            "invalid number of arguments (expected at most 3, got {})",
            rest.len()
        ));
    }
    Ok(Type::Time)
}

/// The time zone of that name, as Go finds it: nothing is UTC, and there is no local time here.
pub(super) fn zone(name: &str) -> Answer<TimeZone> {
    match name {
        "" | "UTC" | "Local" => Ok(TimeZone::UTC),
        name => match ZONES.get(name) {
            Ok(zone) => Ok(zone),
            Err(_) => fail(format!("unknown time zone {name}")),
        },
    }
}

fn now(run: &mut Run, arguments: &[Value]) -> Answer<Value> {
    let Some(now) = run.now else {
        return fail("now() is not available here");
    };
    let Ok(stamp) = Timestamp::from_microsecond(now.as_micros()) else {
        return fail("time is out of range");
    };
    let zone = match arguments.first() {
        Some(Value::Zone(zone)) => zone.clone(),
        _ => TimeZone::UTC,
    };
    Ok(Value::Time(Arc::new(stamp.to_zoned(zone))))
}

/// Steps that reading a date is counted as: up to seven layouts are tried.
const DATE_STEPS: usize = 20;

fn date(run: &mut Run, arguments: &[Value]) -> Answer<Value> {
    run.budget.steps(DATE_STEPS)?;
    let (given, rest) = match arguments {
        [Value::Zone(zone), rest @ ..] => (Some(zone.clone()), rest),
        all => (None, all),
    };
    if rest.is_empty() {
        return fail("runtime error: index out of range [0] with length 0");
    }
    let text_of = |index| text(rest, index);
    let date = text_of(0)?;
    let found = match rest.len() {
        1 => {
            let zone = given.unwrap_or(TimeZone::UTC);
            let found = LAYOUTS
                .iter()
                .find_map(|layout| parse::parse(layout, date, &zone).ok());
            return match found {
                Some(time) => Ok(Value::Time(Arc::new(time))),
                None => fail(format!("invalid date {date}")),
            };
        }
        2 => parse::parse(text_of(1)?, date, &given.unwrap_or(TimeZone::UTC)),
        _ => {
            let layout = text_of(1)?;
            parse::parse(layout, date, &zone(text_of(2)?)?)
        }
    };
    match found {
        Ok(time) => Ok(Value::Time(Arc::new(time))),
        Err(message) => fail(message),
    }
}

/// A time argument of a method.
fn as_time(value: &Value) -> Answer<&Zoned> {
    match value {
        Value::Time(time) => Ok(time),
        other => conversion(other, "time.Time"),
    }
}

fn fixed(seconds: i32) -> Option<TimeZone> {
    Offset::from_seconds(seconds).ok().map(TimeZone::fixed)
}
