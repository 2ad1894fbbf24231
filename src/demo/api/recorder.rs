//! What an instance counts, and what it remembers for tests.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use super::health::{Recent, RecentCounts};
use super::histogram::Histogram;
use super::route::Route;
use crate::demo::locked;

/// Something that happened to an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The instance was started or restarted: its counters are zero.
    Started,
    /// A counted request was answered.
    Request {
        /// As the label `route` has it.
        route: &'static str,
        /// The status code.
        code: u16,
    },
    /// `/metrics` was read. All requests before it are in the counters that were read, none after it is.
    Scrape,
}

/// What happened to an instance over all its restarts, in order, up to a limit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventLog {
    /// The first events, up to the limit.
    pub events: Vec<Event>,
    /// Events that came after the limit was reached.
    pub lost: u64,
    pub(super) limit: usize,
}

impl EventLog {
    /// An empty log for up to `limit` events.
    pub(super) fn with_limit(limit: usize) -> Self {
        Self {
            limit,
            ..Self::default()
        }
    }

    /// Remembers `event`, or counts it as lost.
    pub(super) fn push(&mut self, event: Event) {
        if self.events.len() < self.limit {
            self.events.push(event);
        } else {
            self.lost += 1;
        }
    }
}

/// One answered request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Answered {
    pub(super) method: &'static str,
    pub(super) route: Route,
    pub(super) code: u16,
    pub(super) took: Duration,
    /// Of the system's clock.
    pub(super) second: u64,
}

/// The counters of an instance since its last start.
#[derive(Clone, Debug, Default)]
pub(super) struct Counters {
    /// By method, route and code.
    pub(super) requests: BTreeMap<(&'static str, Route, u16), u64>,
    pub(super) durations: Histogram,
    pub(super) in_flight: u64,
    recent: Recent,
}

/// Counts the requests of one life of an instance. One lock for everything: a scrape sees each request in all
/// its counters and in the log, or in none of them.
#[derive(Debug, Default)]
pub(super) struct Recorder(Mutex<Counters>);

impl Recorder {
    /// A request has come in; it is under way until what is returned is dropped.
    pub(super) fn enter(&self) -> Entered<'_> {
        locked(&self.0).in_flight += 1;
        Entered(self)
    }

    /// Counts an answered request.
    pub(super) fn record(&self, answered: Answered, log: &Mutex<EventLog>) {
        let mut counters = locked(&self.0);
        *counters
            .requests
            .entry((answered.method, answered.route, answered.code))
            .or_default() += 1;
        counters.durations.record(answered.took);
        counters.recent.record(answered.second, answered.code >= 500);
        locked(log).push(Event::Request {
            route: answered.route.path(),
            code: answered.code,
        });
    }

    /// The counters for a scrape, which is an event of its own.
    pub(super) fn scrape(&self, log: &Mutex<EventLog>) -> Counters {
        let counters = locked(&self.0);
        locked(log).push(Event::Scrape);
        counters.clone()
    }

    /// Answers of the last seconds.
    pub(super) fn recent(&self, second: u64) -> RecentCounts {
        locked(&self.0).recent.counts(second)
    }
}

/// A request under way. A client that goes away drops the request unanswered, hence the guard.
#[derive(Debug)]
pub(super) struct Entered<'a>(&'a Recorder);

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        locked(&self.0.0).in_flight -= 1;
    }
}
