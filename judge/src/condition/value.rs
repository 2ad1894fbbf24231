//! Values with the types Go gives them.

mod decimal;
mod json;
mod key;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::{Zoned, tz::TimeZone};

pub use decimal::Decimal;
pub(super) use json::write_string;
pub(super) use key::Key;

/// A measured value with the type Go would have given it.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Go's nil.
    Nil,
    /// `bool`.
    Bool(bool),
    /// `int`.
    Int(i64),
    /// An integer of another Go type than `int`: what `asInt` gives.
    Int64(i64),
    /// `float64`.
    Float(f64),
    /// `string`.
    String(Arc<str>),
    /// `[]float64`: what Prometheus vectors and matrices give.
    Floats(Arc<[f64]>),
    /// `[]int`: what a range gives.
    Ints(Arc<[i64]>),
    /// `[]string`: what `split` gives.
    Strings(Arc<[Arc<str>]>),
    /// `[]any`.
    List(Arc<[Value]>),
    /// A nil `[]any`: empty, and equal to nil.
    NilList,
    /// `[2]any`: an element of `toPairs`.
    Pair(Arc<[Value; 2]>),
    /// `map[string]any`.
    Map(Arc<BTreeMap<Arc<str>, Value>>),
    /// A map whose keys are no strings: what `groupBy` and `fromPairs` give.
    Table(Arc<Table>),
    /// `time.Time`.
    Time(Arc<Zoned>),
    /// `time.Duration` in nanoseconds.
    Duration(i64),
    /// `*time.Location`.
    Zone(TimeZone),
    /// One of Argo's functions, not called.
    Function(Native),
}

/// A map with keys of any type.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    pub(super) entries: BTreeMap<Key, Value>,
    /// True for `groupBy`, whose elements are lists: a missing key gives a nil list there, and nil otherwise.
    pub(super) is_groups: bool,
}

/// Argo's own functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Native {
    /// `asInt(any) int64`
    AsInt,
    /// `asFloat(any) float64`
    AsFloat,
    /// `isNaN(float64) bool`
    IsNan,
    /// `isInf(float64) bool`
    IsInf,
    /// `isNil(any) bool`, which looks at the whole result and not at its argument.
    IsNil,
    /// `default(any, any) any`, which looks at the whole result and not at its first argument.
    Default,
}

/// A number as Go's arithmetic sees it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Number {
    Int(i64),
    Float(f64),
}

impl Number {
    pub(super) fn float(self) -> f64 {
        match self {
            #[expect(
                clippy::cast_precision_loss,
                reason = "Go's float64(int) rounds in the same way"
            )]
            Self::Int(int) => int as f64,
            Self::Float(float) => float,
        }
    }
}

/// The elements of anything that Go can index and range over.
#[derive(Clone, Copy)]
pub(super) enum Elements<'value> {
    Values(&'value [Value]),
    Floats(&'value [f64]),
    Ints(&'value [i64]),
    Strings(&'value [Arc<str>]),
}

impl Elements<'_> {
    pub(super) fn len(self) -> usize {
        match self {
            Self::Values(values) => values.len(),
            Self::Floats(floats) => floats.len(),
            Self::Ints(ints) => ints.len(),
            Self::Strings(strings) => strings.len(),
        }
    }

    pub(super) fn get(self, index: usize) -> Option<Value> {
        match self {
            Self::Values(values) => values.get(index).cloned(),
            Self::Floats(floats) => floats.get(index).map(|float| Value::Float(*float)),
            Self::Ints(ints) => ints.get(index).map(|int| Value::Int(*int)),
            Self::Strings(strings) => strings.get(index).cloned().map(Value::String),
        }
    }

    pub(super) fn values(self) -> impl Iterator<Item = Value> {
        (0..self.len()).filter_map(move |index| self.get(index))
    }
}

impl Value {
    /// `[]float64`, as a vector or a matrix of Prometheus gives it.
    #[must_use]
    pub fn floats(samples: Vec<f64>) -> Self {
        Self::Floats(samples.into())
    }

    /// `float64`, as a scalar of Prometheus gives it.
    #[must_use]
    pub fn scalar(sample: f64) -> Self {
        Self::Float(sample)
    }

    /// A string.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self::String(text.into())
    }

    pub(super) fn list(values: Vec<Self>) -> Self {
        Self::List(values.into())
    }

    pub(super) fn number(&self) -> Option<Number> {
        match self {
            Self::Int(int) | Self::Int64(int) => Some(Number::Int(*int)),
            Self::Float(float) => Some(Number::Float(*float)),
            _ => None,
        }
    }

    /// The elements of a list of any type; `None` for everything else.
    pub(super) fn elements(&self) -> Option<Elements<'_>> {
        match self {
            Self::List(values) => Some(Elements::Values(values)),
            Self::NilList => Some(Elements::Values(&[])),
            Self::Pair(pair) => Some(Elements::Values(pair.as_slice())),
            Self::Floats(floats) => Some(Elements::Floats(floats)),
            Self::Ints(ints) => Some(Elements::Ints(ints)),
            Self::Strings(strings) => Some(Elements::Strings(strings)),
            _ => None,
        }
    }

    /// What Go's `IsNil` says.
    pub(super) fn is_nil(&self) -> bool {
        matches!(self, Self::Nil | Self::NilList)
    }

    /// What Argo calls nil or empty: no data from the provider.
    pub(super) fn is_nil_or_empty(&self) -> bool {
        self.is_nil() || self.elements().is_some_and(|elements| elements.len() == 0)
    }

    /// The name of the Go type, as `%T` prints it.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Nil => "<nil>",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Int64(_) => "int64",
            Self::Float(_) => "float64",
            Self::String(_) => "string",
            Self::Floats(_) => "[]float64",
            Self::Ints(_) => "[]int",
            Self::Strings(_) => "[]string",
            Self::List(_) | Self::NilList => "[]interface {}",
            Self::Pair(_) => "[2]interface {}",
            Self::Map(_) => "map[string]interface {}",
            Self::Table(table) if table.is_groups => "map[interface {}][]interface {}",
            Self::Table(_) => "map[interface {}]interface {}",
            Self::Time(_) => "time.Time",
            Self::Duration(_) => "time.Duration",
            Self::Zone(_) => "*time.Location",
            Self::Function(native) => native.type_name(),
        }
    }
}

impl Native {
    /// The function of that name in Argo's environment.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "asInt" => Self::AsInt,
            "asFloat" => Self::AsFloat,
            "isNaN" => Self::IsNan,
            "isInf" => Self::IsInf,
            "isNil" => Self::IsNil,
            "default" => Self::Default,
            _ => return None,
        })
    }

    pub(super) const ALL: [(&'static str, Self); 6] = [
        ("asInt", Self::AsInt),
        ("asFloat", Self::AsFloat),
        ("isNaN", Self::IsNan),
        ("isInf", Self::IsInf),
        ("isNil", Self::IsNil),
        ("default", Self::Default),
    ];

    pub(super) fn type_name(self) -> &'static str {
        match self {
            Self::AsInt => "func(interface {}) int64",
            Self::AsFloat => "func(interface {}) float64",
            Self::IsNan | Self::IsInf => "func(float64) bool",
            Self::IsNil => "func(interface {}) bool",
            Self::Default => "func(interface {}, interface {}) interface {}",
        }
    }
}
