mod counts;
mod digits;

use std::io::Cursor;
use std::time::Duration;

use hdrhistogram::Histogram;
use hdrhistogram::serialization::{Deserializer, Serializer, V2DeflateSerializer};

use counts::Counts;
pub use digits::Digits;

/// Longer durations count as this long; what was given up is counted apart.
pub const LONGEST: Duration = Duration::from_secs(120);

/// [`LONGEST`] in microseconds.
const LONGEST_US: u32 = 120_000_000;

/// Up to this many durations are kept one by one: most windows of most checks hold a handful.
const KEPT_MAX: usize = 256;

/// How long something took, many times: counts of an HDR histogram, or the durations themselves while they are few.
/// Both answer alike, to the digit, and merge by addition.
#[derive(Clone, Debug)]
pub struct Durations {
    digits: Digits,
    /// Microseconds, in the order they came; empty once there are counts.
    kept: Vec<u32>,
    counted: Option<Box<Counts>>,
}

/// Why bytes are no histogram of durations.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no histogram of durations: {0}")]
pub struct DurationsError(String);

impl Durations {
    /// Without any.
    #[must_use]
    pub const fn new(digits: Digits) -> Self {
        Self {
            digits,
            kept: Vec::new(),
            counted: None,
        }
    }

    /// One more. Less than a microsecond counts as one, more than [`LONGEST`] as that.
    pub fn record(&mut self, duration: Duration) {
        let micros =
            u32::try_from(duration.as_micros()).map_or(LONGEST_US, |micros| micros.clamp(1, LONGEST_US));
        if let Some(counts) = &mut self.counted {
            counts.record(micros);
        } else if self.kept.len() < KEPT_MAX {
            self.kept.push(micros);
        } else {
            self.counts().record(micros);
        }
    }

    /// All of another's too. Both have the same digits, or the coarser ones are lost: what is finer is rounded up to its
    /// class.
    pub fn merge(&mut self, other: &Self) {
        if self.counted.is_none() && other.counted.is_none() && self.kept.len() + other.kept.len() <= KEPT_MAX
        {
            self.kept.extend_from_slice(&other.kept);
            return;
        }
        let counts = self.counts();
        for micros in &other.kept {
            counts.record(*micros);
        }
        if let Some(more) = &other.counted {
            counts.add(more);
        }
    }

    /// The counts, made now when there were none.
    fn counts(&mut self) -> &mut Counts {
        let (digits, kept) = (self.digits, &mut self.kept);
        self.counted.get_or_insert_with(|| {
            let mut counts = Counts::new(digits);
            for micros in std::mem::take(kept) {
                counts.record(micros);
            }
            Box::new(counts)
        })
    }

    /// How many.
    #[must_use]
    pub fn len(&self) -> u64 {
        let counted = self.counted.as_ref().map_or(0, |counts| counts.len());
        counted + self.kept.len() as u64
    }

    /// None at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The least duration that a `part` (0 to 1) of all did not exceed, rounded up to the end of its class; `None` without
    /// any.
    #[must_use]
    pub fn quantile(&self, part: f64) -> Option<Duration> {
        self.quantiles([part])[0]
    }

    /// [`quantile`](Self::quantile) of several parts.
    #[must_use]
    pub fn quantiles<const N: usize>(&self, parts: [f64; N]) -> [Option<Duration>; N] {
        if self.is_empty() {
            return [None; N];
        }
        if let Some(counts) = &self.counted {
            return parts.map(|part| Some(Duration::from_micros(counts.at(rank(part, counts.len())))));
        }
        let mut sorted = self.kept.clone();
        sorted.sort_unstable();
        parts.map(|part| {
            let place = usize::try_from(rank(part, sorted.len() as u64)).map_or(0, |rank| rank - 1);
            Some(Duration::from_micros(
                self.digits.class_end(u64::from(sorted[place])),
            ))
        })
    }

    /// The longest, rounded up to the end of its class; `None` without any.
    #[must_use]
    pub fn longest(&self) -> Option<Duration> {
        self.quantile(1.0)
    }

    /// The mean, within the digits; `None` without any.
    #[must_use]
    pub fn mean(&self) -> Option<Duration> {
        if let Some(counts) = &self.counted {
            return Some(Duration::from_secs_f64(counts.to_histogram().mean() / 1e6));
        }
        let sum: u64 = self.kept.iter().map(|micros| u64::from(*micros)).sum();
        let mean = sum.checked_div(self.kept.len() as u64)?;
        Some(Duration::from_micros(mean))
    }

    /// `(the end of a class in microseconds, how many are in it)`, ascending, those that are not empty.
    #[must_use]
    pub fn classes(&self) -> Vec<(u64, u64)> {
        if let Some(counts) = &self.counted {
            return counts.classes().collect();
        }
        let mut ends: Vec<u64> = self
            .kept
            .iter()
            .map(|micros| self.digits.class_end(u64::from(*micros)))
            .collect();
        ends.sort_unstable();
        let runs = ends.chunk_by(|a, b| a == b);
        runs.map(|alike| (alike[0], alike.len() as u64)).collect()
    }

    /// V2 with DEFLATE, as all implementations of HDR histograms read it; values are microseconds.
    ///
    /// # Errors
    /// When it cannot be written, which takes absurdly large counts.
    pub fn to_v2_deflate(&self) -> Result<Vec<u8>, DurationsError> {
        let mut all = self.clone();
        let mut bytes = Vec::new();
        V2DeflateSerializer::new()
            .serialize(&all.counts().to_histogram(), &mut bytes)
            .map_err(|error| DurationsError(error.to_string()))?;
        Ok(bytes)
    }

    /// What [`to_v2_deflate`](Self::to_v2_deflate) has written.
    ///
    /// # Errors
    /// When the bytes are something else.
    pub fn from_v2_deflate(bytes: &[u8]) -> Result<Self, DurationsError> {
        let counts: Histogram<u64> = Deserializer::new()
            .deserialize(&mut Cursor::new(bytes))
            .map_err(|error| DurationsError(error.to_string()))?;
        let digits = match counts.sigfig() {
            2 => Digits::Two,
            3 => Digits::Three,
            other => return Err(DurationsError(format!("{other} digits; expected 2 or 3"))),
        };
        Ok(Self {
            counted: Some(Box::new(Counts::from_histogram(digits, &counts))),
            ..Self::new(digits)
        })
    }
}

impl PartialEq for Durations {
    /// The same counts in all classes.
    fn eq(&self, other: &Self) -> bool {
        self.digits == other.digits && self.classes() == other.classes()
    }
}

/// Of the least value that `part` of so many do not exceed, in ascending order, counted from 1.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a part of a count far below 2^53, rounded up; the conversion saturates"
)]
fn rank(part: f64, all: u64) -> u64 {
    let wanted = (part.clamp(0.0, 1.0) * all as f64).ceil() as u64;
    wanted.clamp(1, all)
}

#[cfg(test)]
mod tests;
