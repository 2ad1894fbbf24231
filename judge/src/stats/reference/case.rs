//! The file format.

use serde::Deserialize;
use serde_json::{Map, Value};
use thiserror::Error;

/// Why a file is no file of reference cases.
#[derive(Debug, Error)]
pub enum ReferenceError {
    /// Not JSON, or not of this shape.
    #[error("no file of reference cases: {0}")]
    Shape(#[from] serde_json::Error),
    /// It was cut, or edited without its count.
    #[error("the file announces {announced} cases and has {found}: is it whole?")]
    Count {
        /// What `count` says.
        announced: u64,
        /// How many there are.
        found: usize,
    },
    /// Nothing to verify.
    #[error("the file has no cases")]
    NoCases,
    /// A case that could not fail.
    #[error("case {id}: `expected` is empty, so there is nothing to compare")]
    NothingExpected {
        /// The case.
        id: String,
    },
    /// A case that does not say how close is close enough.
    #[error("case {id}: `rel_tol` or `abs_tol` is needed, finite and at least 0")]
    Tolerance {
        /// The case.
        id: String,
    },
}

/// One case.
#[derive(Clone, Debug, Deserialize)]
pub struct Case {
    /// Its name in the file.
    pub id: String,
    /// The method.
    pub test: String,
    /// How the method is set.
    #[serde(default)]
    pub(super) params: Map<String, Value>,
    /// The data.
    #[serde(default)]
    pub(super) inputs: Map<String, Value>,
    /// The fields and their values.
    pub(super) expected: Map<String, Value>,
    rel_tol: Option<f64>,
    abs_tol: Option<f64>,
}

#[derive(Deserialize)]
struct File {
    count: Option<u64>,
    cases: Vec<Case>,
}

/// Reads a file.
///
/// # Errors
///
/// When the text is no such file, announces another number of cases, has none, or has one that could not fail.
pub fn parse(text: &str) -> Result<Vec<Case>, ReferenceError> {
    let file: File = serde_json::from_str(text)?;
    let found = file.cases.len();
    if let Some(announced) = file.count.filter(|announced| *announced != found as u64) {
        return Err(ReferenceError::Count { announced, found });
    }
    if file.cases.is_empty() {
        return Err(ReferenceError::NoCases);
    }
    for case in &file.cases {
        let id = || case.id.clone();
        if case.expected.is_empty() {
            return Err(ReferenceError::NothingExpected { id: id() });
        }
        if !case
            .abs_tol
            .or(case.rel_tol)
            .is_some_and(|tolerance| tolerance >= 0.0)
        {
            return Err(ReferenceError::Tolerance { id: id() });
        }
    }
    Ok(file.cases)
}

/// Relative tolerances are of at least this size: rounding leaves 1e-17 where 0 is expected.
const SIZE_MIN: f64 = 1e-9;

impl Case {
    /// Whether `got` is close enough. Two that are not numbers agree; an infinity agrees with itself.
    pub(super) fn accepts(&self, expected: f64, got: f64) -> bool {
        if expected == got || (expected.is_nan() && got.is_nan()) {
            return true;
        }
        let relative = || self.rel_tol.unwrap_or(0.0) * expected.abs().max(SIZE_MIN);
        expected.is_finite() && (got - expected).abs() <= self.abs_tol.unwrap_or_else(relative)
    }
}
