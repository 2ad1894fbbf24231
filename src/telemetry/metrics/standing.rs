use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};

use super::labels::HookLabels;

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

impl Standing {
    pub(super) fn registry(&self) -> Registry {
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
