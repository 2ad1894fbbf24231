//! Is it the release, or one bad host?
//!
//! When the evidence reaches the threshold, the canary's targets are put to two questions. Does one of them differ from
//! its fellows beyond chance? And is nothing left of the evidence without it? A release that is bad is bad on all of its
//! targets, so the others alone speak against stable as well. A host that is bad leaves the others as they should be:
//! then the verdict is no rollback but asks for another host. While that cannot be told for few events, of the suspect or of
//! its fellows, the answer waits for the next look. A canary of one target has no fellows: there a bad host and a bad release are the same to any
//! statistic, and it is rolled back.

use std::sync::Arc;

use crate::analysis::plan::Policy;
use crate::stats::log_sum::log_weighted_sum_exp;

use super::evidence::Evidence;
use super::method::Method;
use super::report::Remark;
use super::rollback;

/// One target that differs from its fellows with so small a probability is the odd one.
const CLEAR: f64 = 0.001;

/// Above this it is no odder than any.
const DOUBTFUL: f64 = 0.2;

/// Evidence up to this may be left of the other targets before it is held against the release: one failure by chance of a
/// good target, a minute after the start, is worth as much. In simulated releases with one bad target of two that moves those
/// that are told apart from 81 to 96 of 100; a release of two targets with three times the errors waits a fifth of a window
/// longer on average.
const LITTLE_LEFT: f64 = 3.0;

/// At the deadline: the other targets show nothing at this level.
const NOTHING_SHOWN: f64 = 0.1;

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

/// How the canary fares without the suspect, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fellows {
    /// Nothing speaks against it.
    Sound,
    /// So little that it may be chance.
    Unclear,
    /// It is bad all the same.
    Bad,
}

/// After the threshold was reached.
pub(super) fn weigh(evidence: &mut [Evidence], policy: &Policy, occasion: Occasion) -> Blame {
    let Some((target, p_value)) = suspect(evidence) else {
        return Blame::Release;
    };
    let fellows = fellows(evidence, &target, policy, occasion);
    if p_value > DOUBTFUL || fellows == Fellows::Bad {
        return Blame::Release;
    }
    let blame = if p_value <= CLEAR && fellows == Fellows::Sound {
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

/// Without the target: the worst of the comparisons that have regressed, and bad where all comparisons together still
/// reach the threshold.
fn fellows(evidence: &[Evidence], target: &Arc<str>, policy: &Policy, occasion: Occasion) -> Fellows {
    let mut terms = Vec::with_capacity(evidence.len());
    let mut worst = Fellows::Sound;
    for one in evidence {
        let rest = one.canary_targets.without(target);
        let log_e = rest.as_ref().map_or(one.method.log_e(), Method::log_e);
        terms.push((one.share, log_e));
        if one.is_regressed {
            let found = rest.as_ref().map_or(Fellows::Bad, |rest| rest_of(rest, occasion));
            worst = worst.max(found);
        }
    }
    let threshold = rollback::threshold(policy).map_or(f64::INFINITY, libm::log);
    if log_weighted_sum_exp(terms.iter().copied()) >= threshold {
        Fellows::Bad
    } else {
        worst
    }
}

fn rest_of(rest: &Method, occasion: Occasion) -> Fellows {
    match occasion {
        Occasion::Deadline if rest.deadline_p(0) > NOTHING_SHOWN => Fellows::Sound,
        Occasion::Look if rest.log_e() <= 0.0 => Fellows::Sound,
        Occasion::Look if rest.log_e() <= libm::log(LITTLE_LEFT) => Fellows::Unclear,
        Occasion::Deadline | Occasion::Look => Fellows::Bad,
    }
}
