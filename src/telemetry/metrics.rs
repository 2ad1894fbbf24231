//! Figures for Prometheus, named by its conventions.
//!
//! Histograms have classic buckets: the client library writes native ones in protobuf only, which takes a `protoc` to
//! build. Prometheus makes native ones of them by itself (`convert_classic_histograms_to_nhcb`).

mod journeys;
mod labels;
mod standing;

use std::fmt;
use std::time::Duration;

use axum::http::{Method, StatusCode};
use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};
use serin_judge::time::Timestamp;
use serin_judge::verdict::{Phase, Verdict};

pub use journeys::JourneyFigures;
use labels::{
    AttemptLabels, HookLabels, HttpLabels, OperationLabels, PhaseLabels, RouteLabels, VerdictLabels, Word,
};
pub use standing::Standing;

/// Seconds, from a gate's answer to a provider that hangs.
const SECONDS: [f64; 14] = [
    0.000_5, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 30.0,
];

/// What is counted since the process started.
pub struct Metrics {
    registry: Registry,
    requests: Family<HttpLabels, Counter>,
    request_seconds: Family<RouteLabels, Histogram>,
    verdicts: Family<VerdictLabels, Counter>,
    measurements: Family<PhaseLabels, Counter>,
    measurement_seconds: Histogram,
    windows: Counter,
    window_lateness: Histogram,
    attempts: Family<AttemptLabels, Counter>,
    given_up: Family<HookLabels, Counter>,
    store_seconds: Family<OperationLabels, Histogram>,
    store_errors: Counter,
    unknown_modules: Counter,
    journeys: JourneyFigures,
}

fn seconds() -> Histogram {
    Histogram::new(SECONDS)
}

impl Metrics {
    /// Nothing counted yet, in a process that started now.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        let metrics = Self {
            registry: Registry::default(),
            requests: Family::default(),
            request_seconds: Family::new_with_constructor(seconds),
            verdicts: Family::default(),
            measurements: Family::default(),
            measurement_seconds: seconds(),
            windows: Counter::default(),
            window_lateness: seconds(),
            attempts: Family::default(),
            given_up: Family::default(),
            store_seconds: Family::new_with_constructor(seconds),
            store_errors: Counter::default(),
            unknown_modules: Counter::default(),
            journeys: JourneyFigures::default(),
        };
        metrics.registered(now)
    }

    fn registered(mut self, now: Timestamp) -> Self {
        let all = &mut self.registry;
        let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        all.register("serin_build", "The version that runs", build);
        let started = ConstGauge::new(now.as_seconds());
        all.register_with_unit(
            "process_start_time",
            "When the process started",
            Unit::Seconds,
            started,
        );
        all.register(
            "serin_http_requests",
            "Requests that were answered",
            self.requests.clone(),
        );
        all.register_with_unit(
            "serin_http_request_duration",
            "From a request's head to the head of its answer",
            Unit::Seconds,
            self.request_seconds.clone(),
        );
        all.register("serin_verdicts", "Verdicts that fell", self.verdicts.clone());
        all.register(
            "serin_measurements",
            "Measurements that ended",
            self.measurements.clone(),
        );
        all.register_with_unit(
            "serin_measurement_duration",
            "How long measurements took",
            Unit::Seconds,
            self.measurement_seconds.clone(),
        );
        all.register(
            "serin_windows",
            "Windows of comparisons that were closed",
            self.windows.clone(),
        );
        all.register_with_unit(
            "serin_window_lateness",
            "From the end of a window to its being stored",
            Unit::Seconds,
            self.window_lateness.clone(),
        );
        all.register(
            "serin_delivery_attempts",
            "Attempts to deliver",
            self.attempts.clone(),
        );
        all.register(
            "serin_deliveries_given_up",
            "Deliveries that are not tried any more",
            self.given_up.clone(),
        );
        all.register_with_unit(
            "serin_store_write_duration",
            "How long the store took to keep something",
            Unit::Seconds,
            self.store_seconds.clone(),
        );
        all.register(
            "serin_store_errors",
            "Times that the store failed",
            self.store_errors.clone(),
        );
        self.with_probes()
    }

    /// What journeys and other probes count.
    fn with_probes(mut self) -> Self {
        self.registry.register(
            "blackbox_module_unknown",
            "Probes that were asked for by modules that there are not",
            self.unknown_modules.clone(),
        );
        self.journeys.register(&mut self.registry);
        self
    }

    /// A probe was asked for by a module that there is not.
    pub fn unknown_module(&self) {
        self.unknown_modules.inc();
    }

    /// A request was answered.
    pub fn http(&self, method: &Method, route: &str, status: StatusCode, taken: Duration) {
        let labels = HttpLabels {
            method: method_name(method).to_owned(),
            route: route.to_owned(),
            status: status.as_u16(),
        };
        self.requests.get_or_create(&labels).inc();
        let labels = RouteLabels {
            route: route.to_owned(),
        };
        self.request_seconds
            .get_or_create(&labels)
            .observe(taken.as_secs_f64());
    }

    /// A verdict was stored.
    pub fn verdict(&self, verdict: Verdict) {
        let labels = VerdictLabels {
            verdict: Word(verdict),
        };
        self.verdicts.get_or_create(&labels).inc();
    }

    /// A measurement was stored that took so long.
    pub fn measurement(&self, phase: Phase, taken: Duration) {
        let labels = PhaseLabels { phase: Word(phase) };
        self.measurements.get_or_create(&labels).inc();
        self.measurement_seconds.observe(taken.as_secs_f64());
    }

    /// Windows were stored so long after their end.
    pub fn windows(&self, count: usize, lateness: Duration) {
        self.windows.inc_by(count.try_into().unwrap_or(u64::MAX));
        self.window_lateness.observe(lateness.as_secs_f64());
    }

    /// An attempt to deliver ended.
    pub fn delivery_attempt(&self, hook: &str, is_delivered: bool) {
        let outcome = if is_delivered { "delivered" } else { "failed" };
        let labels = AttemptLabels {
            hook: hook.to_owned(),
            outcome,
        };
        self.attempts.get_or_create(&labels).inc();
    }

    /// A delivery is not tried any more.
    pub fn delivery_given_up(&self, hook: &str) {
        let labels = HookLabels {
            hook: hook.to_owned(),
        };
        self.given_up.get_or_create(&labels).inc();
    }

    /// The store kept something, or failed to.
    pub fn store_write(&self, operation: &'static str, taken: Duration, has_failed: bool) {
        let labels = OperationLabels { operation };
        self.store_seconds
            .get_or_create(&labels)
            .observe(taken.as_secs_f64());
        if has_failed {
            self.store_errors.inc();
        }
    }

    /// Of synthetic journeys.
    #[must_use]
    pub fn journeys(&self) -> &JourneyFigures {
        &self.journeys
    }

    /// Everything, as OpenMetrics text.
    ///
    /// # Errors
    /// When a figure cannot be written.
    pub fn text(&self, standing: &Standing) -> Result<String, fmt::Error> {
        let mut text = String::new();
        encode_registry(&mut text, &self.registry)?;
        encode_registry(&mut text, &standing.registry())?;
        encode_eof(&mut text)?;
        Ok(text)
    }
}

/// Anybody may invent methods; figures have a bounded number of series.
fn method_name(method: &Method) -> &str {
    match *method {
        Method::GET
        | Method::POST
        | Method::HEAD
        | Method::PUT
        | Method::DELETE
        | Method::PATCH
        | Method::OPTIONS => method.as_str(),
        _ => "other",
    }
}

#[cfg(test)]
mod tests;
