use std::collections::BTreeMap;
use std::sync::Arc;

/// A measured value with the type Go would have given it.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Go's nil.
    Nil,
    /// `bool`.
    Bool(bool),
    /// `int`.
    Int(i64),
    /// `float64`.
    Float(f64),
    /// `string`.
    String(Arc<str>),
    /// `[]float64`: what Prometheus vectors and matrices give.
    Floats(Arc<[f64]>),
    /// `[]any`.
    List(Arc<[Value]>),
    /// `map[string]any`.
    Map(Arc<BTreeMap<Arc<str>, Value>>),
}
