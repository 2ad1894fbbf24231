//! Kayenta's judge over the comparisons of a plan.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::kayenta::{Metric, Thresholds};

/// What Kayenta's judge is asked, and what its answer is for.
#[derive(Clone, Debug)]
pub struct Kayenta {
    /// What the answer is for.
    pub role: KayentaRole,
    /// Where the classes of the score begin.
    pub thresholds: Thresholds,
    /// Weights of groups, in percent.
    pub group_weights: BTreeMap<String, f64>,
    /// Judged this often; `None` only at the deadline.
    pub interval: Option<Duration>,
    /// How each comparison is taken, in the plan's order; without points.
    pub metrics: Vec<Metric>,
}

/// What Kayenta's answer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum KayentaRole {
    /// It is the verdict on the comparisons.
    Judge,
    /// It is shown beside Serin's verdict.
    Shadow,
}
