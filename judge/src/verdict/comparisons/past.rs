//! What recorded windows tell of a service: how much traffic it has, how often it fails, how noisy it is.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::stats::Stratum;
use crate::stats::dispersion::{BATCH_SECONDS, Calibration};
use crate::time::Timestamp;
use crate::verdict::{Counts, Data, Side, Window};

/// Windows of one comparison, as they come: in order of time.
#[derive(Clone, Debug, Default)]
struct Stream {
    /// The instant whose windows are being summed, and their sums of canary and stable.
    open: Option<(Timestamp, [Counts; 2], bool)>,
    calibration: Calibration,
    covered: Duration,
    last_end: Option<Timestamp>,
    requests: u64,
    /// Of stable, and of both sides of history, which both ran the old version.
    old: Counts,
}

/// Recorded windows of errors.
#[derive(Clone, Debug, Default)]
pub struct Past {
    streams: BTreeMap<Arc<str>, Stream>,
}

/// What the windows of one comparison say.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PastTraffic {
    /// Requests a second of both sides while windows were recorded.
    pub requests_per_second: f64,
    /// Part of the old version's requests that failed.
    pub error_rate: f64,
    /// How many times more its failures vary than independent ones, from history; `None` with too little of it.
    pub dispersion: Option<f64>,
}

impl Past {
    /// Takes in the windows of a line; others than of errors are left out.
    pub fn take(&mut self, windows: &[Window]) {
        for window in windows {
            if let Data::Errors(counts) = window.data {
                let stream = self.streams.entry(Arc::clone(&window.comparison)).or_default();
                stream.take(window, counts);
            }
        }
    }

    /// What a comparison's windows say; `None` when there are none with requests of the old version.
    #[must_use]
    pub fn of(&self, comparison: &str) -> Option<PastTraffic> {
        let mut stream = self.streams.get(comparison)?.clone();
        stream.close();
        let seconds = stream.covered.as_secs_f64();
        (seconds > 0.0 && stream.old.total > 0).then(|| PastTraffic {
            requests_per_second: stream.requests as f64 / seconds,
            error_rate: stream.old.bad as f64 / stream.old.total as f64,
            dispersion: stream.calibration.factor(),
        })
    }
}

impl Stream {
    fn take(&mut self, window: &Window, counts: Counts) {
        if self.open.is_none_or(|(at, ..)| at != window.end) {
            self.close();
            self.open = Some((window.end, [Counts::default(); 2], window.flags.history));
            let from = self.last_end.map_or(window.start, |last| window.start.max(last));
            self.covered += window.end.since(from);
            self.last_end = Some(window.end);
        }
        self.requests = self.requests.saturating_add(counts.total);
        if window.flags.history || window.side == Side::Stable {
            self.old.total = self.old.total.saturating_add(counts.total);
            self.old.bad = self.old.bad.saturating_add(counts.bad);
        }
        if let Some((_, sides, _)) = &mut self.open {
            let side = &mut sides[usize::from(window.side == Side::Stable)];
            side.total = side.total.saturating_add(counts.total);
            side.bad = side.bad.saturating_add(counts.bad);
        }
    }

    fn close(&mut self) {
        if let Some((at, [canary, stable], true)) = self.open.take() {
            let batch = at.as_micros().div_euclid(i64::from(BATCH_SECONDS) * 1_000_000);
            let stratum = Stratum::from_counts(canary.total, stable.total, canary.bad, stable.bad);
            self.calibration.add(batch, &stratum);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::chance::Chance;
    use crate::verdict::Flags;
    use crate::verdict::comparisons::tests::{at, window};

    fn recorded(noise: f64) -> Past {
        let (mut chance, mut past) = (Chance::from_seed(8), Past::default());
        for step in 1..=720_u64 {
            // The canary's side is off for minutes on end, as a bad host is.
            let off = libm::exp(noise * (step / 12 % 5) as f64 - 2.0 * noise);
            let windows =
                [(Side::Canary, 200, off), (Side::Stable, 1800, 1.0)].map(|(side, total, off)| Window {
                    flags: Flags {
                        history: true,
                        partial: false,
                        ..Flags::default()
                    },
                    ..window(
                        "errors",
                        side,
                        at(step * 10),
                        total,
                        chance.binomial(total, 0.02 * off),
                    )
                });
            past.take(&windows[..1]);
            past.take(&windows[1..]);
        }
        past
    }

    #[test]
    fn traffic_rate_and_noise_come_from_windows() {
        let calm = recorded(0.0).of("errors").unwrap();
        assert_eq!(calm.requests_per_second, 200.0);
        assert!((calm.error_rate - 0.02).abs() < 0.001, "{calm:?}");
        assert!(calm.dispersion.unwrap() < 1.5, "{calm:?}");
        let noisy = recorded(0.5).of("errors").unwrap();
        assert!(noisy.dispersion.unwrap() > 2.0, "{noisy:?}");
    }

    #[test]
    fn without_history_there_is_a_rate_and_no_noise() {
        let mut past = Past::default();
        past.take(&[
            window("errors", Side::Stable, at(10), 100, 4),
            window("errors", Side::Canary, at(10), 100, 90),
        ]);
        let found = past.of("errors").unwrap();
        assert_eq!(
            (found.requests_per_second, found.error_rate, found.dispersion),
            (20.0, 0.04, None)
        );
        assert_eq!(past.of("others"), None);
    }
}
