use std::time::Duration;

use serin_judge::journey::Starts;
use tokio::time::Instant;

use crate::engine::journeys::record::Slices;

/// A worker of a closed loop that got no place tries again after this.
const AGAIN_AFTER: Duration = Duration::from_millis(10);

/// When one driver's starts are.
pub(in crate::engine::journeys) struct Pacing {
    kind: Kind,
    /// The number of the next start.
    next: u64,
    /// From one start of this driver to its next: drivers take turns.
    stride: u64,
    /// No start from here on.
    until: Option<Instant>,
    /// No start of this number or a later one.
    starts_max: u64,
    is_ended: bool,
}

enum Kind {
    /// Planned ahead.
    Open {
        starts: Starts,
        slices: Slices,
        /// Of the next start.
        planned: Instant,
    },
    /// Whenever a worker is free.
    Closed {
        idle: usize,
        /// Not before.
        not_before: Instant,
    },
}

/// What all drivers' starts have in common, and what is this one's.
pub(in crate::engine::journeys) struct Share {
    pub(in crate::engine::journeys) driver: u64,
    pub(in crate::engine::journeys) drivers: u64,
    pub(in crate::engine::journeys) until: Option<Instant>,
    pub(in crate::engine::journeys) starts_max: Option<u64>,
}

impl Pacing {
    /// Planned ahead, from the start of this number on.
    pub(in crate::engine::journeys) fn open(
        starts: Starts,
        slices: Slices,
        first: u64,
        share: &Share,
    ) -> Self {
        let next = first + share.driver;
        let planned = slices.instant(starts.at(next));
        let kind = Kind::Open {
            starts,
            slices,
            planned,
        };
        Self::new(kind, next, first, share)
    }

    /// So many workers, from now on.
    pub(in crate::engine::journeys) fn closed(workers: usize, now: Instant, share: &Share) -> Self {
        let kind = Kind::Closed {
            idle: workers,
            not_before: now,
        };
        Self::new(kind, share.driver, 0, share)
    }

    fn new(kind: Kind, next: u64, first: u64, share: &Share) -> Self {
        Self {
            kind,
            next,
            stride: share.drivers.max(1),
            until: share.until,
            starts_max: share
                .starts_max
                .map_or(u64::MAX, |starts| first.saturating_add(starts)),
            is_ended: false,
        }
    }

    /// The next start that is due: its number, and when it was planned.
    pub(super) fn next(&mut self, now: Instant, is_paused: bool) -> Option<(u64, Instant)> {
        if self.is_over(now) {
            return None;
        }
        let round = self.next;
        let planned = match &mut self.kind {
            Kind::Open {
                starts,
                slices,
                planned,
            } => {
                if *planned > now {
                    return None;
                }
                let due = *planned;
                self.next += self.stride;
                *planned = slices.instant(starts.at(self.next));
                due
            }
            Kind::Closed { idle, not_before } => {
                if *idle == 0 || *not_before > now || is_paused {
                    return None;
                }
                *idle -= 1;
                self.next += self.stride;
                now
            }
        };
        Some((round, planned))
    }

    /// When to ask again; `None` when only the end of a run can change anything.
    pub(super) fn due(&self, now: Instant) -> Option<Instant> {
        if self.is_over(now) {
            return None;
        }
        match &self.kind {
            Kind::Open { planned, .. } => Some(self.until.map_or(*planned, |until| until.min(*planned))),
            Kind::Closed { idle, not_before } => {
                let again = (*idle > 0).then(|| (*not_before).max(now + AGAIN_AFTER));
                again.into_iter().chain(self.until).min()
            }
        }
    }

    /// No start from `now` on, nor before it any more.
    pub(super) fn is_over(&self, now: Instant) -> bool {
        let is_next_beyond = match &self.kind {
            Kind::Open { planned, .. } => self.until.is_some_and(|until| *planned >= until),
            Kind::Closed { .. } => self.until.is_some_and(|until| now >= until),
        };
        self.is_ended || self.next >= self.starts_max || is_next_beyond
    }

    /// No further starts.
    pub(super) fn end(&mut self) {
        self.is_ended = true;
    }

    /// All runs of a start are over.
    pub(super) fn round_ended(&mut self) {
        if let Kind::Closed { idle, .. } = &mut self.kind {
            *idle += 1;
        }
    }

    /// There was no place for the start that was just given, at `now`. True when it was not planned for that instant but
    /// will be given again a little later.
    pub(super) fn try_again(&mut self, now: Instant) -> bool {
        let Kind::Closed { idle, not_before } = &mut self.kind else {
            return false;
        };
        *idle += 1;
        *not_before = now + AGAIN_AFTER;
        self.next -= self.stride;
        true
    }
}
