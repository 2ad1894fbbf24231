//! One population's values, checked and in order.

use thiserror::Error;

use super::{bisection, radix};

const SIGN: u64 = 1 << 63;

/// Why values are no sample.
#[derive(Clone, Copy, Debug, Error, PartialEq)]
pub enum SampleError {
    /// No value at all.
    #[error("the sample is empty: at least one value is needed")]
    Empty,
    /// A value that cannot be ordered or averaged.
    #[error(
        "value {position} of the sample is {value}: only finite numbers can be compared; leave it out or replace it"
    )]
    NotFinite {
        /// Where it stands, from 0.
        position: usize,
        /// NaN or infinite.
        value: f64,
    },
}

/// At least one finite value, ascending; `-0.0` has become `0.0`, so that equal values are the same bits.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample(Vec<f64>);

impl Sample {
    /// Sorts the values.
    ///
    /// # Errors
    ///
    /// When there is none, or one is NaN or infinite.
    pub fn try_new(values: &[f64]) -> Result<Self, SampleError> {
        if values.is_empty() {
            return Err(SampleError::Empty);
        }
        if let Some(position) = values.iter().position(|value| !value.is_finite()) {
            let value = values[position];
            return Err(SampleError::NotFinite { position, value });
        }
        // The sign bit turned over, negative numbers come first.
        let key = |value: &f64| bisection::key(value + 0.0).cast_unsigned() ^ SIGN;
        let sorted = radix::sort(values.iter().map(key).collect());
        let value = |key: u64| bisection::value((key ^ SIGN).cast_signed());
        Ok(Self(sorted.into_iter().map(value).collect()))
    }

    /// The values, ascending, never empty.
    #[must_use]
    pub fn sorted(&self) -> &[f64] {
        &self.0
    }

    /// How many, at least 1.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The smallest value.
    #[must_use]
    pub fn min(&self) -> f64 {
        self.0[0]
    }

    /// The largest value.
    #[must_use]
    pub fn max(&self) -> f64 {
        self.0[self.0.len() - 1]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_finite_values_make_a_sample() {
        assert_eq!(Sample::try_new(&[]), Err(SampleError::Empty));
        for value in [f64::INFINITY, f64::NEG_INFINITY] {
            let refused = Sample::try_new(&[1.0, value]);
            assert_eq!(refused, Err(SampleError::NotFinite { position: 1, value }));
        }
        let refused = Sample::try_new(&[f64::NAN]).unwrap_err().to_string();
        assert!(
            refused.contains("value 0") && refused.contains("NaN"),
            "{refused}"
        );
        let sample = Sample::try_new(&[2.0, -0.0, 0.0, -f64::MAX]).unwrap();
        assert_eq!(sample.sorted(), [-f64::MAX, 0.0, 0.0, 2.0]);
        assert!(sample.sorted()[1].is_sign_positive());
        assert_eq!((sample.count(), sample.min(), sample.max()), (4, -f64::MAX, 2.0));
    }
}
