//! Follows a run: a picture that changes in place on a terminal, lines everywhere else.

use std::sync::Arc;
use std::time::Duration;

use console::Term;
use serin_judge::analysis::plan::Plan;
use serin_judge::verdict::{RunReport, Verdict};

use super::live;
use crate::engine::RunHandle;
use crate::engine::ports::Clock;

/// The picture is drawn this often at most.
const REDRAW: Duration = Duration::from_millis(250);
/// Without a terminal a line for each comparison comes this often at most.
const LINES: Duration = Duration::from_secs(5);

/// Shows the run on standard error until it ends. Nothing is shown of a run that takes less than a moment.
pub async fn watch(handle: RunHandle, plan: Arc<Plan>, clock: Arc<dyn Clock>) {
    let term = Term::stderr();
    let mut screen = Screen {
        in_place: term.is_term(),
        term,
        drawn: 0,
    };
    let pause = if screen.in_place { REDRAW } else { LINES };
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

struct Screen {
    term: Term,
    in_place: bool,
    drawn: usize,
}

impl Screen {
    fn width(&self) -> usize {
        if self.in_place {
            usize::from(self.term.size().1).clamp(40, 100) - 1
        } else {
            200
        }
    }

    /// A terminal that went away must not end a run, so failures to draw are left alone.
    fn show(&mut self, lines: &[String]) {
        self.clear();
        for line in lines {
            let _gone = self.term.write_line(line);
        }
        self.drawn = lines.len();
    }

    fn clear(&mut self) {
        if self.in_place {
            let _gone = self.term.clear_last_lines(self.drawn);
        }
        self.drawn = 0;
    }
}
