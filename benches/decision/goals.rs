//! What the benchmark is held against.

use crate::scenario::{ERRORS_X3, LATENCY_X12, PLAIN_NULL};
use crate::summary::{Score, Scored};

/// A goal and what was measured.
pub(crate) struct Goal {
    pub(crate) what: String,
    pub(crate) wanted: String,
    pub(crate) measured: String,
    pub(crate) is_met: bool,
}

const SERIN: &str = "Serin";

/// Canary requests until the rollback, at the median.
struct Requests {
    scenario: &'static str,
    method: &'static str,
    at_most: f64,
}

const REQUESTS: [Requests; 5] = [
    Requests {
        scenario: ERRORS_X3,
        method: "plain e-process",
        at_most: 1.4 * 900.0,
    },
    Requests {
        scenario: ERRORS_X3,
        method: SERIN,
        at_most: 1.8 * 900.0,
    },
    Requests {
        scenario: "errors 0.5% to 5%",
        method: SERIN,
        at_most: 300.0,
    },
    Requests {
        scenario: LATENCY_X12,
        method: SERIN,
        at_most: 500.0,
    },
    Requests {
        scenario: "bimodal, 2% +500 ms",
        method: SERIN,
        at_most: 3.0 * 188.0,
    },
];

/// All goals that the scores can answer.
pub(crate) fn all(scored: &[Scored]) -> Vec<Goal> {
    let of = |scenario: &str, method: &str| {
        let found = scored.iter().find(|one| one.scenario == scenario)?;
        found.of(method)
    };
    let mut goals = vec![nulls(scored)];
    goals.extend(
        REQUESTS
            .iter()
            .filter_map(|goal| requests(goal, of(goal.scenario, goal.method)?)),
    );
    let tail = "tail, p99 +20%";
    goals.extend(of(tail, SERIN).map(|score| {
        let (found, error) = score.rollback_percent();
        Goal {
            what: format!("{tail}: found by minute 30"),
            wanted: "at least 85%".to_owned(),
            measured: format!("{found:.1} ± {error:.1}%"),
            is_met: found >= 85.0,
        }
    }));
    for (scenario, seconds) in [
        ("latency x1.2, late onset", 90.0),
        ("errors x3, late onset", 240.0),
    ] {
        goals.extend(of(scenario, SERIN).and_then(|score| late(scenario, seconds, score)));
    }
    for scenario in ["errors at the margin (x1.5)", "errors x3 + common incident"] {
        goals.extend(of(scenario, SERIN).map(|score| {
            let (promoted, error) = score.promotion_percent();
            Goal {
                what: format!("{scenario}: promoted"),
                wanted: "at most 5%".to_owned(),
                measured: format!("{promoted:.2} ± {error:.2}%"),
                is_met: promoted <= 5.0,
            }
        }));
    }
    goals.extend(of(PLAIN_NULL, SERIN).into_iter().flat_map(promotions));
    goals
}

/// The worst of all nulls.
fn nulls(scored: &[Scored]) -> Goal {
    let rates = scored
        .iter()
        .filter(|one| one.is_null)
        .filter_map(|one| Some((one.of(SERIN)?.rollback_percent(), &one.scenario)));
    let worst = rates.max_by(|a, b| a.0.0.total_cmp(&b.0.0));
    let ((worst, error), scenario) =
        worst.map_or(((f64::NAN, 0.0), "none"), |(rate, name)| (rate, name.as_str()));
    Goal {
        what: "false rollbacks in every scenario without fault, with history".to_owned(),
        wanted: "at most 1.2%".to_owned(),
        measured: format!("{worst:.2} ± {error:.2}% (worst: {scenario})"),
        is_met: worst <= 1.2,
    }
}

fn requests(goal: &Requests, score: &Score) -> Option<Goal> {
    let median = score.requests?;
    Some(Goal {
        what: format!("{}, {}: canary requests", goal.scenario, goal.method),
        wanted: format!("at most {:.0}", goal.at_most),
        measured: format!("{:.0} ± {:.0}", median.value, median.error),
        is_met: median.value <= goal.at_most,
    })
}

fn late(scenario: &str, seconds: f64, score: &Score) -> Option<Goal> {
    let median = score.seconds?;
    Some(Goal {
        what: format!("{scenario}: found after the onset"),
        wanted: format!("within {seconds:.0} s"),
        measured: format!("{:.0} ± {:.0} s", median.value, median.error),
        is_met: median.value <= seconds,
    })
}

fn promotions(score: &Score) -> Vec<Goal> {
    let (promoted, error) = score.promotion_percent();
    let mut goals = vec![Goal {
        what: format!("{PLAIN_NULL}: promoted by minute 30"),
        wanted: "at least 90%".to_owned(),
        measured: format!("{promoted:.1} ± {error:.1}%"),
        is_met: promoted >= 90.0,
    }];
    goals.extend(score.promotion_seconds.map(|median| Goal {
        what: format!("{PLAIN_NULL}: promoted after the burn-in"),
        wanted: "within 840 s".to_owned(),
        measured: format!("{:.0} ± {:.0} s", median.value, median.error),
        is_met: median.value <= 840.0,
    }));
    goals
}
