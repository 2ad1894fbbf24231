//! Is it the release, or one bad host?
//!
//! When the evidence reaches the threshold, the canary's targets are put to two questions. Does one of them differ from
//! its fellows beyond chance? And is nothing left of the evidence without it? A release that is bad is bad on all of its
//! targets, so the others alone speak against stable as well. A host that is bad leaves the others as they should be:
//! then the verdict is no rollback but asks for another host. While that cannot be told for few events, the answer waits
//! for the next look. A canary of one target has no fellows: there a bad host and a bad release are the same to any
//! statistic, and it is rolled back.

use std::sync::Arc;

use crate::analysis::plan::Policy;
use crate::stats::log_sum::log_weighted_sum_exp;

use super::evidence::Evidence;
use super::report::Remark;
use super::rollback;

/// One target that differs from its fellows with so small a probability is the odd one.
const CLEAR: f64 = 0.001;

/// Above this it is no odder than any.
const DOUBTFUL: f64 = 0.2;

/// At the deadline: the other targets show nothing at this level.
const NOTHING_SHOWN: f64 = 0.1;

/// At a look: the other targets show nothing while their evidence is no more than this. An event or two by chance in the first
/// windows make more than 1 of it.
const EVIDENCE_OF_NOTHING: f64 = 2.0;

/// Who carries a regression that has been shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Blame {
    /// No regression has been shown.
    #[default]
    Nobody,
    /// The release or this target: more has to be seen.
    InDoubt(Arc<str>),
    /// The release.
    Release,
    /// This target of the canary.
    Target(Arc<str>),
}

impl Blame {
    /// Stays as it is.
    pub(super) fn is_final(&self) -> bool {
        matches!(self, Self::Release | Self::Target(_))
    }
}

/// When the test at the deadline is made, nothing more will be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Occasion {
    Look,
    Deadline,
}

/// After the threshold was reached.
pub(super) fn weigh(evidence: &mut [Evidence], policy: &Policy, occasion: Occasion) -> Blame {
    let Some((target, p_value)) = suspect(evidence) else {
        return Blame::Release;
    };
    if p_value > DOUBTFUL || !carries_all(evidence, &target, policy, occasion) {
        return Blame::Release;
    }
    let blame = if p_value <= CLEAR {
        Blame::Target(target)
    } else if occasion == Occasion::Look {
        Blame::InDoubt(target)
    } else {
        return Blame::Release;
    };
    for one in evidence.iter_mut().filter(|one| one.is_regressed) {
        one.remark(Remark::SuspectPod);
    }
    blame
}

/// The one target that differs in every comparison that has regressed, and how improbable its oddest difference is.
fn suspect(evidence: &[Evidence]) -> Option<(Arc<str>, f64)> {
    let mut found: Option<(Arc<str>, f64)> = None;
    let mut comparisons = 0;
    for one in evidence.iter().filter(|one| one.is_regressed) {
        let outlier = one.canary_targets.outlier()?;
        comparisons += 1;
        found = match found {
            None => Some((outlier.target, outlier.p_value)),
            Some((target, p_value)) if target == outlier.target => {
                Some((target, p_value.min(outlier.p_value)))
            }
            Some(_) => return None,
        };
    }
    found.map(|(target, p_value)| (target, (p_value * f64::from(comparisons)).min(1.0)))
}

/// Without the target nothing speaks against the canary where it has regressed, and all comparisons together do not
/// reach the threshold.
fn carries_all(evidence: &[Evidence], target: &Arc<str>, policy: &Policy, occasion: Occasion) -> bool {
    let mut terms = Vec::with_capacity(evidence.len());
    for one in evidence {
        let rest = one.canary_targets.without(target);
        let log_e = rest.as_ref().map_or(one.method.log_e(), |rest| rest.log_e());
        terms.push((one.share, log_e));
        let is_clean = |method: &super::method::Method| match occasion {
            Occasion::Look => method.log_e() <= libm::log(EVIDENCE_OF_NOTHING),
            Occasion::Deadline => method.deadline_p(0) > NOTHING_SHOWN,
        };
        if one.is_regressed && !rest.as_ref().is_some_and(is_clean) {
            return false;
        }
    }
    rollback::threshold(policy)
        .is_none_or(|threshold| log_weighted_sum_exp(terms.iter().copied()) < libm::log(threshold))
}
