//! Serin's own judging, whole and with parts left out.

use std::sync::{Arc, LazyLock};
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
use crate::traffic::{self, WINDOW, Window};

const START: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

/// A way to judge.
pub(crate) struct Variant {
    pub(crate) name: &'static str,
    pub(crate) with_history: bool,
    pub(crate) policy: Policy,
    /// For trade-offs: played where a scenario says so.
    pub(crate) is_for_curves: bool,
}

/// The full default, its parts off one at a time, and other settings.
pub(crate) fn variants() -> Vec<Variant> {
    let policy = Policy {
        burn_in: Duration::from_secs(BURN_IN as u64 * WINDOW),
        deadline: Duration::from_secs((BURN_IN + JUDGED) as u64 * WINDOW),
        ..Policy::default()
    };
    let mut variants = parts_off(policy);
    let mut setting = |name, policy| {
        variants.push(Variant {
            name,
            with_history: true,
            policy,
            is_for_curves: true,
        });
    };
    for (name, false_rollback) in [
        ("falseRollback 0.1%", 0.001),
        ("falseRollback 0.3%", 0.003),
        ("falseRollback 3%", 0.03),
        ("falseRollback 10%", 0.1),
    ] {
        setting(
            name,
            Policy {
                false_rollback,
                ..policy
            },
        );
    }
    for (name, seconds) in [("restarts every 2 min", 120), ("restarts every 5 min", 300)] {
        let restart_interval = Some(Duration::from_secs(seconds));
        setting(
            name,
            Policy {
                restart_interval,
                ..policy
            },
        );
    }
    variants
}

fn parts_off(policy: Policy) -> Vec<Variant> {
    let variant = |name, with_history, policy| Variant {
        name,
        with_history,
        policy,
        is_for_curves: false,
    };
    let independent = Policy {
        dispersion: Dispersion::Fixed(1.0),
        ..policy
    };
    let no_restarts = Policy {
        restart_interval: None,
        ..policy
    };
    let no_deadline_test = Policy {
        alpha_spending: AlphaSpending::Anytime,
        ..policy
    };
    let plain = Policy {
        alpha_spending: AlphaSpending::Anytime,
        restart_interval: None,
        ..independent
    };
    vec![
        variant("Serin", true, policy),
        variant("Serin, default factors", false, policy),
        variant("no dispersion", false, independent),
        variant("no restarts", true, no_restarts),
        variant("no deadline test", true, no_deadline_test),
        variant("plain e-process", false, plain),
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

/// A release as it is looked at.
pub(crate) struct Recording {
    /// All of it in one look, as a run that begins reads it.
    history: Look,
    run: Vec<Look>,
}

impl Recording {
    pub(crate) fn new(history: Vec<Window>, run: Vec<Window>) -> Self {
        let names: [Arc<str>; 2] = ["errors".into(), "latency".into()];
        let target: Arc<str> = "".into();
        let look = |window: Window, at: Timestamp, history: bool| {
            let mut windows = Vec::with_capacity(4);
            for (side, seen) in [Side::Canary, Side::Stable].into_iter().zip(window) {
                let counts = Data::Errors(Counts {
                    total: seen.requests,
                    bad: seen.errors,
                });
                for (comparison, data) in names.iter().zip([counts, latency(seen.latencies)]) {
                    windows.push(JudgedWindow {
                        comparison: Arc::clone(comparison),
                        side,
                        target: Arc::clone(&target),
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
        let before = |index: usize| START - Duration::from_secs((long - 1 - index as u64) * WINDOW);
        let after = |index: usize| START + Duration::from_secs((index as u64 + 1) * WINDOW);
        let looks = |windows: Vec<Window>, at: &dyn Fn(usize) -> Timestamp, history| {
            let numbered = windows.into_iter().enumerate();
            numbered
                .map(|(index, window)| look(window, at(index), history))
                .collect()
        };
        let before: Vec<Look> = looks(history, &before, true);
        Self {
            history: Look {
                at: START,
                windows: before.into_iter().flat_map(|look| look.windows).collect(),
            },
            run: looks(run, &after, false),
        }
    }
}

fn latency(counts: Vec<u64>) -> Data {
    static EMPTY: LazyLock<Histogram> = LazyLock::new(|| {
        let buckets = traffic::bounds().iter().map(|bound| (*bound, 0)).collect();
        Histogram::new(buckets).unwrap_or_else(|error| unreachable!("bounds that ascend: {error}"))
    });
    Data::Latency(Latencies {
        histogram: EMPTY.with_counts(counts).unwrap_or_default(),
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
        state.look(&recording.history, &[]);
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
