use std::sync::Arc;

use axum::Json;
use axum::extract::State;

use crate::controllers::argo::{GateAnswer, GateQuestion};
use crate::server::App;
use crate::server::body::JsonBody;
use crate::server::problem::Problem;

/// `POST /gates/argo`. Argo takes any 2xx body that is not JSON for a success, so 2xx is this object and nothing else.
pub(super) async fn argo(
    State(app): State<Arc<App>>,
    body: JsonBody<GateQuestion>,
) -> Result<Json<GateAnswer>, Problem> {
    if app.is_closing() {
        return Err(Problem::new("unavailable", "Serin is shutting down; ask again"));
    }
    Ok(Json(app.gate.answer(&body.value).await?))
}
