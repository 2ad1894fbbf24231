//! The public cases of Argo's own tests (`analysis/analysis_test.go`, `utils/analysis/*_test.go`), by their numbers
//! in the compatibility notes, and Serin's own rules.

mod argo_metric;
mod argo_run;
mod guards;
mod hostile;
mod random;
mod serin_rules;
mod shared_faults;

use std::time::Duration;

use crate::analysis::plan::{Dialect, Metric, OnFailure, Plan, Provider};
use crate::time::Timestamp;
use crate::verdict::{Measurement, Phase};

pub(super) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(1_700_000_000_000_000 + seconds * 1_000_000)
}

pub(super) fn metric(name: &str) -> Metric {
    Metric {
        name: name.to_owned(),
        interval: None,
        initial_delay: Duration::ZERO,
        count: None,
        success: None,
        failure: None,
        failure_limit: Some(0),
        inconclusive_limit: 0,
        consecutive_error_limit: 4,
        consecutive_success_limit: 0,
        dry_run: false,
        retention: 10,
        failing_for: Duration::ZERO,
        on_failure: OnFailure::Rollback,
        guard: false,
        provider: Provider::Unavailable {
            kind: "job".to_owned(),
        },
    }
}

pub(super) fn plan(dialect: Dialect, metrics: Vec<Metric>) -> Plan {
    Plan {
        dialect,
        metrics,
        ..Plan::empty("analysis")
    }
}

pub(super) fn measured(phase: Phase, seconds: i64) -> Measurement {
    Measurement {
        phase,
        ..Measurement::error(String::new(), at(seconds), at(seconds))
    }
}
