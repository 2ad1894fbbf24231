//! Argo's truth table over both conditions: `utils/evaluate`, `EvaluateResult`.

use std::fmt;

use super::error::ConditionError;
use super::program::Condition;
use super::value::Value;
use crate::time::Timestamp;

/// What both conditions say of a measured value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The success condition holds, or only the failure condition is there and does not.
    Successful,
    /// The failure condition holds, or only the success condition is there and does not.
    Failed,
    /// Both are there and neither holds.
    Inconclusive,
}

/// One of the two conditions of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// `successCondition`
    Success,
    /// `failureCondition`
    Failure,
}

impl fmt::Display for Side {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Success => "successCondition",
            Self::Failure => "failureCondition",
        })
    }
}

/// Why a measured value could not be assessed, in Argo's words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("could not evaluate {side} \"{text}\": {reason}")]
pub struct Assessment {
    side: Side,
    text: String,
    reason: String,
    source: ConditionError,
}

impl Assessment {
    /// What Argo reports when the condition `text` has failed on `result`. No data explains more than the error does.
    pub(super) fn new(side: Side, text: &str, source: ConditionError, result: &Value) -> Self {
        let reason = if result.is_nil_or_empty() {
            "metric result is nil or empty: no data returned from the metric provider".into()
        } else {
            source.to_string()
        };
        Self {
            side,
            text: text.into(),
            reason,
            source,
        }
    }

    /// Which condition has failed.
    #[must_use]
    pub fn side(&self) -> Side {
        self.side
    }

    /// How it has failed, with the place in its text.
    #[must_use]
    pub fn condition_error(&self) -> &ConditionError {
        &self.source
    }
}

/// Puts a measured value to the conditions that there are, the success condition first.
///
/// # Errors
/// When a condition that is there has no answer; the failure condition is not evaluated when the success condition fails.
pub fn assess(
    success: Option<&Condition>,
    failure: Option<&Condition>,
    result: &Value,
    now: Timestamp,
) -> Result<Outcome, Assessment> {
    let answer = |side: Side, condition: Option<&Condition>| match condition {
        None => Ok(None),
        Some(condition) => match condition.evaluate_at(result, now) {
            Ok(holds) => Ok(Some(holds)),
            Err(error) => Err(Assessment::new(side, condition.text(), error, result)),
        },
    };
    let success = answer(Side::Success, success)?;
    let failure = answer(Side::Failure, failure)?;
    Ok(decide(success, failure))
}

/// The truth table; `None` for a condition that is not there.
pub(super) fn decide(success: Option<bool>, failure: Option<bool>) -> Outcome {
    match (success, failure) {
        (_, Some(true)) | (Some(false), None) => Outcome::Failed,
        (None, None | Some(false)) | (Some(true), _) => Outcome::Successful,
        (Some(false), Some(false)) => Outcome::Inconclusive,
    }
}
