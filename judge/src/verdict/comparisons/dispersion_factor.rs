use crate::analysis::plan::Dispersion;
use crate::stats::dispersion::Calibration;

use super::report::DispersionSource;

/// The factor that log-evidence is divided by. Frozen when the first window is judged.
#[derive(Clone, Debug)]
pub(super) struct DispersionFactor {
    /// When nothing calibrates it.
    default: f64,
    configured: Option<f64>,
    pub(super) calibration: Calibration,
    frozen: Option<(f64, DispersionSource)>,
}

impl DispersionFactor {
    pub(super) fn new(dispersion: Dispersion, default: f64) -> Self {
        Self {
            default,
            configured: match dispersion {
                Dispersion::Auto => None,
                Dispersion::Fixed(factor) => Some(factor.max(1.0)),
            },
            calibration: Calibration::default(),
            frozen: None,
        }
    }

    /// The first window is about to be judged: from here on the factor stays as it is.
    pub(super) fn freeze(&mut self) -> (f64, DispersionSource) {
        let estimate = self.estimate();
        self.frozen = Some(estimate);
        estimate
    }

    pub(super) fn is_frozen(&self) -> bool {
        self.frozen.is_some()
    }

    pub(super) fn factor(&self) -> f64 {
        self.estimate().0
    }

    pub(super) fn estimate(&self) -> (f64, DispersionSource) {
        if let Some(frozen) = self.frozen {
            return frozen;
        }
        if let Some(factor) = self.configured {
            return (factor, DispersionSource::Configured);
        }
        self.calibration
            .factor()
            .map_or((self.default, DispersionSource::Default), |factor| {
                (factor, DispersionSource::History)
            })
    }
}
