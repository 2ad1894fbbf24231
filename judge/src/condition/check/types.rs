use std::fmt;
use std::sync::Arc;

use crate::condition::builtins::Builtin;
use crate::condition::value::{Native, Value};

/// A static type: Go's `nature`.
#[derive(Clone, Debug)]
pub(in crate::condition) enum Type {
    /// Nothing is known, and Go has no type for it either: assignable to nothing.
    Unknown,
    /// The empty interface: an element of `[]any` or of a map. As unknown as `Unknown`, but everything is assignable to it.
    Any,
    Nil,
    Bool,
    Int,
    Int64,
    Float,
    String,
    /// `[]any`, with the type of the elements when it is known.
    List(Option<Arc<Self>>),
    Floats,
    Strings,
    Ints,
    /// `map[string]any`
    Map,
    /// `map[any][]any`
    Groups,
    /// `map[any]any`
    Table,
    Time,
    Duration,
    Zone,
    Native(Native),
    /// A builtin that is not called; `None` for those that take a predicate.
    Builtin(Option<&'static Builtin>),
}

impl Type {
    /// The type of a value.
    pub(in crate::condition) fn of(value: &Value) -> Self {
        match value {
            Value::Nil => Self::Nil,
            Value::Bool(_) => Self::Bool,
            Value::Int(_) => Self::Int,
            Value::Int64(_) => Self::Int64,
            Value::Float(_) => Self::Float,
            Value::String(_) => Self::String,
            Value::Floats(_) => Self::Floats,
            Value::Ints(_) => Self::Ints,
            Value::Strings(_) => Self::Strings,
            Value::List(_) | Value::NilList | Value::Pair(_) => Self::List(None),
            Value::Map(_) => Self::Map,
            Value::Table(table) if table.is_groups => Self::Groups,
            Value::Table(_) => Self::Table,
            Value::Time(_) => Self::Time,
            Value::Duration(_) => Self::Duration,
            Value::Zone(_) => Self::Zone,
            Value::Function(native) => Self::Native(*native),
        }
    }

    pub(in crate::condition) fn list_of(element: Self) -> Self {
        Self::List(Some(Arc::new(element)))
    }

    pub(in crate::condition) fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown | Self::Any)
    }

    pub(in crate::condition) fn is_bool(&self) -> bool {
        matches!(self, Self::Bool)
    }

    pub(in crate::condition) fn is_integer(&self) -> bool {
        matches!(self, Self::Int | Self::Int64)
    }

    pub(in crate::condition) fn is_number(&self) -> bool {
        self.is_integer() || matches!(self, Self::Float)
    }

    pub(in crate::condition) fn is_string(&self) -> bool {
        matches!(self, Self::String)
    }

    pub(in crate::condition) fn is_list(&self) -> bool {
        matches!(self, Self::List(_) | Self::Floats | Self::Strings | Self::Ints)
    }

    pub(in crate::condition) fn is_map(&self) -> bool {
        matches!(self, Self::Map | Self::Groups | Self::Table)
    }

    pub(in crate::condition) fn is_time(&self) -> bool {
        matches!(self, Self::Time)
    }

    pub(in crate::condition) fn is_duration(&self) -> bool {
        matches!(self, Self::Duration)
    }

    /// The type of the elements of a list or a map.
    pub(in crate::condition) fn element(&self) -> Self {
        match self {
            Self::List(Some(element)) => element.as_ref().clone(),
            Self::Floats => Self::Float,
            Self::Strings => Self::String,
            Self::Ints => Self::Int,
            Self::Groups => Self::List(None),
            Self::List(None) | Self::Map | Self::Table => Self::Any,
            _ => Self::Unknown,
        }
    }

    /// The element type as Go's reflection has it, which knows nothing of what `[]any` holds.
    pub(in crate::condition) fn reflected_element(&self) -> Self {
        match self {
            Self::List(_) => Self::Any,
            other => other.element(),
        }
    }

    /// The same type without what only the checker knows of it.
    pub(in crate::condition) fn reflected(&self) -> Self {
        match self {
            Self::Unknown => Self::Any,
            Self::List(_) => Self::List(None),
            other => other.clone(),
        }
    }

    /// Go's `AssignableTo`.
    pub(in crate::condition) fn is_assignable_to(&self, target: &Self) -> bool {
        match (self, target) {
            (Self::Nil, target) => matches!(
                target,
                Self::Any
                    | Self::List(_)
                    | Self::Floats
                    | Self::Strings
                    | Self::Ints
                    | Self::Map
                    | Self::Groups
                    | Self::Table
                    | Self::Native(_)
                    | Self::Builtin(_)
            ),
            (Self::Unknown, _) | (_, Self::Unknown | Self::Nil) => false,
            (_, Self::Any) => true,
            (Self::Native(left), Self::Native(right)) => left.type_name() == right.type_name(),
            (left, right) => std::mem::discriminant(left) == std::mem::discriminant(right),
        }
    }

    /// Go's `ComparableTo`, which `==` and `in` ask.
    pub(in crate::condition) fn is_comparable_to(&self, other: &Self) -> bool {
        self.is_unknown()
            || other.is_unknown()
            || matches!(self, Self::Nil)
            || matches!(other, Self::Nil)
            || self.is_number() && other.is_number()
            || self.is_list() && other.is_list()
            || self.is_assignable_to(other)
    }

    /// True when Go's reflection gives both the same kind.
    pub(in crate::condition) fn has_kind_of(&self, other: &Self) -> bool {
        self.kind() == other.kind()
    }

    fn kind(&self) -> u8 {
        match self {
            Self::Unknown | Self::Nil => 0,
            Self::Any => 1,
            Self::Bool => 2,
            Self::Int => 3,
            Self::Int64 | Self::Duration => 4,
            Self::Float => 5,
            Self::String => 6,
            Self::List(_) | Self::Floats | Self::Strings | Self::Ints => 7,
            Self::Map | Self::Groups | Self::Table => 8,
            Self::Time => 9,
            Self::Zone => 10,
            Self::Native(_) | Self::Builtin(_) => 11,
        }
    }
}

impl fmt::Display for Type {
    /// As Go prints the type in its errors.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Unknown | Self::Nil => "unknown",
            Self::Any => "interface {}",
            Self::Bool => "bool",
            Self::Int => "int",
            Self::Int64 => "int64",
            Self::Float => "float64",
            Self::String => "string",
            Self::List(_) => "[]interface {}",
            Self::Floats => "[]float64",
            Self::Strings => "[]string",
            Self::Ints => "[]int",
            Self::Map => "map[string]interface {}",
            Self::Groups => "map[interface {}][]interface {}",
            Self::Table => "map[interface {}]interface {}",
            Self::Time => "time.Time",
            Self::Duration => "time.Duration",
            Self::Zone => "*time.Location",
            Self::Native(native) => native.type_name(),
            Self::Builtin(_) => "func(...interface {}) (interface {}, error)",
        })
    }
}
