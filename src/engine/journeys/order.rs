use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serin_judge::analysis::plan::journey::{ClientCertificate, Journey, Terms};
use serin_judge::journey::{Arm, Credentials};
use serin_judge::time::Timestamp;

use super::{Budgets, ProbingError};
use crate::engine::ports::ClientSettings;

/// Beyond this a rate is a mistake.
const RATE_MAX: f64 = 1_000_000.0;

/// Threads of one probing.
const THREADS_MAX: usize = 64;

/// What is to be probed, how and how long.
#[derive(Clone, Debug)]
pub struct ProbeOrder {
    /// What each run does. Its `schedule.in_flight_max` holds for every pace with planned starts.
    pub journey: Arc<Journey>,
    /// Who is asked; at least one, each arm once. Where there are several, every start asks all of them at the same time,
    /// in an order that chance decides.
    pub targets: Vec<Target>,
    /// How they are connected to; alike for all.
    pub client: ClientSettings,
    /// Values of the secrets that the journey names.
    pub credentials: Credentials,
    /// When runs start.
    pub pace: Pace,
    /// Until when.
    pub lasts: Lasts,
    /// Length of windows, at least 1 ms.
    pub window: Duration,
    /// One window begins here; `None` is now.
    pub aligned_to: Option<Timestamp>,
    /// Decides whatever chance decides, trace ids included.
    pub seed: u128,
    /// Where runs are driven.
    pub shards: Shards,
    /// What may be asked of the targets.
    pub budgets: Budgets,
    /// All windows are merged too. That takes up to a megabyte for each step, so probings that go on for ever do without.
    pub keeps_totals: bool,
}

/// Somebody who is asked.
#[derive(Clone, Debug)]
pub struct Target {
    /// As whom.
    pub arm: Arm,
    /// Base URL.
    pub url: String,
}

/// When runs start.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pace {
    /// As the journey's schedule says, counted from the Unix epoch, so that a restart moves nothing.
    Scheduled,
    /// So many starts a second, evenly, counted from now.
    Rate(f64),
    /// A closed loop: so many workers, each of which starts again when its last run is over. Tells how much can be done at
    /// once, not what a user waits: whoever is slow is asked less often.
    Closed(NonZeroUsize),
}

/// When the last run starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lasts {
    /// When somebody says so.
    UntilStopped,
    /// After this time.
    For(Duration),
    /// After so many starts.
    Starts(u64),
}

/// Where runs are driven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shards {
    /// On the runtime at hand, in one task: many slow journeys side by side. Starts are a millisecond or two late.
    Here,
    /// On so many threads of their own, each with its own connections and an exact timer: one fast journey.
    Threads(NonZeroUsize),
}

/// How the servers of a journey are connected to, as its document says.
///
/// # Errors
/// When the key of its certificate is not among the credentials.
pub fn client_settings(journey: &Journey, credentials: &Credentials) -> Result<ClientSettings, ProbingError> {
    let identity = journey.http.certificate.as_ref();
    let certificate = identity.map(|identity| match credentials.get(&identity.key) {
        Some(key) => Ok(ClientCertificate {
            chain: identity.chain.clone(),
            key: Bytes::copy_from_slice(key.as_bytes()),
        }),
        None => Err(ProbingError::Order(
            "the key of the client's certificate is not known".to_owned(),
        )),
    });
    Ok(ClientSettings {
        connections: journey.connections,
        version: journey.version,
        roots: journey.http.roots.clone(),
        insecure: journey.http.insecure,
        terms: Terms {
            certificate: certificate.transpose()?,
            ..Terms::default()
        },
        connect_to: Vec::new(),
    })
}

impl ProbeOrder {
    /// It can be carried out.
    pub(super) fn check(&self) -> Result<(), ProbingError> {
        let refuse = |why: String| Err(ProbingError::Order(why));
        if self.targets.is_empty() {
            return refuse("there is no target".to_owned());
        }
        for (place, target) in self.targets.iter().enumerate() {
            if self.targets[..place].iter().any(|other| other.arm == target.arm) {
                return refuse(format!("two {:?} targets; give one", target.arm));
            }
        }
        if self.budgets.forbid(self.targets.len()) {
            return refuse(format!(
                "each start is {} runs, one a target, and a budget lets fewer be under way; give it as many",
                self.targets.len()
            ));
        }
        if self.window < Duration::from_millis(1) {
            return refuse(format!("windows of {:?}; give at least 1ms", self.window));
        }
        if let Pace::Rate(rate) = self.pace
            && !(rate > 0.0 && rate <= RATE_MAX)
        {
            return refuse(format!(
                "a rate of {rate} starts a second; give one above 0, at most {RATE_MAX}"
            ));
        }
        if let Shards::Threads(threads) = self.shards
            && threads.get() > THREADS_MAX
        {
            return refuse(format!("{threads} threads; at most {THREADS_MAX} are of use"));
        }
        Ok(())
    }
}
