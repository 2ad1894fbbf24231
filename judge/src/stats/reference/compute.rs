//! From the name of a test to its fields.

use super::arguments::{ArgumentError, Arguments};
use super::{Case, fixed, sequential};

/// What a method gives for one field.
pub(super) enum Field {
    Number(f64),
    Numbers(Vec<f64>),
}

impl From<f64> for Field {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<u64> for Field {
    fn from(count: u64) -> Self {
        Self::Number(count as f64)
    }
}

impl From<Vec<f64>> for Field {
    fn from(numbers: Vec<f64>) -> Self {
        Self::Numbers(numbers)
    }
}

/// Fields by name.
pub(super) type Fields = Vec<(&'static str, Field)>;

/// Computes the fields of a case from its parameters and inputs.
pub(super) type Method = fn(Arguments, Arguments) -> Result<Fields, ArgumentError>;

/// Every field of the case's test; `None` when there is no such test.
pub(super) fn fields(case: &Case) -> Option<Result<Fields, ArgumentError>> {
    let mut methods = fixed::METHODS.iter().chain(sequential::METHODS);
    let (_, method) = methods.find(|(name, _)| *name == case.test)?;
    Some(method(Arguments(&case.params), Arguments(&case.inputs)))
}
