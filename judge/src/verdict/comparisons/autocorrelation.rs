//! How the differences of a series hang together from point to point.

/// Points of history without which the coefficient is not estimated.
const HISTORY_MIN: f64 = 100.0;

/// Without history: as much as minute-by-minute metrics often have.
const CAUTIOUS: f64 = 0.6;

/// More would leave nothing to judge.
const COEFFICIENT_MAX: f64 = 0.95;

/// Points without which there is no scale.
const SCALE_MIN: f64 = 3.0;

/// Sums of history (and, for the scale alone, of the run): an autoregression of first order.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Autocorrelation {
    points: f64,
    sum: f64,
    squares: f64,
    pairs: f64,
    products: f64,
    last: Option<f64>,
    /// Squares of the steps from point to point, of history and of the run, and how many.
    steps: f64,
    steps_squared: f64,
}

impl Autocorrelation {
    /// A point of history; `None` is a gap.
    pub(super) fn learn(&mut self, difference: Option<f64>) {
        let Some(now) = difference else {
            self.last = None;
            return;
        };
        self.points += 1.0;
        self.sum += now;
        self.squares += now * now;
        if let Some(before) = self.last {
            self.pairs += 1.0;
            self.products += now * before;
        }
        self.observe(now, self.last);
        self.last = Some(now);
    }

    /// A point of the run, after the point before it.
    pub(super) fn observe(&mut self, now: f64, before: Option<f64>) {
        if let Some(before) = before {
            self.steps += 1.0;
            self.steps_squared += (now - before) * (now - before);
        }
    }

    pub(super) fn is_calibrated(&self) -> bool {
        self.points >= HISTORY_MIN
    }

    /// The coefficient, in [0, 0.95], with the correction for short histories `(1 + 3 phi)/n`.
    pub(super) fn coefficient(&self) -> f64 {
        if !self.is_calibrated() {
            return CAUTIOUS;
        }
        let mean = self.sum / self.points;
        let variance = self.squares / self.points - mean * mean;
        if variance <= 0.0 || self.pairs <= 0.0 {
            return CAUTIOUS;
        }
        let plain = (self.products / self.pairs - mean * mean) / variance;
        (plain + (1.0 + 3.0 * plain) / self.points).clamp(0.0, COEFFICIENT_MAX)
    }

    /// Standard deviation of a prewhitened point, from the steps: for an autoregression the mean squared step is
    /// `2 sigma^2/(1 + phi)` with the deviation `sigma` of what is new in a point. `None` while unknown.
    pub(super) fn scale(&self, phi: f64) -> Option<f64> {
        if self.steps < SCALE_MIN || self.steps_squared <= 0.0 {
            return None;
        }
        Some((self.steps_squared / self.steps * (1.0 + phi) / 2.0).sqrt())
    }
}
