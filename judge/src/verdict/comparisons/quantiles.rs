//! The quantiles of stable at which latencies are compared.

/// One quantile of stable whose exceedances are tested.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quantile {
    /// Part of the requests below it.
    pub(super) part: f64,
    /// Alternatives as multiples of the exceedance rate (of its odds in the body).
    pub(super) grid: &'static [f64],
    /// Their weights; they sum to 1.
    pub(super) weights: &'static [f64],
    /// Share of the comparison's evidence; those of all quantiles sum to 1.
    pub(super) share: f64,
    /// Exceedances are common: the exact conditional form.
    pub(super) is_body: bool,
    /// Takes part in a promotion.
    pub(super) promotes: bool,
}

/// The grids put their weight where services regress: little changes of the body, large ones of the tail.
pub(super) const QUANTILES: [Quantile; 5] = [
    Quantile {
        part: 0.5,
        grid: &[1.15, 1.5, 2.5],
        weights: &[0.15, 0.65, 0.2],
        share: 0.26,
        is_body: true,
        promotes: true,
    },
    Quantile {
        part: 0.9,
        grid: &[1.2, 2.0, 4.0],
        weights: &[0.2, 0.6, 0.2],
        share: 0.22,
        is_body: true,
        promotes: true,
    },
    Quantile {
        part: 0.99,
        grid: &[1.4, 2.0, 4.0, 12.0],
        weights: &[0.25, 0.25, 0.3, 0.2],
        share: 0.22,
        is_body: false,
        promotes: true,
    },
    Quantile {
        part: 0.997,
        grid: &[1.6, 3.0, 8.0],
        weights: &[0.25, 0.25, 0.5],
        share: 0.18,
        is_body: false,
        promotes: false,
    },
    Quantile {
        part: 0.999,
        grid: &[2.0, 5.0, 20.0],
        weights: &[0.25, 0.25, 0.5],
        share: 0.12,
        is_body: false,
        promotes: false,
    },
];

/// Their parts.
pub(super) const PARTS: [f64; QUANTILES.len()] = [
    QUANTILES[0].part,
    QUANTILES[1].part,
    QUANTILES[2].part,
    QUANTILES[3].part,
    QUANTILES[4].part,
];
