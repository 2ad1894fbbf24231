use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::engine::ports::{Delivery, DeliveryState};
use crate::server::App;
use crate::server::paging::{Page, given, malformed};
use crate::server::problem::Problem;

/// Which deliveries are wanted.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Wanted {
    state: Option<String>,
}

/// `GET /api/v1/deliveries`, newest first.
pub(super) async fn list(
    State(app): State<Arc<App>>,
    Query(wanted): Query<Wanted>,
    Query(page): Query<Page>,
) -> Result<Json<Value>, Problem> {
    let limit = page.limit()?;
    let state = given(wanted.state.as_deref()).map(|text| {
        let word = Value::String(text.to_owned());
        let expected = "`pending`, `delivered` or `given_up`";
        serde_json::from_value::<DeliveryState>(word).map_err(|_| malformed("state", text, expected))
    });
    let mut deliveries = app
        .store
        .deliveries(state.transpose()?, page.cursor(), limit + 1)
        .await?;
    let is_more = deliveries.len() > limit;
    deliveries.truncate(limit);
    let next = deliveries.last().filter(|_| is_more).map(|last| last.id.clone());
    let shown: Vec<Value> = deliveries.iter().map(shown).collect();
    Ok(Json(json!({ "deliveries": shown, "next": next })))
}

/// `POST /api/v1/deliveries/{id}/resend`: with the same id, whatever became of it before.
pub(super) async fn resend(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    let again = app.dispatch.resend(&id).await?;
    let again =
        again.ok_or_else(|| Problem::new("unknown-delivery", format!("delivery {id} is not known")))?;
    Ok(Json(shown(&again)))
}

/// Without the message, which is a whole run.
fn shown(delivery: &Delivery) -> Value {
    json!({
        "id": delivery.id, "run": delivery.run, "hook": delivery.hook, "event": delivery.event,
        "state": delivery.state, "attempts": delivery.attempts, "createdAt": delivery.created_at,
        "nextAt": delivery.next_at, "lastError": delivery.last_error, "endedAt": delivery.ended_at,
    })
}
