//! Evidence that goes on over the stages of a release.

use std::sync::Arc;

use crate::analysis::plan::{EvidencePolicy, Plan};
use crate::time::Timestamp;
use crate::verdict::{Comparisons, Look, RunState};

/// An earlier stage of the same release, as it was stored.
#[derive(Clone, Copy, Debug)]
pub struct EarlierStage<'a> {
    /// When its run began.
    pub started_at: Timestamp,
    /// All looks of that run, in order of time, history included.
    pub looks: &'a [Look],
}

impl EarlierStage<'_> {
    /// It has windows that are not history.
    fn is_compared(&self) -> bool {
        let mut windows = self.looks.iter().flat_map(|look| &look.windows);
        windows.any(|window| !window.flags.history)
    }
}

impl RunState {
    /// A run of a later stage, which begins at `started_at`. With `evidence: carry` it begins with what the earlier stages
    /// have gathered, judged again by this plan, oldest first; otherwise it is [`new`](Self::new). The earlier stages are
    /// those that this release went through on its way: of each the attempt that let it pass, none that was rolled back.
    /// They have to be stages of one release, judged by one analysis, or the error is that of each alone. One in which nothing was
    /// compared (somebody let it pass) is no stage of the evidence.
    #[must_use]
    pub fn carrying(plan: Arc<Plan>, started_at: Timestamp, earlier: &[EarlierStage<'_>]) -> Self {
        let mut state = Self::new(Arc::clone(&plan), started_at);
        let earlier: Vec<&EarlierStage<'_>> = earlier.iter().filter(|stage| stage.is_compared()).collect();
        let Some((first, later)) = earlier.split_first() else {
            return state;
        };
        if plan.policy.evidence == EvidencePolicy::Restart {
            return state;
        }
        // What share of the traffic the canary had then, nobody asks any more.
        let mut specs = plan.comparisons.clone();
        specs.iter_mut().for_each(|spec| spec.traffic_split = None);
        let mut comparisons = Comparisons::new(&specs, &plan.policy, first.started_at);
        first.looks.iter().for_each(|look| comparisons.look(look));
        for stage in later {
            comparisons = comparisons.next_stage(&specs, stage.started_at);
            stage.looks.iter().for_each(|look| comparisons.look(look));
        }
        state.comparisons = comparisons.next_stage(&plan.comparisons, started_at);
        state
    }
}
