use std::cmp::Ordering;
use std::sync::Arc;

use jiff::Zoned;

use super::Value;

/// A key of a Go `map[any]…`: equal when type and value are equal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::condition) enum Key {
    Nil,
    Bool(bool),
    Int(i64),
    Int64(i64),
    Float(Finite),
    /// NaN is no key that can be found again; the serial number keeps two of them apart.
    NotANumber(usize),
    String(Arc<str>),
    Duration(i64),
    /// In UTC. In Go a time in another zone equals only itself, which the serial number keeps track of.
    Time(Arc<Zoned>, usize),
}

/// A float that is no NaN, with one zero.
#[derive(Clone, Copy, Debug)]
pub(in crate::condition) struct Finite(f64);

impl PartialEq for Finite {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Finite {}

impl PartialOrd for Finite {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Finite {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl Key {
    /// `None` for values that Go cannot hash. `serial` tells one NaN from the next.
    pub(in crate::condition) fn of(value: &Value, serial: usize) -> Option<Self> {
        Some(match value {
            Value::Nil => Self::Nil,
            Value::Bool(bool) => Self::Bool(*bool),
            Value::Int(int) => Self::Int(*int),
            Value::Int64(int) => Self::Int64(*int),
            Value::Float(float) if float.is_nan() => Self::NotANumber(serial),
            // Adding zero turns minus zero, which is the same key in Go, into zero.
            Value::Float(float) => Self::Float(Finite(*float + 0.0)),
            Value::String(text) => Self::String(Arc::clone(text)),
            Value::Duration(nanos) => Self::Duration(*nanos),
            Value::Time(time) if time.offset().is_zero() => Self::Time(Arc::clone(time), 0),
            Value::Time(time) => Self::Time(Arc::clone(time), serial.saturating_add(1)),
            _ => return None,
        })
    }

    pub(in crate::condition) fn value(&self) -> Value {
        match self {
            Self::Nil => Value::Nil,
            Self::Bool(bool) => Value::Bool(*bool),
            Self::Int(int) => Value::Int(*int),
            Self::Int64(int) => Value::Int64(*int),
            Self::Float(float) => Value::Float(float.0),
            Self::NotANumber(_) => Value::Float(f64::NAN),
            Self::String(text) => Value::String(Arc::clone(text)),
            Self::Duration(nanos) => Value::Duration(*nanos),
            Self::Time(time, _) => Value::Time(Arc::clone(time)),
        }
    }
}
