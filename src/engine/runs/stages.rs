use std::sync::Arc;

use serin_judge::analysis::plan::{EvidencePolicy, Plan};
use serin_judge::time::Timestamp;
use serin_judge::verdict::{EarlierStage, Look, RunState, Verdict};

use crate::engine::ports::{Cursor, Record, RunFilter, RunRecord, RunSummary, StoreError, StoredRun};
use crate::engine::run::apply;
use crate::engine::runs::{Runs, documents};

/// Runs of one release that are looked through at once.
const PAGE: usize = 100;

/// What was compared in one stage of a release.
#[derive(Clone, Debug, PartialEq)]
pub struct StageLooks {
    /// The stage's name, which may be empty.
    pub name: String,
    /// In order of time.
    pub looks: Vec<Look>,
    started_at: Timestamp,
}

impl StageLooks {
    fn of(stored: StoredRun) -> Self {
        let looks = stored.records.into_iter().filter_map(|record| match record {
            Record::Look { look, .. } => Some(look),
            _ => None,
        });
        Self {
            name: stored.run.stage,
            looks: looks.collect(),
            started_at: stored.run.started_at,
        }
    }
}

impl Runs {
    /// What a run was judged by, in order of time: the stages whose evidence it began with, then its own. `None` when there is no
    /// run of this id.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn windows(&self, id: &str) -> Result<Option<Vec<StageLooks>>, StoreError> {
        let Some(stored) = self.shared.store.load(id).await? else {
            return Ok(None);
        };
        let request = &stored.run.request;
        let prepared = self.plan(&documents(request), request.analysis.as_deref(), &request.args);
        // Whoever judges them leaves earlier stages out where evidence begins anew: too many do no harm.
        let carries = prepared.map_or(true, |(plan, _)| carries(&plan));
        let mut stages = if carries {
            self.stages_before(&stored.run).await?
        } else {
            Vec::new()
        };
        stages.push(StageLooks::of(stored));
        Ok(Some(stages))
    }

    /// A run as it begins: with what the earlier stages of its release have gathered, where its analysis carries evidence.
    /// Those are the same whenever this is asked, since they ended before it began.
    pub(super) async fn beginning(&self, plan: Arc<Plan>, run: &RunRecord) -> Result<RunState, StoreError> {
        if !carries(&plan) {
            return Ok(RunState::new(plan, run.started_at));
        }
        let stages = self.stages_before(run).await?;
        let earlier = stages.iter().map(|stage| EarlierStage {
            started_at: stage.started_at,
            looks: &stage.looks,
        });
        let earlier: Vec<EarlierStage<'_>> = earlier.collect();
        Ok(RunState::carrying(plan, run.started_at, &earlier))
    }

    async fn stages_before(&self, run: &RunRecord) -> Result<Vec<StageLooks>, StoreError> {
        let mut stages = Vec::new();
        if run.release.is_empty() {
            return Ok(stages);
        }
        for id in self.earlier_stages(run).await? {
            let stored = self.shared.store.load(&id).await?;
            stages.extend(stored.map(StageLooks::of));
        }
        Ok(stages)
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

fn carries(plan: &Plan) -> bool {
    plan.policy.evidence == EvidencePolicy::Carry && !plan.comparisons.is_empty()
}
