//! Profiles, simulations and exports.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::accounts::Caller;
use super::answer::{ApiError, parse, require};
use super::pdf;
use super::process::Process;

/// Body of a new financial profile; amounts in one currency.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ProfileRequest {
    pub(crate) age: u32,
    pub(crate) annual_income: f64,
    pub(crate) current_savings: f64,
    pub(crate) risk_tolerance: RiskTolerance,
}

/// How much a saver is ready to see the market fall.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RiskTolerance {
    Conservative,
    Moderate,
    Aggressive,
}

/// Body of a simulation.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct SimulationRequest {
    pub(crate) profile_id: String,
    pub(crate) goal_amount: f64,
    pub(crate) years_to_goal: u32,
    pub(crate) monthly_contribution: f64,
}

#[derive(Debug, Deserialize)]
struct ExportRequest {
    simulation_id: String,
    template: Template,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Template {
    Summary,
    DetailedPlan,
}

impl ProfileRequest {
    fn check(&self) -> Result<(), ApiError> {
        require((16..=120).contains(&self.age), "age must be in 16 to 120")?;
        require(self.annual_income >= 0.0, "annual_income must not be negative")?;
        require(
            self.current_savings >= 0.0,
            "current_savings must not be negative",
        )
    }
}

impl SimulationRequest {
    fn check(&self) -> Result<(), ApiError> {
        require(self.goal_amount > 0.0, "goal_amount must be above 0")?;
        require(
            (1..=60).contains(&self.years_to_goal),
            "years_to_goal must be in 1 to 60",
        )?;
        require(
            self.monthly_contribution >= 0.0,
            "monthly_contribution must not be negative",
        )
    }
}

/// `POST /api/v1/financial-profiles`
pub(super) async fn create_profile(
    State(process): State<Arc<Process>>,
    Caller(email): Caller,
    body: Bytes,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let request: ProfileRequest = parse(&body)?;
    request.check()?;
    let id = process.records().add_profile(&email, request);
    Ok((StatusCode::CREATED, Json(json!({"status": "success", "id": id}))))
}

/// `POST /api/v1/simulations/monte-carlo`
pub(super) async fn simulate(
    State(process): State<Arc<Process>>,
    Caller(email): Caller,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    let request: SimulationRequest = parse(&body)?;
    request.check()?;
    let (id, outlook) = process.records().simulate(&email, &request)?;
    Ok(Json(
        json!({"status": "success", "simulation_id": id, "profile_id": request.profile_id, "result": outlook}),
    ))
}

/// `POST /api/v1/export/pdf`
pub(super) async fn export(
    State(process): State<Arc<Process>>,
    Caller(email): Caller,
    body: Bytes,
) -> Result<Json<Value>, ApiError> {
    let request: ExportRequest = parse(&body)?;
    let file = process.records().export(&email, &request.simulation_id)?;
    let query = match request.template {
        Template::Summary => "",
        Template::DetailedPlan => "?detailed",
    };
    Ok(Json(
        json!({"status": "success", "download_url": format!("/api/v1/export/files/{file}{query}")}),
    ))
}

/// `GET /api/v1/export/files/{file}`; who knows the name may have the file.
pub(super) async fn download(
    State(process): State<Arc<Process>>,
    Path(file): Path<String>,
    axum::extract::RawQuery(query): axum::extract::RawQuery,
) -> Result<Response, ApiError> {
    let simulation = process.records().exported(&file)?;
    let document = pdf::plan(&simulation, query.as_deref() == Some("detailed"));
    Ok(([(CONTENT_TYPE, "application/pdf")], document).into_response())
}
