//! What comes next out of a script.

use crate::analysis::cases::Repeated;

/// A script and how far it has been read.
#[derive(Debug)]
pub(super) struct Script<'a, T> {
    items: &'a [Repeated<T>],
    at: usize,
    /// Of the current item.
    given: u64,
}

impl<'a, T> Script<'a, T> {
    pub(super) fn new(items: &'a [Repeated<T>]) -> Self {
        Self {
            items,
            at: 0,
            given: 0,
        }
    }

    /// The next one, `None` after the end.
    pub(super) fn next(&mut self) -> Option<(usize, &'a T)> {
        let item = self.items.get(self.at)?;
        let found = (self.at, &item.what);
        self.given += 1;
        if self.given >= item.times {
            self.at += 1;
            self.given = 0;
        }
        Some(found)
    }

    /// The next one; after the end the last one again. `None` for an empty script.
    pub(super) fn next_or_last(&mut self) -> Option<(usize, &'a T)> {
        let last = self.items.len().checked_sub(1)?;
        self.next().or_else(|| Some((last, &self.items[last].what)))
    }

    /// Every item has been given as often as it says.
    pub(super) fn is_at_end(&self) -> bool {
        self.at >= self.items.len()
    }

    /// Nothing ever comes.
    pub(super) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}
