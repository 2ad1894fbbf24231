//! Welch's t test of two means with unequal variances, at one look.
//!
//! `t = (mean x - mean y) / sqrt(v_x + v_y)` with `v = s^2/n`, and the degrees of freedom
//! `(v_x + v_y)^2 / ( v_x^2/(n_x-1) + v_y^2/(n_y-1) )` (Welch 1947). statrs has no two-sample t test.

use thiserror::Error;

use super::{Sample, student};

/// The outcome.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Welch {
    /// Mean of x minus mean of y.
    pub difference: f64,
    /// The statistic.
    pub t: f64,
    /// Degrees of freedom.
    pub df: f64,
    /// p-value of "the means are equal".
    pub two_sided: f64,
    /// p-value of "the mean of x is not larger".
    pub greater: f64,
    /// Lower limit of the difference.
    pub lower: f64,
    /// Upper limit of the difference.
    pub upper: f64,
}

/// Why there is no outcome.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum WelchError {
    /// No variance can be estimated.
    #[error("a sample of one value: each needs at least two for a t test")]
    TooFew,
    /// Nothing varies, so nothing can be tested.
    #[error("both samples are constant: a t test needs values that vary")]
    Constant,
    /// Squares beyond the range of numbers.
    #[error("the values are too large or too close for a t test: their variance is not a number")]
    Range,
}

/// Mean and the variance of the mean.
fn moments(sample: &Sample) -> (f64, f64) {
    let (values, n) = (sample.sorted(), sample.count() as f64);
    let mean = values.iter().map(|value| value / n).sum::<f64>();
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    (mean, squares / (n - 1.0) / n)
}

/// Compares two samples; `confidence` of the interval, two-sided, in (0, 1).
///
/// # Errors
///
/// When one has a single value, both are constant, or their variance is beyond the range of numbers.
pub fn test(x: &Sample, y: &Sample, confidence: f64) -> Result<Welch, WelchError> {
    if x.count() < 2 || y.count() < 2 {
        return Err(WelchError::TooFew);
    }
    if x.min() == x.max() && y.min() == y.max() {
        return Err(WelchError::Constant);
    }
    let ((mean_x, v_x), (mean_y, v_y)) = (moments(x), moments(y));
    let (difference, variance) = (mean_x - mean_y, v_x + v_y);
    let (share_x, share_y) = (v_x / variance, v_y / variance);
    let df =
        1.0 / (share_x * share_x / (x.count() as f64 - 1.0) + share_y * share_y / (y.count() as f64 - 1.0));
    let error = variance.sqrt();
    let t = difference / error;
    if !(t.is_finite() && df.is_finite() && error > 0.0) {
        return Err(WelchError::Range);
    }
    let reach = student::upper_quantile(0.5 * (1.0 - confidence), df) * error;
    Ok(Welch {
        difference,
        t,
        df,
        two_sided: (2.0 * student::survival(t.abs(), df)).min(1.0),
        greater: student::survival(t, df),
        lower: difference - reach,
        upper: difference + reach,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(values: &[f64]) -> Sample {
        Sample::try_new(values).unwrap()
    }

    #[test]
    fn what_cannot_be_tested_says_why() {
        assert_eq!(
            test(&sample(&[1.0]), &sample(&[1.0, 2.0]), 0.95),
            Err(WelchError::TooFew)
        );
        assert_eq!(
            test(&sample(&[1.0; 9]), &sample(&[2.0; 9]), 0.95),
            Err(WelchError::Constant)
        );
        let huge = sample(&[f64::MAX, -f64::MAX, 0.0]);
        assert_eq!(test(&huge, &huge, 0.95), Err(WelchError::Range));
        let tiny = sample(&[5e-324, 1e-323]);
        assert_eq!(test(&tiny, &tiny, 0.95), Err(WelchError::Range));
    }

    #[test]
    fn one_constant_side_and_swapping() {
        let (x, y) = (sample(&[3.0, 3.0, 3.0]), sample(&[1.0, 2.0, 4.0, 1.5]));
        let (one, other) = (test(&x, &y, 0.9).unwrap(), test(&y, &x, 0.9).unwrap());
        assert!((one.df - 3.0).abs() < 1e-12 && (one.t + other.t).abs() < 1e-12);
        assert!((one.greater + other.greater - 1.0).abs() < 1e-12);
        assert!((one.lower + other.upper).abs() < 1e-12 && one.lower < one.difference);
    }
}
