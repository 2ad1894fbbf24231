//! What is on its way.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::time::Timestamp;
use crate::verdict::{Look, Measurement, Unread};

/// Something that a run will learn.
#[derive(Debug)]
pub(super) enum Arrival {
    /// Measurements that are judged together, each with its metric's place in the plan and its answer's in the script.
    Measured(Vec<(usize, Measurement, Option<usize>)>),
    /// All windows that end at one instant.
    Closed(Look, Vec<Unread>),
}

/// In order of time, and of beginning where they arrive at once.
#[derive(Debug, Default)]
pub(super) struct Arrivals {
    queue: BinaryHeap<Reverse<(Timestamp, usize)>>,
    /// By number; taken when they arrive.
    contents: Vec<Option<Arrival>>,
}

impl Arrivals {
    pub(super) fn push(&mut self, at: Timestamp, arrival: Arrival) {
        if self.queue.is_empty() {
            self.contents.clear();
        }
        self.queue.push(Reverse((at, self.contents.len())));
        self.contents.push(Some(arrival));
    }

    pub(super) fn next_at(&self) -> Option<Timestamp> {
        self.queue.peek().map(|Reverse((at, _))| *at)
    }

    /// The next one when it is there.
    pub(super) fn take(&mut self, now: Timestamp) -> Option<Arrival> {
        self.next_at().filter(|at| *at <= now)?;
        let Reverse((_, number)) = self.queue.pop()?;
        self.contents[number].take()
    }
}
