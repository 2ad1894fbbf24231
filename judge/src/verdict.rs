//! From measurements and windows to a verdict.
//!
//! A measurement becomes a phase, a metric's phases are counted against its limits, windows feed the
//! comparisons' evidence, and all of it together decides. [`RunState`] holds one run in its course;
//! whoever drives it (the service, a replay, a simulation) gets the same verdict from the same data.

pub mod argo;
mod comparisons;
mod deadline;
mod decide;
mod decision;
mod guard;
mod kayenta;
mod measurement;
mod metric;
pub mod recording;
mod report;
mod resume;
mod run;
mod schedule;
pub mod simulated;
mod stages;
mod status;
mod window;

pub use crate::analysis::plan::Phase;
pub use crate::counter::Counts;
pub use comparisons::{
    ComparisonReport, Comparisons, Decision as ComparisonDecision, DispersionReport, DispersionSource,
    EffectOutlook, Expected, Interval, Outlook, Past, PastTraffic, PastWindows, PromotionReport,
    QuantileReport, Remark, RollbackStatistic, SEEN_PART, Shortfall, StableState, ToleranceReport,
    TrafficSplitReport,
};
pub use decision::{Decision, Reason, Verdict};
pub use kayenta::KayentaReport;
pub use measurement::{Answer, Measurement};
pub use metric::{Counters, ERROR_RETRY, MetricState};
pub use report::{MetricReport, RunReport};
pub use run::{ForeignRecord, Override, RunIdentity, RunState, Unread};
pub use schedule::Schedule;
pub use stages::EarlierStage;
pub use window::{Data, Events, Flags, Latencies, Look, Side, Window};

#[cfg(test)]
mod tests;
