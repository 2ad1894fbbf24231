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
/// A measurement tells of all runs that have ended since the last one; where they are fewer than wanted, further ones are
/// begun for it and waited for. Nobody knows whether a metric that is measured for the first time will be again: the
/// journey is driven by its schedule from the second measurement on.
pub struct JourneyMeasure {
    feed: Arc<Feed>,
    /// At least so many runs are told of.
    runs: u32,
    past: Mutex<Past>,
}

/// How far a metric has come.
enum Past {
    /// It has not been measured.
    Never,
    /// It has been measured once.
    Once,
    /// It is measured again and again.
    Again(Reader),
}

impl JourneyMeasure {
    /// For one metric, of at least so many runs a measurement. `order` says the journey, whom to ask, and with what.
    #[must_use]
    pub fn new(order: ProbeOrder, runs: u32, feeds: &Feeds) -> Self {
        Self {
            feed: feeds.feed(order),
            runs: runs.max(1),
            past: Mutex::new(Past::Never),
        }
    }

    /// Everything since the last time; `None` when nothing has ended.
    async fn since_last(&self, now: Timestamp) -> Result<Option<JourneyWindow>, MeasureError> {
        let mut past = self.past.lock().await;
        match &mut *past {
            Past::Never => *past = Past::Once,
            Past::Once => *past = Past::Again(self.feed.read_any(now, WINDOW).map_err(failed)?),
            Past::Again(reader) => return Ok(closed(reader)),
        }
        Ok(None)
    }
}

/// What has been closed meanwhile, as one window.
fn closed(reader: &mut Reader) -> Option<JourneyWindow> {
    let mut merged: Option<JourneyWindow> = None;
    while let Some(next) = reader.closed() {
        match (next, &mut merged) {
            (Next::Window(window), Some(merged)) => merged.merge(&window),
            (Next::Window(window), None) => merged = Some((*window).clone()),
            // Measurements that are so far apart tell of the newest runs.
            (Next::Lost | Next::Ended, _) => {}
        }
    }
    merged
}

#[async_trait]
impl Measure for JourneyMeasure {
    async fn measure(&self, now: Timestamp) -> Result<Reading, MeasureError> {
        let mut window = self.since_last(now).await?;
        let known = window.as_ref().map_or(0, value::runs);
        let wanted = u64::from(self.runs).saturating_sub(known);
        if wanted > 0
            && let Some(more) = self.feed.now(wanted).await.map_err(failed)?
        {
            match &mut window {
                Some(window) => window.merge(&more),
                None => window = Some(more),
            }
        }
        let window = window
            .filter(|window| value::runs(window) > 0)
            .ok_or_else(|| MeasureError {
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
