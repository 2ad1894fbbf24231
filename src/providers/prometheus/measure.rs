use std::collections::BTreeMap;

use async_trait::async_trait;
use serin_judge::analysis::plan::{PrometheusQuery, RangeQuery};
use serin_judge::condition::{Value, evaluate_time};
use serin_judge::time::Timestamp;

use super::client::Client;
use super::config::{Connection, Limits};
use super::decode::{Answer, QueryResult};
use crate::engine::ports::{Measure, MeasureError, Reading, Redaction};
use crate::providers::Decimal;

/// A PromQL query as a metric.
pub struct PrometheusMeasure {
    client: Client,
    query: String,
    range: Option<RangeQuery>,
}

impl PrometheusMeasure {
    /// For one metric. The query's own `access` is not looked at: `connection` is what became of it.
    ///
    /// # Errors
    /// When the connection cannot be: a bad address, roots that cannot be read, headers that cannot be sent.
    pub fn new(
        query: &PrometheusQuery,
        connection: &Connection,
        limits: Limits,
    ) -> Result<Self, MeasureError> {
        Ok(Self {
            client: Client::new(connection, limits).map_err(failed)?,
            query: query.query.clone(),
            range: query.range.clone(),
        })
    }
}

#[async_trait]
impl Measure for PrometheusMeasure {
    async fn measure(&self, now: Timestamp) -> Result<Reading, MeasureError> {
        let answer = match &self.range {
            None => self.client.instant(&self.query, now).await,
            Some(range) => {
                let start = range_time("start", &range.start, now)?;
                let end = range_time("end", &range.end, now)?;
                self.client.range(&self.query, start, end, range.step).await
            }
        };
        reading(answer.map_err(failed)?, &self.query)
    }

    fn redaction(&self) -> &Redaction {
        self.client.redaction()
    }
}

fn reading(answer: Answer, query: &str) -> Result<Reading, MeasureError> {
    let (value, text) = match answer.result {
        QueryResult::Scalar(number) => (Value::scalar(number), Decimal(number).to_string()),
        QueryResult::Vector(samples) => floats(samples.into_iter().map(|(_, value)| value).collect()),
        QueryResult::Matrix(series) => floats(
            series
                .into_iter()
                .flat_map(|(_, samples)| samples)
                .map(|(_, value)| value)
                .collect(),
        ),
        QueryResult::Other => return Err(failed("Prometheus metric type not supported".into())),
    };
    let mut metadata = BTreeMap::from([("ResolvedPrometheusQuery".to_owned(), query.to_owned())]);
    if !answer.warnings.is_empty() {
        let quoted: Vec<String> = answer
            .warnings
            .iter()
            .map(|warning| format!("\"{warning}\""))
            .collect();
        let _ = metadata.insert("warnings".to_owned(), quoted.join(", "));
    }
    Ok(Reading {
        value,
        text,
        metadata,
        phase: None,
    })
}

fn floats(values: Vec<f64>) -> (Value, String) {
    let text = Decimal::list(&values);
    (Value::floats(values), text)
}

/// Start and end of a range are expressions of the condition language.
fn range_time(field: &str, expression: &str, now: Timestamp) -> Result<Timestamp, MeasureError> {
    evaluate_time(expression, now)
        .map_err(|error| failed(format!("rangeQuery.{field} `{expression}`: {error}")))
}

fn failed(message: String) -> MeasureError {
    MeasureError { message }
}
