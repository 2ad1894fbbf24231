//! What many releases of one kind came to.

use crate::rules::Outcome;
use crate::traffic::WINDOW;

/// What one method did with one release.
#[derive(Clone, Copy)]
pub(crate) struct Ended {
    pub(crate) outcome: Outcome,
    /// Canary requests after the burn-in, or the onset, until the outcome.
    pub(crate) requests: u64,
    /// The window in which the fault began.
    pub(crate) onset: usize,
}

/// A median and its standard error.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Median {
    pub(crate) value: f64,
    pub(crate) error: f64,
}

impl Median {
    /// Half the distance of the order statistics one standard deviation of the binomial to each side: the interval between
    /// them holds the median in 68 of 100 cases.
    fn of(mut values: Vec<f64>) -> Option<Self> {
        values.sort_by(f64::total_cmp);
        let count = values.len();
        let value = *values.get(count / 2)?;
        let reach = (0.5 * (count as f64).sqrt()).round() as usize;
        let low = values[(count / 2).saturating_sub(reach)];
        let high = values[(count / 2 + reach).min(count - 1)];
        Some(Self {
            value,
            error: 0.5 * (high - low),
        })
    }
}

/// One method in one scenario.
#[derive(Clone, Debug)]
pub(crate) struct Score {
    pub(crate) method: String,
    pub(crate) runs: usize,
    pub(crate) rolled_back: usize,
    pub(crate) promoted: usize,
    /// Until the rollback: canary requests, and seconds.
    pub(crate) requests: Option<Median>,
    pub(crate) seconds: Option<Median>,
    /// Until the promotion.
    pub(crate) promotion_seconds: Option<Median>,
}

/// One scenario.
#[derive(Clone, Debug)]
pub(crate) struct Scored {
    pub(crate) scenario: String,
    pub(crate) is_null: bool,
    pub(crate) bound: Option<f64>,
    pub(crate) scores: Vec<Score>,
}

impl Scored {
    pub(crate) fn of(&self, method: &str) -> Option<&Score> {
        self.scores.iter().find(|score| score.method == method)
    }
}

impl Score {
    pub(crate) fn new(method: &str, ended: &[Ended]) -> Self {
        let (mut requests, mut seconds, mut promotions) = (Vec::new(), Vec::new(), Vec::new());
        for one in ended {
            match one.outcome {
                Outcome::Rollback(at) => {
                    requests.push(one.requests as f64);
                    seconds.push((at as f64 - one.onset as f64) * WINDOW as f64);
                }
                Outcome::Promote(at) => promotions.push(at as f64 * WINDOW as f64),
                Outcome::Undecided => {}
            }
        }
        Self {
            method: method.to_owned(),
            runs: ended.len(),
            rolled_back: seconds.len(),
            promoted: promotions.len(),
            requests: Median::of(requests),
            seconds: Median::of(seconds),
            promotion_seconds: Median::of(promotions),
        }
    }

    /// Percent rolled back, and its standard error.
    pub(crate) fn rollback_percent(&self) -> (f64, f64) {
        percent(self.rolled_back, self.runs)
    }

    /// Percent promoted, and its standard error.
    pub(crate) fn promotion_percent(&self) -> (f64, f64) {
        percent(self.promoted, self.runs)
    }

    pub(crate) fn line(&self) -> String {
        let ((back, error), (forth, _)) = (self.rollback_percent(), self.promotion_percent());
        let median = |median: Option<Median>| median.map_or(0.0, |median| median.value);
        format!(
            "  {:<28} rollback {back:6.2}% (+-{error:.2}) median {:>6} requests {:>5} s | promote {forth:6.2}% median {:>5} s",
            self.method,
            median(self.requests),
            median(self.seconds),
            median(self.promotion_seconds),
        )
    }
}

fn percent(count: usize, runs: usize) -> (f64, f64) {
    let part = count as f64 / runs.max(1) as f64;
    (
        100.0 * part,
        100.0 * (part * (1.0 - part) / runs.max(1) as f64).sqrt(),
    )
}
