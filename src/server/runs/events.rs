use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Extension, Path, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::Stream;
use futures::stream::unfold;
use serde_json::Value;
use serin_judge::verdict::RunReport;
use tokio::sync::{OwnedSemaphorePermit, watch};

use crate::server::App;
use crate::server::connections::Peer;
use crate::server::problem::Problem;

/// States of a run come no faster than this; what lies between is left out.
const INTERVAL: Duration = Duration::from_millis(500);
/// Proxies close what is silent for longer.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// An open stream, which holds its place and its connection.
struct Following {
    app: Arc<App>,
    id: String,
    reports: Option<watch::Receiver<Option<Arc<RunReport>>>>,
    closing: watch::Receiver<bool>,
    next: Next,
    _place: OwnedSemaphorePermit,
    _peer: Option<Peer>,
}

/// What comes next.
enum Next {
    /// The run as it stands.
    First(Value),
    /// Its next state.
    State,
    /// That there will be no more.
    End,
    Nothing,
}

/// `GET /api/v1/runs/{id}/events`: `run` with each newer state of the run, and `end` after the last one.
pub(in crate::server) async fn events(
    State(app): State<Arc<App>>,
    peer: Option<Extension<Peer>>,
    Path(id): Path<String>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let place = Arc::clone(&app.shares.streams)
        .try_acquire_owned()
        .map_err(|_full| {
            let limit = app.limits.event_streams;
            Problem::new(
                "unavailable",
                format!("{limit} event streams are open, which is `limits.eventStreams`"),
            )
        })?;
    // Before the run is looked at, so that no state is missed in between.
    let reports = app.runs.watch(&id);
    let view = app
        .runs
        .get(&id)
        .await?
        .ok_or_else(|| Problem::unknown_run(&id))?;
    let following = Following {
        closing: app.closing.clone(),
        app,
        id,
        reports,
        next: Next::First(view.report),
        _place: place,
        _peer: peer.map(|Extension(peer)| peer),
    };
    let stream = unfold(following, |mut following| async move {
        let event = following.event().await?;
        Some((Ok(event), following))
    });
    Ok(Sse::new(stream).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

impl Following {
    async fn event(&mut self) -> Option<Event> {
        match std::mem::replace(&mut self.next, Next::State) {
            Next::First(report) => Some(self.state(&report)),
            Next::State => self.newer().await,
            Next::End => {
                self.next = Next::Nothing;
                Some(Event::default().event("end").data("{}"))
            }
            Next::Nothing => None,
        }
    }

    async fn newer(&mut self) -> Option<Event> {
        let Some(reports) = &mut self.reports else {
            return self.last().await;
        };
        tokio::select! {
            // The process is about to end: whoever follows comes back and finds the next one.
            _closing = self.closing.wait_for(|closing| *closing) => return None,
            () = tokio::time::sleep(INTERVAL) => {}
        }
        let changed = tokio::select! {
            _closing = self.closing.wait_for(|closing| *closing) => return None,
            changed = reports.changed() => changed,
        };
        let report = reports.borrow_and_update().clone();
        match (changed, report) {
            (Ok(()), Some(report)) if report.finished_at.is_none() => {
                let report = serde_json::to_value(&*report).unwrap_or_default();
                Some(self.state(&report))
            }
            (Ok(()), None) => Some(Event::default().comment("nothing yet")),
            _ => {
                self.reports = None;
                self.last().await
            }
        }
    }

    /// The end of the run, with its deliveries; none while it has no verdict, as when it is not driven here.
    async fn last(&mut self) -> Option<Event> {
        let view = self.app.runs.get(&self.id).await.ok()??;
        view.ended.as_ref()?;
        self.next = Next::End;
        Some(Event::default().event("run").data(view.report.to_string()))
    }

    fn state(&mut self, report: &Value) -> Event {
        if report.get("finishedAt").is_some_and(|at| !at.is_null()) {
            self.next = Next::End;
        }
        Event::default().event("run").data(report.to_string())
    }
}
