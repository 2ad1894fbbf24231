use std::time::Duration;

use console::Term;

/// The picture is drawn this often at most.
const REDRAW: Duration = Duration::from_millis(250);
/// Without a terminal lines come this often at most.
const LINES: Duration = Duration::from_secs(5);

/// Lines on standard error: drawn over one another on a terminal, one after another everywhere else.
pub(in crate::cli) struct Canvas {
    term: Term,
    in_place: bool,
    drawn: usize,
}

impl Canvas {
    /// Nothing is drawn yet.
    pub(in crate::cli) fn of_stderr() -> Self {
        let term = Term::stderr();
        Self {
            in_place: term.is_term(),
            term,
            drawn: 0,
        }
    }

    /// Lines are drawn over one another.
    pub(in crate::cli) fn is_in_place(&self) -> bool {
        self.in_place
    }

    /// How long a picture stays at least.
    pub(in crate::cli) fn pause(&self) -> Duration {
        if self.in_place { REDRAW } else { LINES }
    }

    /// Characters that a line may have.
    pub(in crate::cli) fn width(&self) -> usize {
        if self.in_place {
            usize::from(self.term.size().1).clamp(40, 100) - 1
        } else {
            200
        }
    }

    /// A terminal that went away must not end a run, so failures to draw are left alone.
    pub(in crate::cli) fn show(&mut self, lines: &[String]) {
        self.clear();
        for line in lines {
            let _gone = self.term.write_line(line);
        }
        self.drawn = lines.len();
    }

    /// Takes back what was drawn on a terminal.
    pub(in crate::cli) fn clear(&mut self) {
        if self.in_place {
            let _gone = self.term.clear_last_lines(self.drawn);
        }
        self.drawn = 0;
    }
}
