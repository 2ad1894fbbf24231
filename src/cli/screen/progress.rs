//! Follows a run: a picture that changes in place on a terminal, lines everywhere else.

use std::sync::Arc;

use serin_judge::analysis::plan::Plan;
use serin_judge::verdict::{RunReport, Verdict};

use super::canvas::Canvas;
use super::live;
use crate::engine::RunHandle;
use crate::engine::ports::Clock;

/// Shows the run on standard error until it ends. Nothing is shown of a run that takes less than a moment.
pub async fn watch(handle: RunHandle, plan: Arc<Plan>, clock: Arc<dyn Clock>) {
    let mut screen = Canvas::of_stderr();
    let pause = screen.pause();
    let mut reports = handle.reports();
    let mut ended = false;
    while !ended {
        let until = clock.now() + pause;
        ended = wait(&mut reports, &*clock, until).await;
        let newest = reports.borrow_and_update().clone();
        if let Some(report) = newest.filter(|report| report.verdict == Verdict::Continue && !ended) {
            screen.show(&live::frame(&report, &plan, clock.now(), screen.width()));
        }
    }
    screen.clear();
}

/// Waits until `until`; true as soon as the run has ended.
async fn wait(
    reports: &mut tokio::sync::watch::Receiver<Option<Arc<RunReport>>>,
    clock: &dyn Clock,
    until: serin_judge::time::Timestamp,
) -> bool {
    let over = |report: &Option<Arc<RunReport>>| {
        report
            .as_ref()
            .is_some_and(|report| report.verdict != Verdict::Continue)
    };
    tokio::select! {
        _verdict_or_gone = reports.wait_for(over) => true,
        () = clock.sleep_until(until) => false,
    }
}
