//! Figures for Prometheus, named by its conventions.
//!
//! Histograms have classic buckets: the client library writes native ones in protobuf only, which takes a `protoc` to
//! build. Prometheus makes native ones of them by itself (`convert_classic_histograms_to_nhcb`).

use std::fmt;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use axum::http::{Method, StatusCode};
use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};
use serde::Serialize;
use serin_judge::time::Timestamp;
use serin_judge::verdict::{Phase, Verdict};

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
}

/// What is true at the moment of asking.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    /// Runs under way.
    pub runs_active: usize,
    /// Runs without a verdict that this process cannot drive.
    pub runs_stranded: usize,
    /// Runs begun since the start.
    pub runs_begun: u64,
    /// Runs given up by this process since the start, because the store failed.
    pub runs_broken: u64,
    /// Open connections.
    pub connections: usize,
    /// Connections closed since the start to make room for others.
    pub crowded_out: u64,
    /// Files of analyses.
    pub analysis_files: usize,
    /// Those of them that are broken.
    pub analysis_files_broken: usize,
    /// Of each hook: how long the delivery that is due first has been due.
    pub overdue: Vec<(String, Duration)>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct HttpLabels {
    method: String,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteLabels {
    route: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct VerdictLabels {
    verdict: Word<Verdict>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct PhaseLabels {
    phase: Word<Phase>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct AttemptLabels {
    hook: String,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OperationLabels {
    operation: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct HookLabels {
    hook: String,
}

/// A value under the name that it has in reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Word<T>(T);

impl<T: Serialize> EncodeLabelValue for Word<T> {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), fmt::Error> {
        let word = serde_json::to_value(&self.0).map_err(|_| fmt::Error)?;
        word.as_str().unwrap_or_default().encode(encoder)
    }
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
        self
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

impl Standing {
    fn registry(&self) -> Registry {
        let mut all = Registry::default();
        let mut gauge = |name: &str, help: &str, value: usize| {
            let gauge: Gauge = Gauge::default();
            gauge.set(value.try_into().unwrap_or(i64::MAX));
            all.register(name, help, gauge);
        };
        gauge("serin_runs_active", "Runs under way", self.runs_active);
        gauge(
            "serin_runs_stranded",
            "Runs without a verdict that this process cannot drive",
            self.runs_stranded,
        );
        gauge("serin_http_connections", "Open connections", self.connections);
        gauge("serin_analysis_files", "Files of analyses", self.analysis_files);
        gauge(
            "serin_analysis_files_broken",
            "Files of analyses that are broken",
            self.analysis_files_broken,
        );
        let mut counter = |name: &str, help: &str, value: u64| {
            let counter: Counter = Counter::default();
            counter.inc_by(value);
            all.register(name, help, counter);
        };
        counter("serin_runs_begun", "Runs begun", self.runs_begun);
        counter(
            "serin_runs_broken",
            "Runs given up because the store failed",
            self.runs_broken,
        );
        counter(
            "serin_http_connections_crowded_out",
            "Connections closed to make room for others",
            self.crowded_out,
        );
        let overdue: Family<HookLabels, Gauge<f64, AtomicU64>> = Family::default();
        for (hook, since) in &self.overdue {
            let labels = HookLabels { hook: hook.clone() };
            let _before = overdue.get_or_create(&labels).set(since.as_secs_f64());
        }
        all.register_with_unit(
            "serin_delivery_overdue",
            "How long the delivery that is due first has been due",
            Unit::Seconds,
            overdue,
        );
        if let Some(bytes) = resident_bytes() {
            let gauge: Gauge = Gauge::default();
            gauge.set(bytes);
            all.register_with_unit("process_resident_memory", "Memory in use", Unit::Bytes, gauge);
        }
        all
    }
}

/// As Linux tells it; none elsewhere.
fn resident_bytes() -> Option<i64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: i64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1024)
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
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_is_told_under_its_name() {
        let metrics = Metrics::new(Timestamp::from_micros(1_500_000));
        metrics.http(
            &Method::GET,
            "/api/v1/runs/{id}",
            StatusCode::OK,
            Duration::from_millis(3),
        );
        metrics.http(
            &Method::from_bytes(b"BREW").unwrap(),
            "none",
            StatusCode::NOT_FOUND,
            Duration::ZERO,
        );
        metrics.verdict(Verdict::Promote);
        metrics.measurement(Phase::Failed, Duration::from_millis(20));
        metrics.windows(4, Duration::from_secs(5));
        metrics.delivery_attempt("rollouts", false);
        metrics.delivery_given_up("rollouts");
        metrics.store_write("append", Duration::from_micros(700), true);
        let standing = Standing {
            runs_active: 3,
            runs_begun: 5,
            ..Standing::default()
        };
        let text = metrics.text(&standing).unwrap();
        for line in [
            "serin_http_requests_total{method=\"GET\",route=\"/api/v1/runs/{id}\",status=\"200\"} 1",
            "serin_http_requests_total{method=\"other\",route=\"none\",status=\"404\"} 1",
            "serin_http_request_duration_seconds_bucket{le=\"0.005\",route=\"/api/v1/runs/{id}\"} 1",
            "serin_verdicts_total{verdict=\"promote\"} 1",
            "serin_measurements_total{phase=\"Failed\"} 1",
            "serin_windows_total 4",
            "serin_window_lateness_seconds_sum 5.0",
            "serin_delivery_attempts_total{hook=\"rollouts\",outcome=\"failed\"} 1",
            "serin_deliveries_given_up_total{hook=\"rollouts\"} 1",
            "serin_store_errors_total 1",
            "serin_runs_active 3",
            "serin_runs_begun_total 5",
            "process_start_time_seconds 1.5",
        ] {
            assert!(
                text.lines().any(|found| found == line),
                "{line} is not in:\n{text}"
            );
        }
        assert!(text.ends_with("# EOF\n") && text.matches("# EOF").count() == 1);
    }
}
