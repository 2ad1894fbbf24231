//! What the comparison of two recordings comes to.

use serin_judge::stats::distribution::Distribution;
use serin_judge::stats::two_recordings::{self, QuantilePair, TwoRecordings};
use serin_judge::stats::{Stratum, miettinen_nurminen, newcombe};
use serin_judge::verdict::Counts;

use super::read::Recording;

/// Orders of the quantiles that are compared.
pub(in crate::cli) const ORDERS: [f64; 6] = [0.5, 0.75, 0.9, 0.95, 0.99, 0.999];

/// Medians further apart than this are more likely in different units.
const UNITS_APART: f64 = 300.0;

/// How to decide.
#[derive(Clone, Copy, Debug)]
pub(in crate::cli) struct Settings {
    /// Confidence of intervals.
    pub(in crate::cli) level: f64,
    /// By how much a ratio may exceed 1.
    pub(in crate::cli) tolerance: f64,
}

/// A ratio of B to A with its interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::cli) struct Ratio {
    pub(in crate::cli) estimate: f64,
    pub(in crate::cli) lower: f64,
    pub(in crate::cli) upper: f64,
}

/// What a ratio shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Shows {
    /// More than tolerated.
    Worse,
    /// Less than 1 / (1 + tolerance).
    Better,
    /// Within the tolerance, both ways.
    Same,
    /// The interval holds several of these.
    Nothing,
}

/// What both recordings show together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Outcome {
    /// Something is worse.
    Regression,
    /// Something is better, nothing worse.
    Improvement,
    /// Everything that is compared is the same within the tolerance.
    Same,
    /// Neither has been shown.
    Undecided,
}

/// Shares of failed requests.
#[derive(Clone, Copy, Debug)]
pub(in crate::cli) struct Errors {
    /// Of A and B.
    pub(in crate::cli) counts: [Counts; 2],
    /// Limits of each share.
    pub(in crate::cli) limits: [(f64, f64); 2],
    /// B less A, with limits.
    pub(in crate::cli) difference: (f64, f64, f64),
    /// B over A; `None` without any failed request.
    pub(in crate::cli) ratio: Option<Ratio>,
}

/// Two recordings, compared.
#[derive(Debug)]
pub(in crate::cli) struct Compared {
    /// File and recording, A and B.
    pub(in crate::cli) sides: [(String, Recording); 2],
    pub(in crate::cli) settings: Settings,
    /// Of B (x) against A (y).
    pub(in crate::cli) latencies: Option<TwoRecordings>,
    pub(in crate::cli) errors: Option<Errors>,
    pub(in crate::cli) outcome: Outcome,
    pub(in crate::cli) remarks: Vec<String>,
}

impl Compared {
    /// Compares what both have.
    ///
    /// # Errors
    /// When they have nothing in common.
    pub(in crate::cli) fn new(
        recordings: [(&str, Recording); 2],
        settings: Settings,
    ) -> Result<Self, String> {
        let sides = recordings.map(|(file, recording)| (file.to_owned(), recording));
        let [(_, a), (_, b)] = &sides;
        let errors_of = a.errors.zip(b.errors);
        let claims = ORDERS.len() + usize::from(errors_of.is_some());
        let latencies = a
            .latencies
            .as_ref()
            .zip(b.latencies.as_ref())
            .and_then(|(a, b)| two_recordings::compare(b, a, &ORDERS, settings.level, claims));
        let claims = if latencies.is_some() { claims } else { 1 };
        let errors = errors_of.map(|(a, b)| Errors::new([a, b], settings.level, claims));
        if latencies.is_none() && errors.is_none() {
            let held = |recording: &Recording| {
                if recording.latencies.is_some() {
                    "latencies"
                } else {
                    "counts of errors"
                }
            };
            return Err(format!(
                "error: nothing that both recordings have: {} has only {}, {} has only {}",
                sides[0].0,
                held(a),
                sides[1].0,
                held(b)
            ));
        }
        let mut compared = Self {
            latencies,
            errors,
            outcome: Outcome::Undecided,
            remarks: Vec::new(),
            settings,
            sides,
        };
        compared.outcome = compared.decided();
        compared.remarks = compared.remarked();
        Ok(compared)
    }

    /// Something is worse than tolerated.
    pub(in crate::cli) fn regressed(&self) -> bool {
        self.outcome == Outcome::Regression
    }

    /// What a ratio shows under the tolerance.
    pub(in crate::cli) fn shows(&self, ratio: &Ratio) -> Shows {
        let most = 1.0 + self.settings.tolerance;
        if ratio.lower > most {
            Shows::Worse
        } else if ratio.upper < 1.0 / most {
            Shows::Better
        } else if ratio.lower >= 1.0 / most && ratio.upper <= most {
            Shows::Same
        } else {
            Shows::Nothing
        }
    }

    /// The ratio of a quantile, where it has one.
    pub(in crate::cli) fn ratio(pair: &QuantilePair) -> Option<Ratio> {
        pair.ratio.map(|ratio| Ratio {
            estimate: ratio.estimate,
            lower: ratio.lower,
            upper: ratio.upper,
        })
    }

    /// Both populations of times, A and B.
    pub(in crate::cli) fn distributions(&self) -> Option<[&Distribution; 2]> {
        let [(_, a), (_, b)] = &self.sides;
        a.latencies
            .as_ref()
            .zip(b.latencies.as_ref())
            .map(|(a, b)| [a, b])
    }

    fn decided(&self) -> Outcome {
        let quantiles = self.latencies.iter().flat_map(|found| &found.quantiles);
        let mut shown: Vec<Shows> = quantiles
            .map(|pair| Self::ratio(pair).map_or_else(|| without_ratio(pair), |ratio| self.shows(&ratio)))
            .collect();
        if let Some(errors) = &self.errors {
            // Without a failed request on either side there is nothing worse or better; how rare they are is not known.
            shown.push(errors.ratio.map_or(Shows::Same, |ratio| self.shows(&ratio)));
        }
        let any = |wanted: Shows| shown.contains(&wanted);
        match () {
            () if any(Shows::Worse) => Outcome::Regression,
            () if any(Shows::Better) => Outcome::Improvement,
            () if any(Shows::Nothing) => Outcome::Undecided,
            () => Outcome::Same,
        }
    }

    fn remarked(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        for (name, (_, recording)) in ["A", "B"].into_iter().zip(&self.sides) {
            remarks.extend(recording.remarks.iter().map(|remark| format!("{name}: {remark}")));
        }
        let [(_, a), (_, b)] = &self.sides;
        if let Some((of_a, of_b)) = a.unit.zip(b.unit).filter(|(a, b)| a != b) {
            let (of_a, of_b) = (of_a.word(), of_b.word());
            remarks.push(format!(
                "A is in {of_a} and B in {of_b}; both are shown in the same unit"
            ));
        }
        let medians = self.latencies.as_ref().and_then(|found| found.quantiles.first());
        let apart = medians
            .and_then(Self::ratio)
            .map(|ratio| ratio.estimate.max(1.0 / ratio.estimate));
        if let Some(apart) = apart.filter(|apart| *apart > UNITS_APART) {
            remarks.push(format!(
                "the medians are {apart:.0} times apart: are both recordings in the units said? (--unit)"
            ));
        }
        if self.errors.is_none() && (a.errors.is_some() || b.errors.is_some()) {
            remarks.push(
                "failed requests are counted in one recording only, so they are not compared".to_owned(),
            );
        }
        if self.latencies.is_none() && (a.latencies.is_some() || b.latencies.is_some()) {
            remarks.push("only one recording has latencies, so they are not compared".to_owned());
        }
        remarks
    }
}

/// Where a quantile is 0 there is no ratio; both 0 are the same.
fn without_ratio(pair: &QuantilePair) -> Shows {
    if pair.x.value == pair.y.value {
        Shows::Same
    } else {
        Shows::Nothing
    }
}

impl Errors {
    fn new(counts: [Counts; 2], level: f64, claims: usize) -> Self {
        let [a, b] = counts;
        let stratum = Stratum::from_counts(b.total, a.total, b.bad, a.bad);
        let [share_a, share_b] = [
            stratum.stable_events / stratum.stable_total,
            stratum.canary_events / stratum.canary_total,
        ];
        let (lower, upper) = newcombe::difference(&stratum, level);
        let together = 1.0 - (1.0 - level) / claims as f64;
        let ratio = (a.bad + b.bad > 0).then(|| {
            let (lower, upper) = miettinen_nurminen::ratio(&stratum, together);
            Ratio {
                estimate: share_b / share_a,
                lower,
                upper,
            }
        });
        Self {
            counts,
            limits: [
                newcombe::wilson(stratum.stable_events, stratum.stable_total, level),
                newcombe::wilson(stratum.canary_events, stratum.canary_total, level),
            ],
            difference: (share_b - share_a, lower, upper),
            ratio,
        }
    }

    /// Share of failed requests of A (0) or B (1).
    pub(in crate::cli) fn share(&self, index: usize) -> f64 {
        let Counts { total, bad } = self.counts[index];
        bad as f64 / total as f64
    }
}
