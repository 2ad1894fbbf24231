//! The releases that are played: nothing wrong, something wrong with both sides, something wrong with the canary.

use crate::traffic::{Behaviour, HEALTHY, Noise, Split};

/// Windows of burn-in and those that are judged.
pub(crate) const BURN_IN: usize = 12;
pub(crate) const JUDGED: usize = 180;

const A: Split = split(200.0, 0.05);
const B: Split = split(20.0, 0.1);
const C: Split = split(1000.0, 0.01);
const D: Split = split(20.0, 0.5);

const SMALL_PODS: Noise = Noise {
    common: (0.0, 0.0),
    pods: (0.05, 0.3),
};
const BIG_PODS: Noise = Noise {
    common: (0.0, 0.0),
    pods: (0.15, 0.8),
};
const COMMON: Noise = Noise {
    common: (0.15, 0.4),
    pods: (0.0, 0.0),
};
const NONE: Noise = Noise {
    common: (0.0, 0.0),
    pods: (0.0, 0.0),
};

const fn split(per_second: f64, canary: f64) -> Split {
    Split { per_second, canary }
}

/// What the canary does at a window after the burn-in; `onset` is where late faults begin.
type Canary = fn(window: usize, onset: usize) -> Behaviour;

/// One kind of release.
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    /// The canary is no worse than tolerated.
    pub(crate) is_null: bool,
    pub(crate) split: Split,
    pub(crate) noise: Noise,
    /// Errors and latencies of both sides rise from minute 10 to 15.
    pub(crate) incident: bool,
    /// The fault begins at a random minute from 10 to 20.
    pub(crate) late: bool,
    pub(crate) canary: Canary,
    /// Least canary requests on average that any test needs, where known.
    pub(crate) bound: Option<f64>,
    /// Other settings are played, too.
    pub(crate) for_curves: bool,
}

const fn null(name: &'static str, split: Split, noise: Noise) -> Scenario {
    Scenario {
        name,
        is_null: true,
        split,
        noise,
        incident: false,
        late: false,
        canary: |_, _| HEALTHY,
        bound: None,
        for_curves: false,
    }
}

const fn worse(name: &'static str, split: Split, canary: Canary, bound: Option<f64>) -> Scenario {
    Scenario {
        is_null: false,
        canary,
        bound,
        ..null(name, split, NONE)
    }
}

fn errors(error_rate: f64) -> Behaviour {
    Behaviour {
        error_rate,
        ..HEALTHY
    }
}

fn slow(slow: f64) -> Behaviour {
    Behaviour { slow, ..HEALTHY }
}

fn tail(tail: f64) -> Behaviour {
    Behaviour { tail, ..HEALTHY }
}

/// Growth of the tail that some scenario asks for.
pub(crate) const TAILS: [f64; 3] = [1.2, 1.5, 2.0];

impl Scenario {
    /// What canary and stable do at a window after the burn-in.
    pub(crate) fn behaviours(&self, window: usize, onset: usize) -> [Behaviour; 2] {
        let mut both = [(self.canary)(window, onset), HEALTHY];
        // Windows 60 to 89 are minutes 10 to 15.
        if self.incident && (60..90).contains(&window) {
            for side in &mut both {
                side.error_rate += 0.075;
                side.slow *= 2.0;
            }
        }
        both
    }
}

/// Where other settings are played, too.
const FOR_CURVES: [&str; 6] = [
    PLAIN_NULL,
    "exactly at the tolerance",
    ERRORS_X3,
    LATENCY_X12,
    "errors x3, late onset",
    "latency x1.2, late onset",
];

/// Names that the pictures need.
pub(crate) const PLAIN_NULL: &str = "no change, A (5/95)";
pub(crate) const ERRORS_X3: &str = "errors 0.5% to 1.5%";
pub(crate) const LATENCY_X12: &str = "latency x1.2";

/// All of them.
pub(crate) fn all() -> Vec<Scenario> {
    let mut all: Vec<Scenario> = nulls()
        .into_iter()
        .chain(of_errors())
        .chain(of_latency())
        .chain(under_noise())
        .collect();
    for scenario in &mut all {
        scenario.for_curves = FOR_CURVES.contains(&scenario.name);
    }
    all
}

fn nulls() -> Vec<Scenario> {
    vec![
        null(PLAIN_NULL, A, NONE),
        null("no change, B low traffic", B, NONE),
        null("no change, C (1/99)", C, NONE),
        null("no change, D (50/50)", D, NONE),
        Scenario {
            incident: true,
            ..null("common incident", A, NONE)
        },
        null("common AR(1) noise", A, COMMON),
        null("pod noise, small", A, SMALL_PODS),
        null("pod noise, big", A, BIG_PODS),
        Scenario {
            canary: |_, _| Behaviour {
                error_rate: 0.0055,
                slow: 1.05,
                ..HEALTHY
            },
            ..null("exactly at the tolerance", A, NONE)
        },
    ]
}

fn of_errors() -> Vec<Scenario> {
    vec![
        worse("errors 0.5% to 0.75%", A, |_, _| errors(0.0075), Some(15_030.0)),
        worse(ERRORS_X3, A, |_, _| errors(0.015), Some(900.0)),
        worse("errors 0.5% to 5%", A, |_, _| errors(0.05), Some(81.0)),
        worse("errors 0.5% to 1.5%, B", B, |_, _| errors(0.015), Some(978.0)),
        worse("errors 0.5% to 1.5%, C", C, |_, _| errors(0.015), Some(843.0)),
        worse("errors 0.5% to 1.5%, D", D, |_, _| errors(0.015), Some(2130.0)),
        Scenario {
            incident: true,
            ..worse(
                "errors x3 + common incident",
                A,
                |_, _| errors(0.015),
                Some(900.0),
            )
        },
        worse("errors at the margin (x1.5)", A, |_, _| errors(0.0075), None),
    ]
}

fn of_latency() -> Vec<Scenario> {
    vec![
        worse(LATENCY_X12, A, |_, _| slow(1.2), Some(206.0)),
        worse("latency x1.2, B", B, |_, _| slow(1.2), Some(206.0)),
        worse("tail, p99 +20%", A, |_, _| tail(1.2), Some(7858.0)),
        worse("tail, p99 +50%", A, |_, _| tail(1.5), Some(1264.0)),
        worse("tail, p99 +100%", A, |_, _| tail(2.0), Some(422.0)),
        worse(
            "bimodal, 2% +500 ms",
            A,
            |_, _| Behaviour {
                hanging: 0.02,
                ..HEALTHY
            },
            Some(188.0),
        ),
        worse(
            "leak x1 to x1.5",
            A,
            |window, _| slow(1.0 + 0.5 * window as f64 / JUDGED as f64),
            None,
        ),
    ]
}

fn under_noise() -> Vec<Scenario> {
    vec![
        Scenario {
            noise: SMALL_PODS,
            ..worse("errors x3, small pod noise", A, |_, _| errors(0.015), Some(900.0))
        },
        Scenario {
            noise: SMALL_PODS,
            ..worse("latency x1.2, small pod noise", A, |_, _| slow(1.2), Some(206.0))
        },
        Scenario {
            late: true,
            ..worse(
                "errors x3, late onset",
                A,
                |window, onset| if window >= onset { errors(0.015) } else { HEALTHY },
                Some(900.0),
            )
        },
        Scenario {
            late: true,
            ..worse(
                "latency x1.2, late onset",
                A,
                |window, onset| if window >= onset { slow(1.2) } else { HEALTHY },
                Some(206.0),
            )
        },
    ]
}
