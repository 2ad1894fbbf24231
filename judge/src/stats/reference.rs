//! Reference cases: numbers that other software computed, recomputed here.
//!
//! A file is a JSON object with `cases`, each `{id, test, params, inputs, expected, rel_tol | abs_tol, source}`. `test`
//! names the method, `expected` the fields to compare. [`differences`] answers with what does not agree; a test that is
//! not known, an input that cannot be used and a field that the test does not give are differences as well.

mod arguments;
mod case;
mod compute;
mod difference;
mod fixed;
mod sequential;

pub use case::{Case, ReferenceError, parse};
pub use difference::{Difference, differences};
