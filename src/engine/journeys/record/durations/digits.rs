use hdrhistogram::Histogram;

use super::LONGEST_US;

/// How finely durations are told apart, from 1 us to [`LONGEST`](super::LONGEST).
///
/// The classes are those of an HDR histogram: single microseconds up to 256 (2048), then twice as many in one whenever the
/// value doubles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Digits {
    /// Within 1 %: parts of requests.
    Two,
    /// Within 0.1 %: whole requests and runs.
    Three,
}

impl Digits {
    const fn count(self) -> u8 {
        match self {
            Self::Two => 2,
            Self::Three => 3,
        }
    }

    /// Values of so many bits are classes of their own.
    const fn single_bits(self) -> u32 {
        match self {
            Self::Two => 8,
            Self::Three => 11,
        }
    }

    /// By how many bits the classes around `micros` are wide.
    fn shift(self, micros: u64) -> u32 {
        (u64::BITS - micros.leading_zeros()).saturating_sub(self.single_bits())
    }

    /// The largest microsecond that is told apart from `micros` no more.
    #[must_use]
    pub fn class_end(self, micros: u64) -> u64 {
        let shift = self.shift(micros);
        (((micros >> shift) + 1) << shift) - 1
    }

    /// The number of a value's class, of all in ascending order. The upper halves of the shifted values follow one another.
    pub(super) fn class(self, micros: u32) -> usize {
        let shift = self.shift(u64::from(micros));
        let half = 1_usize << (self.single_bits() - 1);
        half * shift as usize + (micros >> shift) as usize
    }

    /// [`class_end`](Self::class_end) of the values in a class.
    pub(super) fn end_of(self, class: usize) -> u64 {
        let half = 1_usize << (self.single_bits() - 1);
        let shift = (class / half).saturating_sub(1);
        let shifted = (class - half * shift) as u64;
        ((shifted + 1) << shift) - 1
    }

    /// The library's, without any value.
    pub(super) fn empty(self) -> Histogram<u64> {
        #[expect(
            clippy::expect_used,
            reason = "bounds and digits are constants that the library accepts"
        )]
        Histogram::new_with_bounds(1, u64::from(LONGEST_US), self.count()).expect("1 us to 120 s")
    }
}
