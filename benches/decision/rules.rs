//! What others do with the same windows, re-implemented from their public sources.

use crate::traffic::{BUCKETS, SideWindow, Window, bounds};

/// How a release ended, in windows after the burn-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Rollback(usize),
    Promote(usize),
    Undecided,
}

/// Windows in a minute.
const MINUTE: usize = 6;

/// A name, and what it makes of the judged windows.
pub(crate) type Rule = (&'static str, fn(&[Window]) -> Outcome);

/// All of them.
pub(crate) fn all() -> Vec<Rule> {
    vec![
        ("Kayenta, every 5 min", |run| kayenta(run, 5)),
        ("Kayenta, once", |run| kayenta(run, 30)),
        ("Argo, 95%", |run| argo(run, 0.95, Some(5))),
        ("Argo, 99%", |run| argo(run, 0.99, None)),
        ("Flagger", flagger),
        ("Mann-Whitney + z, every min", |run| repeated(run, 1)),
        ("Mann-Whitney + z, once", |run| repeated(run, 30)),
    ]
}

fn sum(windows: &[Window], side: usize) -> SideWindow {
    let mut whole = SideWindow {
        requests: 0,
        errors: 0,
        latencies: Box::new([0; BUCKETS]),
    };
    for window in windows {
        whole.requests += window[side].requests;
        whole.errors += window[side].errors;
        for (sum, count) in whole.latencies.iter_mut().zip(window[side].latencies.iter()) {
            *sum += count;
        }
    }
    whole
}

impl SideWindow {
    fn error_rate(&self) -> f64 {
        self.errors as f64 / (self.requests as f64).max(1.0)
    }

    fn p99(&self) -> f64 {
        let wanted = 0.99 * self.requests as f64;
        let mut seen = 0.0;
        let bounds = bounds();
        for (bound, count) in bounds.iter().zip(self.latencies.iter()) {
            seen += f64::from(*count);
            if seen >= wanted {
                return *bound;
            }
        }
        bounds[BUCKETS - 1]
    }
}

/// The trailing five minutes' success rate each minute; the fourth failed measurement fails the run. With `count`
/// measurements it is Successful after that many.
fn argo(run: &[Window], limit: f64, count: Option<usize>) -> Outcome {
    let mut failed = 0;
    for minute in 1..=count.unwrap_or(run.len() / MINUTE).min(run.len() / MINUTE) {
        let end = minute * MINUTE;
        let canary = sum(&run[end.saturating_sub(5 * MINUTE)..end], 0);
        failed += usize::from(1.0 - canary.error_rate() < limit);
        if failed > 3 {
            return Outcome::Rollback(end);
        }
    }
    Outcome::Promote(count.map_or(run.len(), |count| count * MINUTE))
}

/// Success rate of at least 99 % and p99 of at most 500 ms in each minute; the fifth failed check rolls back.
fn flagger(run: &[Window]) -> Outcome {
    let mut failed = 0;
    for (minute, windows) in run.chunks(MINUTE).enumerate() {
        let canary = sum(windows, 0);
        failed += usize::from(1.0 - canary.error_rate() < 0.99 || canary.p99() > 500.0);
        if failed >= 5 {
            return Outcome::Rollback((minute + 1) * MINUTE);
        }
    }
    Outcome::Promote(run.len())
}

/// Minute points of error rate and p99, two groups of equal weight: one metric that is High scores 50, below the
/// marginal threshold of 75.
fn kayenta(run: &[Window], every: usize) -> Outcome {
    let points: Vec<[[f64; 2]; 2]> = run
        .chunks(MINUTE)
        .map(|windows| {
            let sides = [sum(windows, 0), sum(windows, 1)];
            [
                [sides[0].error_rate(), sides[1].error_rate()],
                [sides[0].p99(), sides[1].p99()],
            ]
        })
        .collect();
    for minute in (every..=points.len()).step_by(every) {
        let is_high = (0..2).any(|metric| {
            let of = |side: usize| -> Vec<f64> {
                points[..minute].iter().map(|point| point[metric][side]).collect()
            };
            high(&of(0), &of(1))
        });
        if is_high {
            return Outcome::Rollback(minute * MINUTE);
        }
    }
    Outcome::Promote(run.len())
}

/// The location shift's 98 % interval lies above a quarter of its estimate, and the means do not contradict it.
fn high(canary: &[f64], stable: &[f64]) -> bool {
    let mut shifts: Vec<f64> = canary
        .iter()
        .flat_map(|x| stable.iter().map(move |y| x - y))
        .collect();
    shifts.sort_by(f64::total_cmp);
    let (n, m) = (canary.len() as f64, stable.len() as f64);
    let spread = (n * m * (n + m + 1.0) / 12.0).sqrt();
    let rank = (n * m / 2.0 - 0.5 - 2.326_347_874_040_841 * spread).floor();
    if rank < 0.0 || shifts[shifts.len() - 1] == shifts[0] {
        return false;
    }
    let estimate = 0.5 * (shifts[(shifts.len() - 1) / 2] + shifts[shifts.len() / 2]);
    let lower = shifts[rank as usize];
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    lower > 0.25 * estimate.abs() && mean(canary) >= mean(stable)
}

/// Request-level Mann-Whitney and two-proportion z tests, one-sided at 1 % each, uncorrected.
fn repeated(run: &[Window], every: usize) -> Outcome {
    const Z: f64 = 2.326_347_874_040_841;
    for minute in (every..=run.len() / MINUTE).step_by(every) {
        let windows = &run[..minute * MINUTE];
        let (canary, stable) = (sum(windows, 0), sum(windows, 1));
        if proportions(&canary, &stable) > Z || mann_whitney(&canary, &stable) > Z {
            return Outcome::Rollback(minute * MINUTE);
        }
    }
    Outcome::Promote(run.len())
}

fn proportions(canary: &SideWindow, stable: &SideWindow) -> f64 {
    let (n, m) = (canary.requests as f64, stable.requests as f64);
    let pooled = (canary.errors + stable.errors) as f64 / (n + m);
    let spread = (pooled * (1.0 - pooled) * (1.0 / n + 1.0 / m)).sqrt();
    if spread > 0.0 {
        (canary.error_rate() - stable.error_rate()) / spread
    } else {
        0.0
    }
}

fn mann_whitney(canary: &SideWindow, stable: &SideWindow) -> f64 {
    let (n, m) = (canary.requests as f64, stable.requests as f64);
    let (mut below, mut u, mut ties) = (0.0, 0.0, 0.0);
    for (c, s) in canary.latencies.iter().zip(stable.latencies.iter()) {
        let (c, s) = (f64::from(*c), f64::from(*s));
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
