use std::fmt::Write as _;
use std::sync::Arc;

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::analysis::plan::{Comparison, ComparisonKind, Plan, Population, Tolerance, Weight};
use crate::time::Timestamp;
use crate::verdict::{EarlierStage, RunIdentity, RunReport, RunState};

use super::Recording;

/// The verdict on a recording.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct JudgedRecording {
    /// As a run would have reported it.
    #[serde(flatten)]
    pub run: RunReport,
    /// When the verdict fell; where the recording ended, without one.
    pub at: Timestamp,
    /// Looks until then, history aside.
    pub looks: u64,
    /// Canary requests judged until then: the most of any comparison.
    pub canary_requests: u64,
}

/// The plan for a recording that comes without an analysis: every comparison is required, and the defaults apply.
#[must_use]
pub fn plan(recording: &Recording) -> Plan {
    let comparisons = recording.comparisons.iter().map(|(name, kind)| Comparison {
        name: name.to_string(),
        kind: *kind,
        population: Population::Recorded,
        tolerance: Tolerance::of(*kind),
        required: true,
        weight: match kind {
            ComparisonKind::Errors | ComparisonKind::Latency => Weight::Critical,
            ComparisonKind::Events | ComparisonKind::Series => Weight::Standard,
        },
        traffic_split: None,
    });
    let mut plan = Plan {
        comparisons: comparisons.collect(),
        ..Plan::empty("windows")
    };
    let rules = format!("{:?} {:?}", plan.comparisons, plan.policy);
    plan.config_hash = "sha256:".to_owned();
    for byte in Sha256::digest(rules) {
        // Writing to a string cannot fail.
        let _ = write!(plan.config_hash, "{byte:02x}");
    }
    plan
}

/// Judges a recording look by look, until there is a verdict. Where the recording ends before the deadline without one it
/// is inconclusive: the test at the deadline belongs to a time that was fixed in advance. Of a recording of several stages
/// the last one is judged; those before it are carried where the plan says so.
///
/// `None` for a recording without a window that could be judged.
#[must_use]
pub fn judge(plan: Arc<Plan>, recording: &Recording, identity: &RunIdentity) -> Option<JudgedRecording> {
    let started_at = recording.started_at?;
    let mut over = 0;
    let earlier: Vec<EarlierStage<'_>> = recording
        .earlier
        .iter()
        .map(|(started_at, until)| EarlierStage {
            started_at: *started_at,
            looks: &recording.looks[std::mem::replace(&mut over, *until)..*until],
        })
        .collect();
    let mut state = RunState::carrying(plan, started_at, &earlier);
    let (mut at, mut looks) = (started_at, 0);
    for look in &recording.looks[over..] {
        if let Some(deadline) = state.deadline().filter(|deadline| look.at > *deadline) {
            state.tick(deadline);
        }
        if state.decided_at().is_some() {
            break;
        }
        state.look(look, &[]);
        at = look.at;
        looks += u64::from(look.windows.iter().any(|window| !window.flags.history));
    }
    match state.deadline() {
        Some(deadline) if at >= deadline => state.tick(deadline),
        _ => state.end_of_data(at),
    }
    let at = state.decided_at().unwrap_or(at);
    Some(JudgedRecording {
        run: state.report(identity, at),
        at,
        looks,
        canary_requests: state.canary_requests(),
    })
}
