//! From measurements and windows to a verdict.
//!
//! A measurement becomes a phase, a metric's phases are counted against its limits, windows feed the
//! comparisons' evidence, and all of it together decides.

mod comparisons;
mod phase;
mod window;

pub use comparisons::{
    ComparisonReport, Comparisons, Decision, DispersionReport, DispersionSource, Interval, PromotionReport,
    Remark, RollbackStatistic, Shortfall, ToleranceReport,
};
pub use phase::Phase;
pub use window::{Counts, Flags, Look, Side, Window};
