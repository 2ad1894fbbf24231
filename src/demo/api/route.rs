//! The routes that are counted.

use axum::http::Method;

/// A route of the API, as the label `route` names it. The list is closed, so that no caller can add series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Route {
    Register,
    Login,
    Profiles,
    Simulations,
    Export,
    Download,
    Unknown,
}

impl Route {
    /// The route of a request.
    pub(super) fn of(path: &str) -> Self {
        const FIXED: [Route; 5] = [
            Route::Register,
            Route::Login,
            Route::Profiles,
            Route::Simulations,
            Route::Export,
        ];
        match FIXED.into_iter().find(|route| route.path() == path) {
            Some(route) => route,
            None if path.starts_with("/api/v1/export/files/") => Self::Download,
            None => Self::Unknown,
        }
    }

    /// As axum writes it, and as the label `route` has it.
    pub(super) const fn path(self) -> &'static str {
        match self {
            Self::Register => "/api/v1/auth/register",
            Self::Login => "/api/v1/auth/login",
            Self::Profiles => "/api/v1/financial-profiles",
            Self::Simulations => "/api/v1/simulations/monte-carlo",
            Self::Export => "/api/v1/export/pdf",
            Self::Download => "/api/v1/export/files/{file}",
            Self::Unknown => "unknown",
        }
    }
}

/// The label `method`; a closed list for the same reason.
pub(super) fn method_label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
