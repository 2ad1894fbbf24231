use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use serde::Deserialize;
use serde_json::{Value, json};
use serin_judge::verdict::{Phase, Verdict};

use crate::engine::ports::{RunFilter, RunSummary};
use crate::server::App;
use crate::server::paging::{Page, after, given, malformed};
use crate::server::problem::Problem;

/// Which runs are wanted.
#[derive(Debug, Default, Deserialize)]
pub(in crate::server) struct Wanted {
    analysis: Option<String>,
    release: Option<String>,
    verdict: Option<String>,
}

impl Wanted {
    /// The address of the list at this path that goes on from the cursor.
    pub(in crate::server) fn address(&self, path: &str, cursor: &str) -> String {
        let parts = [
            ("analysis", self.analysis.as_deref()),
            ("release", self.release.as_deref()),
            ("verdict", self.verdict.as_deref()),
            ("cursor", Some(cursor)),
        ];
        let given = parts
            .iter()
            .filter_map(|(name, value)| Some((name, given(*value)?)));
        let query: String = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(given)
            .finish();
        format!("{path}?{query}")
    }

    pub(in crate::server) fn filter(&self) -> Result<RunFilter, Problem> {
        let owned = |text: &Option<String>| given(text.as_deref()).map(str::to_owned);
        let verdict = given(self.verdict.as_deref()).map(|text| {
            let word = Value::String(text.to_owned());
            let expected = "`continue`, `promote`, `rollback` or `inconclusive`";
            serde_json::from_value::<Verdict>(word).map_err(|_| malformed("verdict", text, expected))
        });
        Ok(RunFilter {
            analysis: owned(&self.analysis),
            release: owned(&self.release),
            verdict: verdict.transpose()?,
        })
    }
}

/// `GET /api/v1/runs`, newest first.
pub(in crate::server) async fn list(
    State(app): State<Arc<App>>,
    Query(wanted): Query<Wanted>,
    Query(page): Query<Page>,
) -> Result<Json<Value>, Problem> {
    let (filter, limit, before) = (wanted.filter()?, page.limit()?, page.run_cursor()?);
    // One more than is wanted tells whether there is a next page.
    let mut runs = app.store.list(&filter, before.as_ref(), limit + 1).await?;
    let is_more = runs.len() > limit;
    runs.truncate(limit);
    let last = runs.last().filter(|_| is_more);
    let next = last.map(|last| after(last.run.started_at, &last.run.id));
    let shown: Vec<Value> = runs.iter().map(|run| shown(&app, run)).collect();
    Ok(Json(json!({ "runs": shown, "next": next })))
}

/// A run without what it measured.
fn shown(app: &App, summary: &RunSummary) -> Value {
    let run = &summary.run;
    let mut shown = json!({
        "id": run.id, "analysis": run.analysis, "release": run.release, "stage": run.stage,
        "attempt": run.attempt, "labels": run.labels, "phase": Phase::Running, "verdict": Verdict::Continue,
        "reasons": [], "summary": "", "startedAt": run.started_at, "configHash": run.config_hash,
        "url": app.runs.url(&run.id),
    });
    if let Some(ended) = &summary.ended {
        shown["phase"] = json!(ended.phase);
        shown["verdict"] = json!(ended.verdict);
        shown["reasons"] = json!(ended.reasons);
        shown["summary"] = json!(ended.summary);
        shown["finishedAt"] = json!(ended.at);
    }
    shown
}
