use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serin_judge::condition::Value;
use serin_judge::time::Timestamp;
use tokio::sync::Mutex;

use super::Feeds;
use super::feed::{Feed, Next, Reader};
use super::value;
use crate::engine::journeys::{JourneyWindow, ProbeOrder, ProbingError};
use crate::engine::ports::{Measure, MeasureError, Reading};

/// Windows of journeys that nobody compares: short, so that a measurement knows of nearly everything before it.
const WINDOW: Duration = Duration::from_secs(1);

/// Runs of a journey as a metric.
///
/// A metric that is measured once gives one run. One that is measured again and again drives the journey by its schedule, and
/// gives all runs that have ended since the last measurement; when there are none, one that is begun for it.
pub struct JourneyMeasure {
    feed: Arc<Feed>,
    /// It is measured more than once.
    is_repeated: bool,
    reader: Mutex<Option<Reader>>,
}

impl JourneyMeasure {
    /// For one metric. `order` says the journey, whom to ask, and with what.
    #[must_use]
    pub fn new(order: ProbeOrder, is_repeated: bool, feeds: &Feeds) -> Self {
        Self {
            feed: feeds.feed(order),
            is_repeated,
            reader: Mutex::default(),
        }
    }

    /// Everything since the last time; `None` when nothing has ended.
    async fn since_last(&self, now: Timestamp) -> Result<Option<JourneyWindow>, MeasureError> {
        if !self.is_repeated {
            return Ok(None);
        }
        let mut reader = self.reader.lock().await;
        let Some(reader) = &mut *reader else {
            *reader = Some(self.feed.read_any(now, WINDOW).map_err(failed)?);
            return Ok(None);
        };
        let mut merged: Option<JourneyWindow> = None;
        while let Some(next) = reader.closed() {
            match (next, &mut merged) {
                (Next::Window(window), Some(merged)) => merged.merge(&window),
                (Next::Window(window), None) => merged = Some((*window).clone()),
                // Measurements that are so far apart tell of the newest runs.
                (Next::Lost(_) | Next::Ended, _) => {}
            }
        }
        Ok(merged.filter(|window| value::runs(window) > 0))
    }
}

#[async_trait]
impl Measure for JourneyMeasure {
    async fn measure(&self, now: Timestamp) -> Result<Reading, MeasureError> {
        let window = match self.since_last(now).await? {
            Some(window) => Some(window),
            None => self.feed.once().await.map_err(failed)?,
        };
        let window = window.filter(|window| value::runs(window) > 0).ok_or_else(|| MeasureError {
            message: "journey: no run came to its end, so nothing is known".to_owned(),
        })?;
        let found = value::of(&window, &self.feed.order().journey);
        Ok(Reading {
            value: Value::from_json(&found),
            text: found.to_string(),
            metadata: value::facts(&window),
            phase: None,
        })
    }
}

fn failed(error: ProbingError) -> MeasureError {
    MeasureError {
        message: format!("journey: {error}"),
    }
}

/// Facts about a measurement, by name.
pub(super) type Facts = BTreeMap<String, String>;
