//! What people see of a run: while it goes on, and at its end.

mod format;
mod live;
mod progress;
mod report;

pub(super) use format::{count, wrap};
pub use progress::watch;
pub use report::report;
