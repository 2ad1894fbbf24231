//! The answers of Prometheus' query API.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;
use serin_judge::counter::{NativeBuckets, Series};
use serin_judge::time::Timestamp;

/// Series with their samples, oldest first.
pub(super) type Matrix = Vec<(Series, Vec<(Timestamp, f64)>)>;

/// Native histograms with their samples, oldest first.
pub(super) type NativeMatrix = Vec<(Series, Vec<(Timestamp, NativeBuckets)>)>;

/// A query that was answered.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Answer {
    pub(super) result: QueryResult,
    /// Of a matrix: the samples that are histograms and no numbers.
    pub(super) native: NativeMatrix,
    /// What Prometheus remarks; newer versions tell warnings and notes apart, here they are one list.
    pub(super) warnings: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum QueryResult {
    Scalar(f64),
    /// A text, or a type that nobody knows.
    Other,
    Vector(Vec<(Series, f64)>),
    Matrix(Matrix),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum DecodeError {
    /// This is no answer of the query API.
    Foreign { status: u16, reason: String },
    /// A whole message: Prometheus' own error, or a result that cannot be used.
    Said(String),
}

#[derive(Deserialize)]
struct Envelope<'a> {
    status: String,
    #[serde(borrow)]
    data: Option<RawData<'a>>,
    #[serde(rename = "errorType", default)]
    error_type: String,
    #[serde(default)]
    error: String,
    #[serde(default)]
    warnings: Vec<String>,
    #[serde(default)]
    infos: Vec<String>,
}

#[derive(Deserialize)]
struct RawData<'a> {
    #[serde(rename = "resultType")]
    result_type: String,
    #[serde(borrow)]
    result: &'a RawValue,
}

type RawSample = (f64, String);

#[derive(Deserialize)]
struct RawSeries {
    metric: BTreeMap<String, String>,
    value: Option<RawSample>,
    #[serde(default)]
    values: Vec<RawSample>,
    histogram: Option<serde::de::IgnoredAny>,
    #[serde(default)]
    histograms: Vec<(f64, RawHistogram)>,
}

#[derive(Deserialize)]
struct RawHistogram {
    count: String,
    /// Which bounds belong to a bucket, both bounds, and what is in it.
    #[serde(default)]
    buckets: Vec<(i64, String, String, String)>,
}

/// Reads the answer of an instant or range query.
pub(super) fn answer(status: u16, body: &[u8], samples_max: usize) -> Result<Answer, DecodeError> {
    let foreign = |reason: String| DecodeError::Foreign { status, reason };
    let envelope: Envelope<'_> = match serde_json::from_slice(body) {
        Ok(envelope) => envelope,
        Err(_) if status >= 500 => return Err(foreign(format!("server error: {status}"))),
        Err(_) if status >= 400 => return Err(foreign(format!("client error: {status}"))),
        Err(_) if (300..400).contains(&status) => {
            return Err(foreign("a redirect, which is not followed".into()));
        }
        Err(error) if error.is_eof() && !body.is_empty() => {
            return Err(DecodeError::Said(format!(
                "the answer breaks off after {} bytes: truncated JSON; a retry may help",
                body.len()
            )));
        }
        Err(error) => return Err(foreign(format!("the answer is not Prometheus' JSON: {error}"))),
    };
    if envelope.status != "success" || !(200..300).contains(&status) {
        return Err(said(status, &envelope));
    }
    let Some(data) = envelope.data else {
        return Err(foreign("the answer has no `data`".into()));
    };
    let (result, native) = result(&data, samples_max)?;
    let warnings = envelope.warnings.into_iter().chain(envelope.infos).collect();
    Ok(Answer {
        result,
        native,
        warnings,
    })
}

impl Answer {
    /// The answer, when all of it is numbers. A native histogram has no single value, and leaving it out would be missing
    /// data taken for none.
    pub(super) fn numbers(self) -> Result<Self, String> {
        match self.native.first() {
            None => Ok(self),
            Some((series, _)) => Err(no_number(series)),
        }
    }
}

fn no_number(series: &Series) -> String {
    format!(
        "series {series} is a native histogram, which is no number; ask for a number of it, with histogram_quantile() or histogram_count()"
    )
}

/// An error in Prometheus' own words, and whether it is the query's or the server's fault.
fn said(status: u16, envelope: &Envelope<'_>) -> DecodeError {
    let retry = match envelope.error_type.as_str() {
        "bad_data" => "correct the query; a retry does not help",
        "execution" => "the query could not be executed; a retry seldom helps",
        "timeout" | "canceled" => "the query took too long; ask for less; a retry may help",
        _ => "a retry may help",
    };
    DecodeError::Said(format!(
        "the query was refused (HTTP status {status}, {}): {}; {retry}",
        if envelope.error_type.is_empty() {
            "no error type"
        } else {
            &envelope.error_type
        },
        if envelope.error.is_empty() {
            "no reason given"
        } else {
            &envelope.error
        },
    ))
}

fn result(data: &RawData<'_>, samples_max: usize) -> Result<(QueryResult, NativeMatrix), DecodeError> {
    let result = match data.result_type.as_str() {
        "scalar" => QueryResult::Scalar(number(&parse::<RawSample>(data)?.1)?),
        "vector" => QueryResult::Vector(vector(parse(data)?, samples_max)?),
        "matrix" => {
            let (matrix, native) = matrix(parse(data)?, samples_max)?;
            return Ok((QueryResult::Matrix(matrix), native));
        }
        _ => QueryResult::Other,
    };
    Ok((result, NativeMatrix::new()))
}

fn parse<'a, T: Deserialize<'a>>(data: &RawData<'a>) -> Result<T, DecodeError> {
    serde_json::from_str(data.result.get()).map_err(|error| {
        DecodeError::Said(format!(
            "the answer's {} cannot be read: {error}; a retry does not help",
            data.result_type
        ))
    })
}

fn vector(raw: Vec<RawSeries>, samples_max: usize) -> Result<Vec<(Series, f64)>, DecodeError> {
    bounded(raw.len(), samples_max)?;
    raw.into_iter()
        .map(|series| {
            let labels = labels(&series);
            if series.histogram.is_some() {
                return Err(DecodeError::Said(no_number(&labels)));
            }
            let (_, text) = series.value.ok_or_else(|| {
                DecodeError::Said(format!("series {labels} has no value; a retry does not help"))
            })?;
            Ok((labels, number(&text)?))
        })
        .collect()
}

fn matrix(raw: Vec<RawSeries>, samples_max: usize) -> Result<(Matrix, NativeMatrix), DecodeError> {
    let buckets = |series: &RawSeries| -> usize {
        let histograms = series.histograms.iter();
        histograms.map(|(_, histogram)| histogram.buckets.len() + 1).sum()
    };
    bounded(
        raw.iter()
            .map(|series| series.values.len() + buckets(series))
            .sum(),
        samples_max,
    )?;
    let (mut matrix, mut native) = (Matrix::new(), NativeMatrix::new());
    for series in raw {
        let labels = labels(&series);
        if !series.histograms.is_empty() {
            let samples = series.histograms.iter();
            let samples = samples.map(|(at, histogram)| Ok((time(*at)?, buckets_of(histogram)?)));
            native.push((labels.clone(), samples.collect::<Result<_, DecodeError>>()?));
        }
        if !series.values.is_empty() || series.histograms.is_empty() {
            let samples = series.values.iter();
            let samples = samples.map(|(at, text)| Ok((time(*at)?, number(text)?)));
            matrix.push((labels, samples.collect::<Result<_, DecodeError>>()?));
        }
    }
    Ok((matrix, native))
}

fn buckets_of(raw: &RawHistogram) -> Result<NativeBuckets, DecodeError> {
    let buckets = raw.buckets.iter();
    let buckets =
        buckets.map(|(_, lower, upper, count)| Ok((number(lower)?, number(upper)?, number(count)?)));
    Ok(NativeBuckets {
        count: number(&raw.count)?,
        buckets: buckets.collect::<Result<_, DecodeError>>()?,
    })
}

fn time(at: f64) -> Result<Timestamp, DecodeError> {
    Timestamp::from_seconds(at).ok_or_else(|| DecodeError::Said(format!("`{at}` is no time of a sample")))
}

fn labels(series: &RawSeries) -> Series {
    Series::new(
        series
            .metric
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str())),
    )
}

fn bounded(samples: usize, samples_max: usize) -> Result<(), DecodeError> {
    if samples <= samples_max {
        return Ok(());
    }
    Err(DecodeError::Said(format!(
        "the answer has {samples} samples, more than the limit of {samples_max}; ask for fewer series or raise the limit; a retry does not help"
    )))
}

fn number(text: &str) -> Result<f64, DecodeError> {
    text.parse()
        .map_err(|_| DecodeError::Said(format!("`{text}` is no sample's value; a retry does not help")))
}
