use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use serin::controllers::webhook::{Webhook, WebhookSettings};
use serin::engine::clock::TimerClock;
use serin::engine::ports::{
    Beginning, Clock, Deliver, DeliverError, Delivery, DeliveryEvent, DeliveryState, Finish, Journal,
    RunRecord, Store,
};
use serin::engine::{Dispatch, Outbox, Receiver};
use serin::store::MemoryStore;
use serin_judge::analysis::plan::Plan;
use serin_judge::time::Timestamp;
use serin_judge::verdict::{RunIdentity, RunState};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub(super) const ZERO: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);
pub(super) const DAY: Duration = Duration::from_secs(86_400);
pub(super) const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

pub(super) fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub(super) fn delivery(id: &str, run: &str, hook: &str) -> Delivery {
    Delivery {
        id: id.to_owned(),
        run: run.to_owned(),
        hook: hook.to_owned(),
        event: DeliveryEvent::RunFinished,
        created_at: ZERO,
        body: format!("{{\"type\": \"run.finished\", \"data\": \"{id} ü\"}}").into(),
        state: DeliveryState::Pending,
        attempts: 0,
        next_at: ZERO,
        since: ZERO,
        last_error: String::new(),
        ended_at: None,
    }
}

/// A receiver over HTTP at this address.
pub(super) fn webhook(url: &str, clock: Arc<dyn Clock>) -> Webhook {
    let settings = WebhookSettings {
        url: url.to_owned(),
        secret: SECRET.to_owned(),
        previous_secret: None,
    };
    Webhook::new(&settings, clock).unwrap()
}

/// What a receiver answers to an attempt: it is given how many attempts came before, and the time since the start.
type Script = Arc<dyn Fn(&Delivery, usize, Duration) -> (Duration, Result<(), DeliverError>) + Send + Sync>;

/// A receiver that takes its time and answers by a script.
pub(super) struct Scripted {
    clock: Arc<TimerClock>,
    script: Script,
    /// Ids, and when they came.
    log: Mutex<Vec<(String, Duration)>>,
    /// Attempts under way, now and at most.
    under_way: Mutex<(usize, usize)>,
}

impl Scripted {
    pub(super) fn log(&self) -> Vec<(String, Duration)> {
        self.log.lock().unwrap().clone()
    }

    pub(super) fn ids(&self) -> Vec<String> {
        self.log().into_iter().map(|(id, _)| id).collect()
    }

    pub(super) fn most_under_way(&self) -> usize {
        self.under_way.lock().unwrap().1
    }
}

#[async_trait]
impl Deliver for Scripted {
    async fn deliver(&self, delivery: &Delivery) -> Result<(), DeliverError> {
        let now = self.clock.now().since(ZERO);
        let before = {
            let mut log = self.log.lock().unwrap();
            log.push((delivery.id.clone(), now));
            log.len() - 1
        };
        let (takes, answer) = (self.script)(delivery, before, now);
        {
            let mut under_way = self.under_way.lock().unwrap();
            under_way.0 += 1;
            under_way.1 = under_way.1.max(under_way.0);
        }
        tokio::time::sleep(takes).await;
        self.under_way.lock().unwrap().0 -= 1;
        answer
    }
}

pub(super) fn fails(message: &str) -> Result<(), DeliverError> {
    Err(DeliverError {
        message: message.to_owned(),
        retry_after: None,
        is_final: false,
    })
}

/// A paused clock, a store that outlives processes, and receivers.
pub(super) struct World {
    pub(super) clock: Arc<TimerClock>,
    pub(super) store: Arc<MemoryStore>,
    pub(super) outbox: Arc<Outbox>,
    receivers: BTreeMap<String, (Arc<dyn Deliver>, Duration)>,
}

/// A process that sends.
pub(super) struct Process {
    pub(super) dispatch: Arc<Dispatch>,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Process {
    /// Ends it as a signal would.
    pub(super) async fn stop(self) {
        self.stop.send(()).unwrap();
        self.task.await.unwrap();
    }

    /// Ends it as `kill -9` would.
    pub(super) async fn kill(self) {
        self.task.abort();
        let _cancelled = self.task.await;
    }
}

impl World {
    pub(super) fn new() -> Self {
        Self {
            clock: Arc::new(TimerClock::new(ZERO)),
            store: Arc::default(),
            outbox: Arc::default(),
            receivers: BTreeMap::new(),
        }
    }

    pub(super) fn receiver(&mut self, hook: &str, deliver: Arc<dyn Deliver>, give_up_after: Duration) {
        let _none = self.receivers.insert(hook.to_owned(), (deliver, give_up_after));
    }

    /// A receiver that answers by a script, which is tried for a day.
    pub(super) fn scripted(
        &mut self,
        hook: &str,
        script: impl Fn(&Delivery, usize, Duration) -> (Duration, Result<(), DeliverError>)
        + Send
        + Sync
        + 'static,
    ) -> Arc<Scripted> {
        let scripted = Arc::new(Scripted {
            clock: Arc::clone(&self.clock),
            script: Arc::new(script),
            log: Mutex::default(),
            under_way: Mutex::default(),
        });
        self.receiver(hook, Arc::clone(&scripted) as _, DAY);
        scripted
    }

    pub(super) fn process(&self) -> Process {
        let receivers = self.receivers.iter().map(|(name, (deliver, give_up_after))| {
            let receiver = Receiver {
                deliver: Arc::clone(deliver),
                give_up_after: *give_up_after,
            };
            (name.clone(), receiver)
        });
        let dispatch = Arc::new(Dispatch::new(
            Arc::clone(&self.clock) as _,
            Arc::clone(&self.store) as _,
            Arc::clone(&self.outbox),
            receivers.collect(),
        ));
        let (stop, stopped) = oneshot::channel();
        let running = Arc::clone(&dispatch);
        let task = tokio::spawn(async move {
            running
                .run(async {
                    let _stopped = stopped.await;
                })
                .await;
        });
        Process { dispatch, stop, task }
    }

    /// Has a run begin that causes these deliveries.
    pub(super) async fn begin(&self, run: &str, deliveries: &[Delivery]) {
        let beginning = Beginning {
            run: RunRecord {
                id: run.to_owned(),
                ..RunRecord::default()
            },
            key: None,
            deliveries: deliveries.to_vec(),
        };
        let _begun = self.store.begin(&beginning).await.unwrap();
        self.outbox.wake();
    }

    /// Has it end, which causes these.
    pub(super) async fn end(&self, run: &str, deliveries: &[Delivery]) {
        let state = RunState::new(Arc::new(Plan::empty("checkout")), ZERO);
        let finish = Finish {
            expires_at: None,
            report: Arc::new(state.report(&RunIdentity::default(), ZERO)),
            deliveries: deliveries.to_vec(),
        };
        self.store.finish(run, &finish).await.unwrap();
        self.outbox.wake();
    }

    pub(super) async fn delivery(&self, id: &str) -> Delivery {
        self.store.delivery(id).await.unwrap().unwrap()
    }

    pub(super) async fn pass(&self, time: Duration) {
        tokio::time::sleep(time).await;
    }
}
