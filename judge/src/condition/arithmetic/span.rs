use std::sync::Arc;

use jiff::{SignedDuration, Zoned};

use crate::condition::error::{Answer, fail};
use crate::condition::value::Value;

/// A time and a number of nanoseconds.
pub(in crate::condition) fn add_duration(time: &Zoned, nanos: i64) -> Answer<Value> {
    match time.checked_add(SignedDuration::from_nanos(nanos)) {
        Ok(sum) => Ok(Value::Time(Arc::new(sum))),
        Err(_) => fail("time is out of range"),
    }
}

/// Nanoseconds from `right` to `left`; like Go's, held at the ends of 64 bits.
pub(in crate::condition) fn time_between(left: &Zoned, right: &Zoned) -> i64 {
    let nanos = left.timestamp().as_nanosecond() - right.timestamp().as_nanosecond();
    i64::try_from(nanos).unwrap_or(if nanos < 0 { i64::MIN } else { i64::MAX })
}
