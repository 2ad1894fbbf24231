use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use serin_judge::journey::Arm;
use tokio::sync::watch;

use super::feed::Feed;
use crate::engine::journeys::ProbeOrder;
use crate::engine::ports::{Clock, Prober};

/// What is the same about those who share a feed: the journey's hash, how often it starts, who is asked as whom.
type Key = (String, Duration, Vec<(Arm, String)>);

/// All journeys that are driven inside of one run.
pub struct Feeds {
    process: Arc<Process>,
    /// Gone with the last one who reads it.
    feeds: Mutex<BTreeMap<Key, Weak<Feed>>>,
}

/// What all runs of a process share.
pub(super) struct Process {
    pub(super) probe: Arc<dyn Prober>,
    pub(super) clock: Arc<dyn Clock>,
    /// Probings that have not come to their end, teardown included.
    under_way: watch::Sender<usize>,
    /// Somebody has asked for a pause.
    paused: watch::Sender<bool>,
}

impl Feeds {
    /// Without any.
    #[must_use]
    pub fn new(probe: Arc<dyn Prober>, clock: Arc<dyn Clock>) -> Self {
        Self {
            process: Arc::new(Process {
                probe,
                clock,
                under_way: watch::Sender::new(0),
                paused: watch::Sender::new(false),
            }),
            feeds: Mutex::default(),
        }
    }

    /// Those of another run: nothing is shared with this one but the means.
    #[must_use]
    pub fn of_another_run(&self) -> Self {
        Self {
            process: Arc::clone(&self.process),
            feeds: Mutex::default(),
        }
    }

    /// Returns once no journey of any run is under way any more. Nothing is stopped by it: a journey ends after its run.
    pub async fn ended(&self) {
        // The sender lives as long as this does.
        let mut under_way = self.process.under_way.subscribe();
        let _never_closed = under_way.wait_for(|count| *count == 0).await;
    }

    /// Pauses the journeys of all runs of the process, or lets them go on: nothing starts while they are paused, runs of
    /// journeys that are under way go on. Planned starts count as missed, and metrics that need runs of their own fail.
    pub fn pause(&self, is_paused: bool) {
        self.process.paused.send_replace(is_paused);
    }

    /// Somebody has asked for a pause.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        *self.process.paused.borrow()
    }

    /// Probings of all runs that have not come to their end, teardown included.
    #[must_use]
    pub fn under_way(&self) -> usize {
        *self.process.under_way.borrow()
    }

    /// What drives this journey for these targets.
    pub(super) fn feed(&self, order: ProbeOrder) -> Arc<Feed> {
        let targets = order.targets.iter();
        let targets = targets.map(|target| (target.arm, target.url.clone())).collect();
        let interval = order.journey.schedule.interval;
        let key = (order.journey.config_hash.clone(), interval, targets);
        let mut feeds = self.feeds.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(feed) = feeds.get(&key).and_then(Weak::upgrade) {
            return feed;
        }
        let feed = Arc::new(Feed::new(order, Arc::clone(&self.process)));
        feeds.insert(key, Arc::downgrade(&feed));
        feed
    }
}

impl fmt::Debug for Feeds {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Feeds")
    }
}

/// Counts a probing as under way until it is dropped.
pub(super) struct UnderWay(Arc<Process>);

impl Process {
    /// Tells of pauses, and of the one that there is, at once.
    pub(super) fn pauses(&self) -> watch::Receiver<bool> {
        let mut pauses = self.paused.subscribe();
        pauses.mark_changed();
        pauses
    }

    pub(super) fn begin(self: &Arc<Self>) -> UnderWay {
        self.under_way.send_modify(|count| *count += 1);
        UnderWay(Arc::clone(self))
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.under_way.send_modify(|count| *count -= 1);
    }
}
