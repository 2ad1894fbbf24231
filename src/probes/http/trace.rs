use std::borrow::Cow;
use std::sync::Arc;

use http::{HeaderMap, Uri};
use serin_judge::analysis::plan::journey::{Failure, RequestPhase};
use serin_judge::journey::{Hop, Phases};
use tokio::time::Instant;

use super::content::Wrong;
use super::origin::shown;
use super::server_timing;
use super::stamps::Stamps;
use crate::probes::dial::{failure, overdue};

/// When what happened in a chain of requests so far.
pub(super) struct Trace<'a> {
    /// Start of the first hop.
    pub(super) began_at: Instant,
    /// Where the hop under way goes.
    pub(super) uri: Cow<'a, Uri>,
    /// The last one is under way as long as there is a `current`.
    hops: Vec<Hop>,
    /// Of the last hop that has ended.
    ended_at: Option<Instant>,
    /// `None` between hops.
    current: Option<Current>,
}

/// The hop under way.
struct Current {
    /// `None` before the first one.
    phase: Option<RequestPhase>,
    since: Instant,
    stamps: Option<Arc<Stamps>>,
    /// When the head was there, where nobody stamps bytes.
    head_at: Option<Instant>,
}

impl<'a> Trace<'a> {
    pub(super) fn new(uri: &'a Uri) -> Self {
        Self {
            began_at: Instant::now(),
            uri: Cow::Borrowed(uri),
            hops: Vec::with_capacity(1),
            ended_at: None,
            current: None,
        }
    }

    /// A phase of a new connection begins, and the one before it has ended.
    pub(super) fn enter(&mut self, phase: RequestPhase) {
        let now = Instant::now();
        let current = self.next_phase(now);
        (current.phase, current.since) = (Some(phase), now);
    }

    /// The request goes out. With `stamps` its connection tells when it has left and when an answer begins; without them
    /// (HTTP/2 shares connections) all until the head counts as waiting.
    pub(super) fn send(&mut self, reused: bool, stamps: Option<Arc<Stamps>>) {
        // The first thing of a chain on a kept connection: it began just now.
        let now = match (&self.current, self.hops.is_empty()) {
            (None, true) => self.began_at,
            _ => Instant::now(),
        };
        let current = self.next_phase(now);
        current.phase = Some(match stamps {
            Some(_) => RequestPhase::Send,
            None => RequestPhase::FirstByte,
        });
        current.since = now;
        current.stamps = stamps;
        if let Some(hop) = self.hops.last_mut() {
            hop.reused = reused;
        }
    }

    /// The head of the answer is there.
    pub(super) fn head(&mut self, status: u16, headers: &HeaderMap) {
        if let (Some(current), Some(hop)) = (&mut self.current, self.hops.last_mut()) {
            hop.status = Some(status);
            hop.server = server_timing::durations(headers);
            if current.stamps.is_none() {
                current.head_at = Some(Instant::now());
            }
        }
    }

    /// The hop under way is over, with an answer or without.
    pub(super) fn end_hop(&mut self) -> Instant {
        let now = Instant::now();
        if let (Some(current), Some(hop)) = (self.current.take(), self.hops.last_mut()) {
            current.leave(&mut hop.phases, now);
        }
        self.ended_at = Some(now);
        now
    }

    /// The hop under way has not happened.
    pub(super) fn forget_hop(&mut self) {
        if self.current.take().is_some() {
            self.hops.pop();
        }
    }

    /// The hop under way failed like this.
    pub(super) fn failure(&self, (class, seen): Wrong) -> Failure {
        let (phase, _) = self.under_way();
        failure(class, phase, format!("{}: {seen}", shown(&self.uri)))
    }

    /// The time was over in the hop under way.
    pub(super) fn overdue(&self) -> Failure {
        let (phase, since) = self.under_way();
        overdue(phase, since.elapsed(), &shown(&self.uri))
    }

    /// The phase under way, and since when.
    fn under_way(&self) -> (RequestPhase, Instant) {
        self.current
            .as_ref()
            .map_or((RequestPhase::Dns, self.began_at), Current::under_way)
    }

    /// All hops, and when the last one ended; one that is under way ends now.
    pub(super) fn hops(mut self) -> (Vec<Hop>, Instant) {
        let ended_at = match (&self.current, self.ended_at) {
            (None, Some(ended_at)) => ended_at,
            _ => self.end_hop(),
        };
        (self.hops, ended_at)
    }

    /// The phase under way ends; without one a hop begins.
    fn next_phase(&mut self, now: Instant) -> &mut Current {
        match (&self.current, self.hops.last_mut()) {
            (Some(current), Some(hop)) => current.leave(&mut hop.phases, now),
            _ => self.hops.push(Hop {
                status: None,
                phases: Phases::default(),
                reused: false,
                server: Vec::new(),
            }),
        }
        self.current.get_or_insert(Current {
            phase: None,
            since: now,
            stamps: None,
            head_at: None,
        })
    }
}

impl Current {
    fn sent_at(&self) -> Option<Instant> {
        self.stamps.as_ref().and_then(|stamps| stamps.sent_at())
    }

    fn first_at(&self) -> Option<Instant> {
        match &self.stamps {
            Some(stamps) => stamps.first_at(),
            None => self.head_at,
        }
    }

    fn under_way(&self) -> (RequestPhase, Instant) {
        let phase = self.phase.unwrap_or(RequestPhase::Dns);
        if !matches!(phase, RequestPhase::Send | RequestPhase::FirstByte) {
            return (phase, self.since);
        }
        match (self.first_at(), self.sent_at()) {
            (Some(first), _) => (RequestPhase::Body, first),
            (None, Some(sent)) => (RequestPhase::FirstByte, sent),
            (None, None) => (phase, self.since),
        }
    }

    /// What ends now is written down.
    fn leave(&self, phases: &mut Phases, now: Instant) {
        let lasted = Some(now.saturating_duration_since(self.since));
        match self.phase {
            None => {}
            Some(RequestPhase::Dns) => phases.dns = lasted,
            Some(RequestPhase::Connect) => phases.connect = lasted,
            Some(RequestPhase::Tls) => phases.tls = lasted,
            Some(_) => self.leave_exchange(phases, now),
        }
    }

    /// An answer may begin before the request has left: then sending ends where waiting would begin.
    fn leave_exchange(&self, phases: &mut Phases, now: Instant) {
        let (sent, first) = (self.sent_at(), self.first_at());
        let since = self.since;
        let between = |from: Instant, to: Instant| Some(to.saturating_duration_since(from));
        let waits_from = if self.phase == Some(RequestPhase::Send) {
            let end = match (sent, first) {
                (Some(sent), Some(first)) => sent.min(first),
                (Some(end), None) | (None, Some(end)) => end,
                (None, None) => now,
            };
            phases.send = between(since, end);
            sent.or(first).map(|_| end)
        } else {
            Some(since)
        };
        if let Some(from) = waits_from {
            phases.first_byte = between(from, first.unwrap_or(now));
        }
        if let Some(first) = first {
            phases.body = between(first, now);
        }
    }
}
