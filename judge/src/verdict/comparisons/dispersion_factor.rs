use crate::analysis::plan::Dispersion;
use crate::stats::design_effect::DesignEffect;
use crate::stats::dispersion::{BATCHES_MIN, Calibration};

use super::report::DispersionSource;

/// The factor that log-evidence is divided by.
#[derive(Clone, Debug)]
pub(super) struct DispersionFactor {
    /// When nothing calibrates it.
    default: f64,
    configured: Option<f64>,
    /// Both sides before the release.
    pub(super) calibration: Calibration,
    /// An A/A control beside stable.
    pub(super) control: Calibration,
    /// Stable's targets before the release: what hosts differ by, for a canary that did not run yet.
    pub(super) past_targets: DesignEffect,
    /// The same since the start: no hour of it, so it only raises the default.
    pub(super) targets: DesignEffect,
    /// Requests of one target of the canary for each of a stable one.
    pub(super) requests_ratio: f64,
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
            control: Calibration::default(),
            past_targets: DesignEffect::default(),
            targets: DesignEffect::default(),
            requests_ratio: 1.0,
            frozen: None,
        }
    }

    /// The first window is about to be judged: from here on the factor stays as it is, unless nothing but a default is
    /// known and a control comes to tell more.
    pub(super) fn freeze(&mut self) -> (f64, DispersionSource) {
        let calibrated = self.calibrated();
        self.frozen = Some(calibrated);
        self.estimate()
    }

    pub(super) fn is_frozen(&self) -> bool {
        self.frozen.is_some()
    }

    pub(super) fn factor(&self) -> f64 {
        self.estimate().0
    }

    /// For the next window: each window's factor is known before it, so it may differ from window to window.
    pub(super) fn estimate(&self) -> (f64, DispersionSource) {
        let calibrated = self.calibrated();
        if calibrated.1 != DispersionSource::Default {
            return calibrated;
        }
        let control = self.control.careful_factor();
        control.map_or(calibrated, |factor| (factor, DispersionSource::Control))
    }

    /// What both sides varied by before the release, or what a canary of such targets must vary by, whichever is more;
    /// `None` with too little history.
    pub(super) fn of_history(&self) -> Option<f64> {
        let history = [
            self.calibration.factor(),
            self.past_targets.factor(BATCHES_MIN, self.requests_ratio),
        ];
        history.into_iter().flatten().reduce(f64::max)
    }

    fn calibrated(&self) -> (f64, DispersionSource) {
        if let Some(frozen) = self.frozen {
            return frozen;
        }
        if let Some(factor) = self.configured {
            return (factor, DispersionSource::Configured);
        }
        if let Some(factor) = self.of_history() {
            return (factor, DispersionSource::History);
        }
        let shown = self.targets.factor(1, self.requests_ratio);
        (
            shown.map_or(self.default, |shown| shown.max(self.default)),
            DispersionSource::Default,
        )
    }
}
