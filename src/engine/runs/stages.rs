use std::sync::Arc;

use serin_judge::analysis::plan::{EvidencePolicy, Plan};
use serin_judge::verdict::{EarlierStage, Look, RunState, Verdict};

use crate::engine::ports::{Cursor, Record, RunFilter, RunRecord, RunSummary, StoreError, StoredRun};
use crate::engine::run::apply;
use crate::engine::runs::Runs;

/// Runs of one release that are looked through at once.
const PAGE: usize = 100;

impl Runs {
    /// A run as it begins: with what the earlier stages of its release have gathered, where its analysis carries evidence.
    /// Those are the same whenever this is asked, since they ended before it began.
    pub(super) async fn beginning(&self, plan: Arc<Plan>, run: &RunRecord) -> Result<RunState, StoreError> {
        let carries = plan.policy.evidence == EvidencePolicy::Carry;
        if !carries || plan.comparisons.is_empty() || run.release.is_empty() {
            return Ok(RunState::new(plan, run.started_at));
        }
        let mut stages = Vec::new();
        for id in self.earlier_stages(run).await? {
            if let Some(stored) = self.shared.store.load(&id).await? {
                stages.push((stored.run.started_at, looks(stored)));
            }
        }
        let earlier = stages.iter().map(|(started_at, looks)| EarlierStage {
            started_at: *started_at,
            looks,
        });
        let earlier: Vec<EarlierStage<'_>> = earlier.collect();
        Ok(RunState::carrying(plan, run.started_at, &earlier))
    }

    /// A stored run as far as it came.
    ///
    /// # Errors
    /// Why it cannot be judged again.
    pub(super) async fn replayed(&self, plan: Arc<Plan>, stored: &StoredRun) -> Result<RunState, String> {
        let beginning = self.beginning(plan, &stored.run).await;
        let mut state = beginning.map_err(|error| error.to_string())?;
        for record in &stored.records {
            apply(&mut state, record).map_err(|error| error.to_string())?;
        }
        Ok(state)
    }

    /// The attempts that let the release pass, one of each other stage, oldest first.
    async fn earlier_stages(&self, run: &RunRecord) -> Result<Vec<String>, StoreError> {
        let filter = RunFilter {
            analysis: Some(run.analysis.clone()),
            release: Some(run.release.clone()),
            verdict: Some(Verdict::Promote),
        };
        let (mut passed, mut before): (Vec<RunSummary>, Option<Cursor>) = (Vec::new(), None);
        loop {
            let page = self.shared.store.list(&filter, before.as_ref(), PAGE).await?;
            let is_last = page.len() < PAGE;
            before = page.last().map(|last| Cursor {
                started_at: last.run.started_at,
                id: last.run.id.clone(),
            });
            passed.extend(page);
            if is_last {
                break;
            }
        }
        // Newest first; of a stage that passed twice the newest attempt counts.
        let mut stages = vec![run.stage.clone()];
        let mut ids = Vec::new();
        for other in passed {
            let is_earlier = other.ended.is_some_and(|ended| ended.at <= run.started_at);
            if is_earlier && !stages.contains(&other.run.stage) {
                stages.push(other.run.stage);
                ids.push(other.run.id);
            }
        }
        ids.reverse();
        Ok(ids)
    }
}

fn looks(stored: StoredRun) -> Vec<Look> {
    let looks = stored.records.into_iter().filter_map(|record| match record {
        Record::Look { look, .. } => Some(look),
        _ => None,
    });
    looks.collect()
}
