use std::collections::BTreeMap;

use async_trait::async_trait;
use serin_judge::analysis::plan::ScrapeQuery;
use serin_judge::condition::Value;
use serin_judge::counter::Selector;
use serin_judge::time::Timestamp;

use super::client::{Client, Target};
use super::config::Limits;
use crate::engine::ports::{Measure, MeasureError, Reading};
use crate::providers::Decimal;

/// Current values of series on `/metrics` endpoints as a metric.
#[derive(Debug)]
pub struct ScrapeMeasure {
    client: Client,
    targets: Vec<Target>,
    series: Selector,
}

impl ScrapeMeasure {
    /// For one metric.
    ///
    /// # Errors
    /// When an address or the selector is none.
    pub fn new(query: &ScrapeQuery, limits: Limits) -> Result<Self, MeasureError> {
        let targets = query
            .addresses
            .iter()
            .map(|address| Target::new(address))
            .collect::<Result<_, _>>();
        Ok(Self {
            client: Client::new(query.timeout, limits).map_err(failed)?,
            targets: targets.map_err(failed)?,
            series: Selector::parse(&query.series)
                .map_err(|error| failed(format!("scrape, series `{}`: {error}", query.series)))?,
        })
    }
}

#[async_trait]
impl Measure for ScrapeMeasure {
    /// Values of the matching series in order of the addresses, then of the series. One address that cannot be
    /// read is an Error: the others alone would be another number.
    async fn measure(&self, _now: Timestamp) -> Result<Reading, MeasureError> {
        let mut values = Vec::new();
        for samples in self.client.read_all(&self.targets).await {
            let samples = samples.map_err(failed)?;
            values.extend(
                samples
                    .iter()
                    .filter(|sample| self.series.matches(&sample.series))
                    .map(|sample| sample.value),
            );
        }
        let text = Decimal::list(&values);
        Ok(Reading {
            value: Value::floats(values),
            text,
            metadata: BTreeMap::new(),
            phase: None,
        })
    }
}

fn failed(message: String) -> MeasureError {
    MeasureError { message }
}
