use std::borrow::Cow;
use std::sync::Arc;

use bytes::Bytes;
use http::response::Parts;
use http::{HeaderMap, Uri};
use serin_judge::analysis::plan::journey::RequestPhase;
use serin_judge::journey::{Answer, Hop, Phases};
use tokio::time::Instant;

use super::connection::Peer;
use super::server_timing;
use super::stamps::Stamps;
use crate::probes::dial::Facts;

/// What is known of a chain of requests so far; read also when its time is over in the middle of one.
pub(super) struct Trace<'a> {
    /// Start of the first hop.
    pub(super) began_at: Instant,
    /// Where the hop under way goes.
    pub(super) uri: Cow<'a, Uri>,
    hops: Vec<Hop>,
    /// Of the last hop that has ended.
    ended_at: Option<Instant>,
    /// `None` between hops.
    current: Option<Current>,
    /// Of the last hop.
    heard: Option<Heard>,
}

/// An answer that may not be whole yet.
struct Heard {
    head: Parts,
    peer: Arc<Peer>,
    body_bytes: u64,
}

/// The hop under way.
struct Current {
    hop: Hop,
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
            heard: None,
        }
    }

    /// The head of the last hop's answer, for whoever wants to know of it if the answer breaks.
    pub(super) fn hear(&mut self, head: Parts, peer: &Arc<Peer>, body_bytes: u64) {
        self.heard = Some(Heard {
            head,
            peer: Arc::clone(peer),
            body_bytes,
        });
    }

    /// So many bytes of its body were read.
    pub(super) fn came(&mut self, body_bytes: u64) {
        if let Some(heard) = &mut self.heard {
            heard.body_bytes = body_bytes;
        }
    }

    pub(super) fn heard(&self) -> Option<&Parts> {
        self.heard.as_ref().map(|heard| &heard.head)
    }

    /// It is whole.
    pub(super) fn take_heard(&mut self) -> Option<Parts> {
        self.heard.take().map(|heard| heard.head)
    }

    /// The last hop's answer without its body, where it is not whole or leads nowhere.
    pub(super) fn cut(&mut self) -> Option<Box<Answer>> {
        let Heard {
            head,
            peer,
            body_bytes,
        } = self.heard.take()?;
        let before = self.hops.len() - usize::from(self.current.is_none() && !self.hops.is_empty());
        Some(Box::new(Answer {
            status: head.status,
            version: head.version,
            headers: head.headers,
            body: Bytes::new(),
            body_bytes,
            url: self.uri.clone().into_owned(),
            address: Some(peer.address),
            redirects: u32::try_from(before).unwrap_or(u32::MAX),
            duration: self.began_at.elapsed(),
            tls: peer.tls.as_ref().and_then(Facts::now),
        }))
    }

    /// A phase of a new connection begins, and the one before it has ended.
    pub(super) fn enter(&mut self, phase: RequestPhase) {
        let now = Instant::now();
        let current = self.current_or_begin(now);
        current.leave(now);
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
        let current = self.current_or_begin(now);
        current.leave(now);
        current.phase = Some(match stamps {
            Some(_) => RequestPhase::Send,
            None => RequestPhase::FirstByte,
        });
        current.since = now;
        current.stamps = stamps;
        current.hop.reused = reused;
    }

    /// The head of the answer is there.
    pub(super) fn head(&mut self, status: u16, headers: &HeaderMap) {
        if let Some(current) = &mut self.current {
            current.hop.status = Some(status);
            current.hop.server = server_timing::durations(headers);
            if current.stamps.is_none() {
                current.head_at = Some(Instant::now());
            }
        }
    }

    /// The hop under way is over, with an answer or without.
    pub(super) fn end_hop(&mut self) -> Instant {
        let now = Instant::now();
        if let Some(mut current) = self.current.take() {
            current.leave(now);
            self.hops.push(current.hop);
        }
        self.ended_at = Some(now);
        now
    }

    /// The hop under way has not happened.
    pub(super) fn forget_hop(&mut self) {
        self.current = None;
    }

    /// The phase under way, and since when.
    pub(super) fn under_way(&self) -> (RequestPhase, Instant) {
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

    fn current_or_begin(&mut self, now: Instant) -> &mut Current {
        if self.current.is_none() {
            self.heard = None;
        }
        self.current.get_or_insert_with(|| Current {
            hop: Hop {
                status: None,
                phases: Phases::default(),
                reused: false,
                server: Vec::new(),
            },
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
    fn leave(&mut self, now: Instant) {
        let phases = &mut self.hop.phases;
        let lasted = Some(now.saturating_duration_since(self.since));
        match self.phase {
            None => {}
            Some(RequestPhase::Dns) => phases.dns = lasted,
            Some(RequestPhase::Connect) => phases.connect = lasted,
            Some(RequestPhase::Tls) => phases.tls = lasted,
            Some(_) => self.leave_exchange(now),
        }
    }

    /// An answer may begin before the request has left: then sending ends where waiting would begin.
    fn leave_exchange(&mut self, now: Instant) {
        let (sent, first) = (self.sent_at(), self.first_at());
        let since = self.since;
        let between = |from: Instant, to: Instant| Some(to.saturating_duration_since(from));
        let phases = &mut self.hop.phases;
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
