//! What people see of a run: while it goes on, and at its end.

mod canvas;
mod format;
mod live;
mod progress;
mod report;

pub(super) use canvas::Canvas;
pub(super) use format::{clock, count, cut, wrap};
pub use progress::watch;
pub use report::report;
