//! Serin's own judging, whole and with parts left out.

use std::sync::Arc;
use std::time::Duration;

use serin_judge::analysis::plan::{
    AlphaSpending, Comparison, ComparisonKind, Dispersion, Plan, Policy, Population, Tolerance, Weight,
};
use serin_judge::histogram::Histogram;
use serin_judge::time::Timestamp;
use serin_judge::verdict::{
    Counts, Data, Flags, Latencies, Look, RunState, Side, Verdict, Window as JudgedWindow,
};

use crate::rules::Outcome;
use crate::scenario::{BURN_IN, JUDGED};
use crate::traffic::{self, SideWindow, WINDOW, Window};

const START: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

/// A way to judge.
pub(crate) struct Variant {
    pub(crate) name: &'static str,
    pub(crate) with_history: bool,
    pub(crate) policy: Policy,
}

/// The full default, and its parts off one at a time.
pub(crate) fn variants() -> Vec<Variant> {
    let policy = Policy {
        burn_in: Duration::from_secs(BURN_IN as u64 * WINDOW),
        deadline: Duration::from_secs((BURN_IN + JUDGED) as u64 * WINDOW),
        ..Policy::default()
    };
    let variant = |name, with_history, policy| Variant {
        name,
        with_history,
        policy,
    };
    let independent = Policy {
        dispersion: Dispersion::Fixed(1.0),
        ..policy
    };
    vec![
        variant("Serin", true, policy),
        variant("Serin, default factors", false, policy),
        variant("no dispersion", false, independent),
        variant(
            "no restarts",
            true,
            Policy {
                restart_interval: None,
                ..policy
            },
        ),
        variant(
            "no deadline test",
            true,
            Policy {
                alpha_spending: AlphaSpending::Anytime,
                ..policy
            },
        ),
        variant(
            "plain e-process",
            false,
            Policy {
                alpha_spending: AlphaSpending::Anytime,
                restart_interval: None,
                ..independent
            },
        ),
    ]
}

fn plan(policy: Policy) -> Plan {
    let comparison = |name: &str, kind| Comparison {
        name: name.to_owned(),
        kind,
        population: Population::Recorded,
        tolerance: Tolerance::of(kind),
        required: true,
        weight: Weight::Critical,
        traffic_split: None,
    };
    Plan {
        comparisons: vec![
            comparison("errors", ComparisonKind::Errors),
            comparison("latency", ComparisonKind::Latency),
        ],
        policy,
        ..Plan::empty("decision")
    }
}

/// The looks of a release, its history first.
pub(crate) struct Recording {
    history: Vec<Look>,
    run: Vec<Look>,
}

impl Recording {
    pub(crate) fn new(history: &[Window], run: &[Window]) -> Self {
        let look = |window: &Window, at: Timestamp, history: bool| {
            let mut windows = Vec::with_capacity(4);
            for (side, seen) in [Side::Canary, Side::Stable].into_iter().zip(window) {
                for (comparison, data) in [("errors", errors(seen)), ("latency", latency(seen))] {
                    windows.push(JudgedWindow {
                        comparison: comparison.into(),
                        side,
                        target: "".into(),
                        start: at - Duration::from_secs(WINDOW),
                        end: at,
                        data,
                        flags: Flags {
                            history,
                            ..Flags::default()
                        },
                    });
                }
            }
            Look { at, windows }
        };
        let long = history.len() as u64;
        Self {
            history: history
                .iter()
                .enumerate()
                .map(|(index, window)| {
                    let before = (long - 1 - index as u64) * WINDOW;
                    look(window, START - Duration::from_secs(before), true)
                })
                .collect(),
            run: run
                .iter()
                .enumerate()
                .map(|(index, window)| {
                    look(
                        window,
                        START + Duration::from_secs((index as u64 + 1) * WINDOW),
                        false,
                    )
                })
                .collect(),
        }
    }
}

fn errors(seen: &SideWindow) -> Data {
    Data::Errors(Counts {
        total: seen.requests,
        bad: seen.errors,
    })
}

fn latency(seen: &SideWindow) -> Data {
    let counts = seen.latencies.iter().map(|count| u64::from(*count));
    let buckets = traffic::bounds().into_iter().zip(counts).collect();
    Data::Latency(Latencies {
        histogram: Histogram::new(buckets).unwrap_or_default(),
        timeouts: 0,
    })
}

/// Judges a recording; outcomes are counted in windows after the burn-in.
///
/// A fault that begins late is looked for in releases that were not promoted before: `may_promote` is false there.
pub(crate) fn judge(variant: &Variant, recording: &Recording, may_promote: bool) -> Outcome {
    let policy = Policy {
        false_promotion: if may_promote {
            variant.policy.false_promotion
        } else {
            f64::MIN_POSITIVE
        },
        ..variant.policy
    };
    let mut state = RunState::new(Arc::new(plan(policy)), START);
    if variant.with_history {
        for look in &recording.history {
            state.look(look, &[]);
        }
    }
    for (index, look) in recording.run.iter().enumerate() {
        state.look(look, &[]);
        if state.decided_at().is_some() {
            return outcome(&state, index + 1 - BURN_IN.min(index + 1));
        }
    }
    state.tick(START + variant.policy.deadline);
    outcome(&state, JUDGED)
}

fn outcome(state: &RunState, windows: usize) -> Outcome {
    match state.decision().verdict {
        Verdict::Rollback => Outcome::Rollback(windows),
        Verdict::Promote => Outcome::Promote(windows),
        Verdict::Continue | Verdict::Inconclusive => Outcome::Undecided,
    }
}
