//! What others do with the same windows.

use serin_judge::kayenta::{self, Canary, Classification};

use crate::minutes::{Minutes, SideMinute};

/// How a release ended, in windows after the burn-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Rollback(usize),
    Promote(usize),
    Undecided,
}

/// Their names, in the order of [`Rules::all`].
pub(crate) const NAMES: [&str; 7] = [
    "Kayenta, every 5 min",
    "Kayenta, once",
    "Argo, 95%",
    "Argo, 99%",
    "Flagger",
    "Mann-Whitney + z, every min",
    "Mann-Whitney + z, once",
];

/// Rules with what they need besides the data.
pub(crate) struct Rules {
    /// Error rate and p99 in two groups of equal weight: one metric that is High scores 50.
    kayenta: Canary,
}

impl Rules {
    pub(crate) fn new() -> Self {
        let metric = |name: &str| {
            serde_json::json!({
                "name": name, "groups": [name], "direction": "increase", "nanStrategy": "replace",
                "control": [], "experiment": [],
            })
        };
        let asked = serde_json::json!({
            "id": "release",
            "classifierThresholds": {"pass": 95, "marginal": 75},
            "groupWeights": {"errors": 50, "p99": 50},
            "metrics": [metric("errors"), metric("p99")],
        });
        Self {
            kayenta: serde_json::from_value(asked)
                .unwrap_or_else(|error| unreachable!("a canary that is written here: {error}")),
        }
    }

    /// What each of them makes of a release.
    pub(crate) fn all(&self, run: &Minutes) -> [Outcome; NAMES.len()] {
        let all = run.minutes.len();
        let [often, once] = self.kayenta(run, 5);
        let tests = repeated(run);
        [
            often,
            once,
            argo(run, 0.95, 5),
            argo(run, 0.99, all),
            flagger(run),
            first(run, |minute| tests[minute]),
            first(run, |minute| minute + 1 == all && tests[minute]),
        ]
    }

    /// Minute points of error rate and p99; a score below the marginal threshold rolls back. Judged every so many minutes,
    /// and once.
    fn kayenta(&self, run: &Minutes, every: usize) -> [Outcome; 2] {
        let all = run.minutes.len();
        let failed = |minute: usize| {
            let mut asked = self.kayenta.clone();
            for (metric, read) in asked
                .metrics
                .iter_mut()
                .zip([SideMinute::error_rate as fn(&SideMinute) -> f64, SideMinute::p99])
            {
                let points = |side: usize| run.minutes[..minute].iter().map(move |both| read(&both[side]));
                metric.experiment = points(0).collect();
                metric.control = points(1).collect();
            }
            kayenta::judge(&asked).classification == Classification::Fail
        };
        let mut often = Outcome::Promote(run.windows(all));
        for minute in (every..=all).step_by(every) {
            if failed(minute) {
                often = Outcome::Rollback(run.windows(minute));
                break;
            }
        }
        let once = match often {
            Outcome::Promote(_) => often,
            _ if failed(all) => Outcome::Rollback(run.windows(all)),
            _ => Outcome::Promote(run.windows(all)),
        };
        [often, once]
    }
}

fn first(run: &Minutes, rolls_back: impl Fn(usize) -> bool) -> Outcome {
    let found = (0..run.minutes.len()).find(|minute| rolls_back(*minute));
    found.map_or(Outcome::Promote(run.windows(run.minutes.len())), |minute| {
        Outcome::Rollback(run.windows(minute + 1))
    })
}

/// The trailing five minutes' success rate each minute; the fourth failed measurement fails the run, which is Successful
/// after `count` of them (Argo Rollouts: failureLimit 3).
fn argo(run: &Minutes, limit: f64, count: usize) -> Outcome {
    let mut failed = 0;
    for minute in 1..=count.min(run.minutes.len()) {
        let trailing = &run.minutes[minute.saturating_sub(5)..minute];
        let sum = |of: fn(&SideMinute) -> u64| trailing.iter().map(|both| of(&both[0])).sum::<u64>() as f64;
        let success = 1.0 - sum(|side| side.errors) / sum(|side| side.requests).max(1.0);
        failed += usize::from(success < limit);
        if failed > 3 {
            return Outcome::Rollback(run.windows(minute));
        }
    }
    Outcome::Promote(run.windows(count))
}

/// Success rate of at least 99 % and p99 of at most 500 ms in each minute; the fifth failed check rolls back.
fn flagger(run: &Minutes) -> Outcome {
    let mut failed = 0;
    for (minute, [canary, _]) in run.minutes.iter().enumerate() {
        failed += usize::from(1.0 - canary.error_rate() < 0.99 || canary.p99() > 500.0);
        if failed >= 5 {
            return Outcome::Rollback(run.windows(minute + 1));
        }
    }
    Outcome::Promote(run.windows(run.minutes.len()))
}

/// Request-level Mann-Whitney and two-proportion z tests of all requests until each minute, one-sided at 1 % each, uncorrected:
/// does one of them reject?
fn repeated(run: &Minutes) -> Vec<bool> {
    const Z: f64 = 2.326_347_874_040_841;
    let mut sums = [SideMinute::default(), SideMinute::default()];
    let look = |minute: &[SideMinute; 2]| {
        for (sum, more) in sums.iter_mut().zip(minute) {
            sum.add(more.requests, more.errors, &more.latencies);
        }
        let [canary, stable] = &sums;
        proportions(canary, stable) > Z || mann_whitney(canary, stable) > Z
    };
    run.minutes.iter().map(look).collect()
}

fn proportions(canary: &SideMinute, stable: &SideMinute) -> f64 {
    let (n, m) = (canary.requests as f64, stable.requests as f64);
    let pooled = (canary.errors + stable.errors) as f64 / (n + m);
    let spread = (pooled * (1.0 - pooled) * (1.0 / n + 1.0 / m)).sqrt();
    if spread > 0.0 {
        (canary.error_rate() - stable.error_rate()) / spread
    } else {
        0.0
    }
}

fn mann_whitney(canary: &SideMinute, stable: &SideMinute) -> f64 {
    let (n, m) = (canary.requests as f64, stable.requests as f64);
    let (mut below, mut u, mut ties) = (0.0, 0.0, 0.0);
    for (c, s) in canary.latencies.iter().zip(&stable.latencies) {
        let (c, s) = (*c as f64, *s as f64);
        u += c * (below + 0.5 * s);
        below += s;
        let both = c + s;
        ties += both * both * both - both;
    }
    let all = n + m;
    let variance = n * m / 12.0 * ((all + 1.0) - ties / (all * (all - 1.0)));
    if variance > 0.0 {
        (u - 0.5 * n * m - 0.5) / variance.sqrt()
    } else {
        0.0
    }
}
