//! Long-run variance of an autocorrelated series (Newey and West 1987).
//!
//! `gamma_0 + 2 sum_{k=1..L} (1 - k/(L+1)) gamma_k` with the autocovariances `gamma_k` of divisor `n` and the Bartlett
//! kernel, which keeps the sum from becoming negative.

/// What a series of at least one point says about the variance of its mean.
#[derive(Clone, Debug, PartialEq)]
pub struct LongRun {
    /// `gamma_0 .. gamma_L`, in squared units of the series.
    pub autocovariances: Vec<f64>,
    /// The long-run variance, at least 0 up to rounding.
    pub variance: f64,
    /// Standard error of the mean, `sqrt(variance / n)`.
    pub standard_error: f64,
}

/// Lags worth taking: `floor(4 (n/100)^(2/9))`, the usual rule.
#[must_use]
pub fn usual_lag(count: usize) -> usize {
    let lag = 4.0 * libm::pow(count as f64 / 100.0, 2.0 / 9.0);
    (0..count).take_while(|k| (k + 1) as f64 <= lag).count()
}

/// Of a finite series with lags up to `lag_max`, at most `n - 1`; `None` for an empty one.
#[must_use]
pub fn long_run(series: &[f64], lag_max: usize) -> Option<LongRun> {
    let count = series.len();
    if count == 0 {
        return None;
    }
    let n = count as f64;
    let mean = series.iter().sum::<f64>() / n;
    let lag_max = lag_max.min(count - 1);
    let autocovariances: Vec<f64> = (0..=lag_max)
        .map(|lag| {
            let products = series.iter().zip(&series[lag..]);
            products.map(|(a, b)| (a - mean) * (b - mean)).sum::<f64>() / n
        })
        .collect();
    let weighted: f64 = autocovariances
        .iter()
        .enumerate()
        .skip(1)
        .map(|(lag, gamma)| (1.0 - lag as f64 / (lag_max as f64 + 1.0)) * gamma)
        .sum();
    let variance = autocovariances[0] + 2.0 * weighted;
    Some(LongRun {
        autocovariances,
        variance,
        standard_error: (variance.max(0.0) / n).sqrt(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_constant_series() {
        assert_eq!(long_run(&[], 3), None);
        let single = long_run(&[5.0], 3).unwrap();
        assert_eq!((single.autocovariances.len(), single.variance), (1, 0.0));
        assert_eq!(long_run(&[2.0; 40], 5).unwrap().standard_error, 0.0);
    }

    #[test]
    fn alternating_noise_has_a_smaller_long_run_variance_than_its_own() {
        let series: Vec<f64> = (0..100).map(|t| if t % 2 == 0 { 1.0 } else { -1.0 }).collect();
        let found = long_run(&series, usual_lag(series.len())).unwrap();
        assert_eq!(found.autocovariances.len(), 5);
        assert!(found.variance >= 0.0 && found.variance < 0.3, "{found:?}");
        assert_eq!((usual_lag(0), usual_lag(1), usual_lag(400)), (0, 1, 5));
    }
}
