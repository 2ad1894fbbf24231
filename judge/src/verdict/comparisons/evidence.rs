use std::sync::Arc;

use crate::analysis::plan::{Comparison, Policy, Tolerance, Weight};
use crate::stats::dispersion;
use crate::stats::restarts::COMPONENTS_MAX;
use crate::time::Timestamp;
use crate::verdict::{Data, Side, Window};

use super::canary_targets::CanaryTargets;
use super::coverage::Coverage;
use super::intake::{HistorySlice, LookSlices, Part, Slice};
use super::method::Method;
use super::report::Remark;
use super::split_check::SplitCheck;
use super::stable_targets::StableTargets;
use super::target_noise::TargetNoise;

/// All that one comparison has gathered.
#[derive(Clone, Debug)]
pub(super) struct Evidence {
    pub(super) name: Arc<str>,
    pub(super) tolerance: Tolerance,
    pub(super) required: bool,
    pub(super) weight: Weight,
    /// Share of the rollback statistic, in [0, 1].
    pub(super) share: f64,
    pub(super) method: Method,
    /// Highest evidence of a regression so far.
    pub(super) log_e_max: f64,
    pub(super) coverage: Coverage,
    pub(super) canary_targets: CanaryTargets,
    pub(super) stable_targets: StableTargets,
    target_noise: TargetNoise,
    /// Where the analysis says how traffic is split.
    pub(super) split: Option<SplitCheck>,
    /// Part of what rolled the release back.
    pub(super) is_regressed: bool,
    /// In the order in which they came up.
    pub(super) remarks: Vec<Remark>,
}

impl Evidence {
    pub(super) fn new(spec: &Comparison, policy: &Policy, share: f64) -> Self {
        Self {
            name: Arc::from(spec.name.as_str()),
            tolerance: spec.tolerance,
            required: spec.required,
            weight: spec.weight,
            share,
            method: Method::new(spec, policy),
            log_e_max: 0.0,
            coverage: Coverage::default(),
            canary_targets: CanaryTargets::default(),
            stable_targets: StableTargets::default(),
            target_noise: TargetNoise::default(),
            split: None,
            is_regressed: false,
            remarks: Vec::new(),
        }
    }

    pub(super) fn with_split(self, split: Option<SplitCheck>) -> Self {
        Self { split, ..self }
    }

    /// Another stage of the release begins: what was gathered goes on, what was missing is past.
    pub(super) fn begin_stage(&mut self, split: Option<SplitCheck>) {
        self.method.begin_stage();
        self.canary_targets.begin_stage();
        self.coverage = Coverage::default();
        self.split = split;
    }

    /// Stable's health in this comparison counts: it decides something.
    pub(super) fn speaks_for_stable(&self) -> bool {
        self.required || self.weight != Weight::Info
    }

    /// The evidence reaches `1/false_promotion` now.
    pub(super) fn is_non_inferior(&self, policy: &Policy) -> bool {
        self.method.promotion_log_e() >= -libm::log(policy.false_promotion)
    }

    /// Of a stable target that is worse than the others: not compared any more.
    pub(super) fn leaves_out(&self, window: &Window) -> bool {
        window.side == Side::Stable
            && !window.flags.history
            && !window.flags.control
            && self.stable_targets.suspect() == Some(&window.target)
    }

    pub(super) fn remark(&mut self, remark: Remark) {
        if !self.remarks.contains(&remark) {
            self.remarks.push(remark);
        }
    }

    /// One look: history calibrates, burn-in tells stable's rate, the rest is judged. Where one of the windows begins
    /// inside the burn-in, all of them count as burn-in.
    pub(super) fn take(&mut self, mut look: LookSlices<'_>, policy: &Policy, started_at: Timestamp) {
        let history = look.history.values_mut().map(|history| &mut history.whole);
        for slice in history.chain([&mut look.current]) {
            self.inspect(slice);
        }
        for history in look.history.values() {
            self.calibrate(history);
        }
        let judged_from = started_at + policy.burn_in;
        self.coverage.take(&look, judged_from, policy.window);
        let current = &look.current;
        let parts = if current.is_left_out() {
            &[][..]
        } else {
            &look.parts
        };
        if let Some(start) = current.start {
            self.target_noise.observe(&mut self.method, batch(start), parts);
            if let Some(split) = self.split.as_mut().filter(|_| start >= judged_from) {
                split.take(&look);
            }
        }
        match (current.both(), current.start) {
            (Some((canary, stable)), Some(start)) if start >= judged_from => {
                let components = self.start_components(start, judged_from, policy);
                self.canary_targets.record(&self.method, components, parts);
                self.judge(canary, stable);
            }
            _ => {
                self.method.interrupt();
                if let Some(stable) = current.stable_only() {
                    self.method.watch_stable(stable);
                }
            }
        }
        self.watch_stable_targets(parts);
        // Only now, so that a window is judged by what was known before it.
        self.compare_control(&look.control, current);
    }

    /// How much two sides differ that are the same.
    fn compare_control(&mut self, control: &Slice, stable: &Slice) {
        if let (Some((control, stable)), Some(start)) = (control.beside(stable), stable.start) {
            self.method.calibrate_by_control(batch(start), control, stable);
        }
    }

    /// A target that has proved to be bad by now is left out from the next look on, and what it has done for a
    /// promotion so far is taken back.
    fn watch_stable_targets(&mut self, parts: &[Part<'_>]) {
        if self.stable_targets.observe(&self.method, parts) {
            self.method.cut_promotion_back();
            self.remark(Remark::SuspectStablePod);
        }
    }

    /// What is known against the windows of a slice.
    fn inspect(&mut self, slice: &mut Slice) {
        if !slice.is_invalid
            && !self
                .method
                .accept(slice.data(Side::Canary), slice.data(Side::Stable))
        {
            slice.is_invalid = true;
            self.remark(Remark::BucketLayoutsDiffer);
        } else if slice.is_invalid {
            self.remark(Remark::InvalidWindows);
        }
        if slice.is_partial {
            self.remark(Remark::PartialWindows);
        }
        if slice.is_uneven {
            self.remark(Remark::UnevenWindows);
        }
        if slice.is_overloaded {
            self.remark(Remark::ProberOverloaded);
        }
        if slice.has_mixed_buckets {
            self.remark(Remark::MixedBuckets);
        }
        if slice.is_unprotected {
            self.remark(Remark::UnprotectedBaseline);
        }
    }

    /// History is of no use once judging has begun: rules may not change with data that came later.
    fn calibrate(&mut self, history: &HistorySlice<'_>) {
        if self.method.is_frozen() {
            self.remark(Remark::LateHistory);
            return;
        }
        let (parts, control, history) = (&history.parts, &history.control, &history.whole);
        if let (Some((canary, stable)), Some(start)) = (history.both(), history.start) {
            self.method.calibrate(batch(start), canary, stable);
        } else {
            self.method.interrupt();
        }
        self.compare_control(control, history);
        if let Some(start) = history.start.filter(|_| !history.is_left_out()) {
            TargetNoise::learn(&mut self.method, batch(start), parts);
        }
        if let Some(stable) = history.stable_only() {
            self.method.learn_stable(stable);
        }
    }

    /// Components start every restart interval after the burn-in, so their times are fixed in advance.
    fn start_components(&mut self, start: Timestamp, judged_from: Timestamp, policy: &Policy) -> usize {
        let due = policy.restart_interval.map_or(0, |interval| {
            start.since(judged_from).as_micros() / interval.as_micros().max(1)
        });
        let count = usize::try_from(due).unwrap_or(COMPONENTS_MAX).saturating_add(1);
        if count > COMPONENTS_MAX && policy.restarts_planned() > COMPONENTS_MAX {
            self.remark(Remark::RestartsExhausted);
        }
        self.method.start_components(count);
        count
    }

    fn judge(&mut self, canary: &Data, stable: &Data) {
        if let Some(remark) = self.method.judge(canary, stable) {
            self.remark(remark);
        }
        self.log_e_max = self.log_e_max.max(self.method.log_e());
        if self.method.is_coarse() {
            self.remark(Remark::CoarseBuckets);
        }
    }
}

/// The number of the batch in which a window begins.
fn batch(start: Timestamp) -> i64 {
    start
        .as_micros()
        .div_euclid(i64::from(dispersion::BATCH_SECONDS) * 1_000_000)
}
