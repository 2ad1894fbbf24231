//! Each call as an HTTP request, and what its answer gives the user.

use std::net::SocketAddr;

use axum::body::Bytes;
use axum::http::Request;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use http_body_util::Full;
use serde::Deserialize;

use super::plan::Call;
use super::sessions::{Session, Sessions};

impl Call {
    fn path(self) -> &'static str {
        match self {
            Self::Register => "/api/v1/auth/register",
            Self::Login => "/api/v1/auth/login",
            Self::Profile => "/api/v1/financial-profiles",
            Self::Simulation => "/api/v1/simulations/monte-carlo",
            Self::Export => "/api/v1/export/pdf",
        }
    }

    fn needs_token(self) -> bool {
        !matches!(self, Self::Register | Self::Login)
    }

    fn body(self, session: &Session, sessions: &Sessions) -> String {
        match self {
            Self::Register => {
                let newcomer = sessions.newcomer();
                format!(
                    r#"{{"email":"{}","password":"{}","full_name":"{}"}}"#,
                    newcomer.email, newcomer.password, newcomer.full_name
                )
            }
            Self::Login => session.login_body(),
            Self::Profile => {
                r#"{"age":30,"annual_income":75000,"current_savings":25000,"risk_tolerance":"moderate"}"#
                    .to_owned()
            }
            Self::Simulation => format!(
                r#"{{"profile_id":"{}","goal_amount":500000,"years_to_goal":20,"monthly_contribution":2000}}"#,
                session.profile_id
            ),
            Self::Export => format!(
                r#"{{"simulation_id":"{}","template":"detailed_plan"}}"#,
                session.simulation_id
            ),
        }
    }

    /// The request of the user with `session` to the instance at `target`.
    ///
    /// # Errors
    /// Never for tokens and addresses as the API and the system make them.
    pub(super) fn request(
        self,
        target: SocketAddr,
        session: &Session,
        sessions: &Sessions,
    ) -> Result<Request<Full<Bytes>>, http::Error> {
        let mut request =
            Request::post(format!("http://{target}{}", self.path())).header(CONTENT_TYPE, "application/json");
        if self.needs_token() {
            request = request.header(AUTHORIZATION, format!("Bearer {}", session.token));
        }
        request.body(Full::from(self.body(session, sessions)))
    }

    /// Gives the user what a good answer holds: the next calls use the newest token, profile and simulation.
    pub(super) fn keep_answer(self, body: &[u8], session: &mut Session) {
        let Ok(answer) = serde_json::from_slice::<Answer>(body) else {
            return;
        };
        let (place, value) = match self {
            Self::Register | Self::Export => return,
            Self::Login => (&mut session.token, answer.access_token),
            Self::Profile => (&mut session.profile_id, answer.id),
            Self::Simulation => (&mut session.simulation_id, answer.simulation_id),
        };
        if let Some(value) = value {
            *place = value;
        }
    }
}

/// What users read of an answer.
#[derive(Debug, Default, Deserialize)]
struct Answer {
    access_token: Option<String>,
    id: Option<String>,
    simulation_id: Option<String>,
}
