use std::io;
use std::time::Duration;

use serin_judge::analysis::plan::journey::{Failure, FailureClass, Icmp, RequestPhase};
use serin_judge::journey::Peer;
use tokio::time::{Instant, timeout_at};

use super::packet::{self, Reply, Version};
use super::socket::Socket;
use crate::probes::dial::{PhaseTimer, exhausted, failure};

/// Once some have come, those that have not are waited for as long as this, or for twice the longest one.
const PATIENCE: Duration = Duration::from_secs(1);
/// Before the probe's time is over what has come has to be told.
const NOTICE: Duration = Duration::from_millis(50);
/// The largest packet, with whatever heads.
const PACKET_BYTES_MAX: usize = 65_535;

/// Requests of one probe.
pub(super) struct Echoes {
    version: Version,
    identifier: u16,
    /// The system gives requests an identifier of its own and looks at it.
    is_raw: bool,
    payload: Vec<u8>,
    count: usize,
    interval: Duration,
}

/// What came of them.
#[derive(Debug)]
pub(super) struct Came {
    pub(super) sent: usize,
    /// Of those that came back, in the order they did.
    pub(super) times: Vec<Duration>,
    pub(super) ttl: Option<u8>,
}

impl Echoes {
    pub(super) fn new(icmp: &Icmp, socket: &Socket) -> Self {
        // By chance, so that what belongs to another probe is not taken for this one's.
        let chance: [u8; 8] = rand::random();
        let length = usize::try_from(icmp.payload_bytes).unwrap_or_default();
        Self {
            version: socket.version,
            identifier: rand::random(),
            is_raw: socket.is_raw,
            payload: chance.into_iter().cycle().take(length).collect(),
            count: usize::try_from(icmp.count).unwrap_or(1),
            interval: icmp.interval,
        }
    }

    /// Sends and waits.
    ///
    /// # Errors
    /// Nothing came back, or nothing could be sent.
    pub(super) async fn exchange(
        &self,
        socket: &Socket,
        (peer, deadline): (&Peer, Instant),
        timer: &mut PhaseTimer,
    ) -> Result<Came, Failure> {
        timer.enter(RequestPhase::FirstByte);
        let broken = |error: io::Error| unreachable(peer, &error);
        let last_word = deadline.checked_sub(NOTICE).unwrap_or(deadline);
        let mut buffer = vec![0; PACKET_BYTES_MAX];
        let mut sent: Vec<Instant> = Vec::new();
        let mut times: Vec<Option<Duration>> = vec![None; self.count];
        let mut came = Came {
            sent: 0,
            times: Vec::new(),
            ttl: None,
        };
        let mut next = Instant::now();
        while came.times.len() < self.count {
            let now = Instant::now();
            if sent.len() < self.count && now >= next && (now < last_word || sent.is_empty()) {
                let sequence = u16::try_from(sent.len()).unwrap_or_default();
                sent.push(now);
                let packet = packet::request(self.version, self.identifier, sequence, &self.payload);
                socket.send(&packet).await.map_err(broken)?;
                next = now + self.interval;
                continue;
            }
            let until = match (sent.len() < self.count, sent.last()) {
                (false, Some(last)) if !came.times.is_empty() => {
                    let longest = came.times.iter().max().copied().unwrap_or_default();
                    *last + PATIENCE.max(2 * longest)
                }
                (false, _) => last_word,
                (true, _) => next,
            };
            match timeout_at(until.min(last_word), socket.receive(&mut buffer)).await {
                Ok(received) => {
                    let length = received.map_err(broken)?;
                    let Some(Reply { sequence, ttl }) = self.reply(&buffer[..length]) else {
                        continue;
                    };
                    let place = usize::from(sequence);
                    let (Some(begun), Some(time)) = (sent.get(place), times.get_mut(place)) else {
                        continue;
                    };
                    if time.replace(begun.elapsed()).is_none() {
                        came.times.extend(*time);
                        came.ttl = ttl;
                        timer.enter(RequestPhase::Body);
                    }
                }
                Err(_over) if sent.len() < self.count && Instant::now() < last_word => {}
                Err(_over) => break,
            }
        }
        came.sent = sent.len();
        if came.times.is_empty() {
            return Err(nothing(peer, came.sent, timer));
        }
        Ok(came)
    }

    fn reply(&self, packet: &[u8]) -> Option<Reply> {
        let identifier = self.is_raw.then_some(self.identifier);
        packet::reply(self.version, packet, identifier, &self.payload)
    }
}

fn nothing(peer: &Peer, sent: usize, timer: &PhaseTimer) -> Failure {
    let millis = timer.elapsed().as_millis();
    let message = format!(
        "{peer}: of {sent} echo requests none was answered in {millis} ms; machines and routers may be told not to"
    );
    failure(FailureClass::TtfbTimeout, RequestPhase::FirstByte, message)
}

/// What a router said, or the system itself.
fn unreachable(peer: &Peer, error: &io::Error) -> Failure {
    match exhausted(error) {
        Some(own) => failure(FailureClass::ProberUnhealthy, RequestPhase::Connect, own),
        None => failure(
            FailureClass::ConnectError,
            RequestPhase::Connect,
            format!("no way to {peer}: {error}"),
        ),
    }
}
