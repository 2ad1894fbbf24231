//! Comparisons of the canary with the stable version, and where the two populations come from.

use schemars::JsonSchema;
use serde::Deserialize;

use super::kayenta::Metric;
use super::provider::PrometheusAccess;
use super::text::{Addresses, NumberOrString, StableAddresses};

/// A question about the canary population against the stable one: exactly one of `errors`, `events`, `latency`, `series`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Comparison {
    /// Unique inside the analysis.
    pub(crate) name: String,
    /// Are more requests bad?
    pub(crate) errors: Option<Errors>,
    /// Are there more events (restarts, log lines) in the same time?
    pub(crate) events: Option<Events>,
    /// Are requests slower?
    pub(crate) latency: Option<Latency>,
    /// Is a measured value higher?
    pub(crate) series: Option<Series>,
    /// How much worse is tolerated.
    pub(crate) tolerance: Option<Tolerance>,
    /// Must be shown non-inferior for a promotion. Default true, and false for `weight: info`.
    pub(crate) required: Option<bool>,
    /// Its share of the rollback statistic. Default `critical` for errors and latency, `standard` for events and series.
    pub(crate) weight: Option<Weight>,
    /// How traffic should be split between the sides; only where both sides hold all requests of their version. A split
    /// that is another one makes the verdict `inconclusive`, reason `traffic_split_mismatch`. Without it nothing is tested.
    pub(crate) traffic_split: Option<TrafficSplit>,
    /// How Kayenta's judge takes it, where it is asked.
    pub(crate) kayenta: Option<Metric>,
}

/// The canary's part of the traffic, for a sequential test of the sample ratio.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TrafficSplit {
    /// Percent of all requests that the canary should get, such as the rollout's `setWeight`; above 0, below 100.
    pub(crate) canary_weight: NumberOrString,
    /// By which part of the weight (0 to below 1) it may differ: sessions stick, and weights are rounded to instances.
    /// Default 0.1, so a weight of 5 is fine from 4.5 to 5.5.
    pub(crate) tolerance: Option<NumberOrString>,
}

/// Margins of a comparison.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Tolerance {
    /// Canary over stable that is still no regression, 1 to 100. Default 1.1.
    pub(crate) rollback: Option<NumberOrString>,
    /// Canary over stable below which the canary is good enough, at least `rollback`. Default 1.5.
    pub(crate) promote: Option<NumberOrString>,
    /// Difference of ratios (0 to 1) that is still no regression, whatever `rollback` says. Default 0.001.
    pub(crate) rollback_absolute: Option<NumberOrString>,
    /// Difference of ratios (0 to 1) that is good enough, whatever `promote` says. Default 0.002.
    pub(crate) promote_absolute: Option<NumberOrString>,
}

/// The group of a comparison.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Weight {
    /// Shares 0.8 of the rollback statistic with the other critical ones.
    Critical,
    /// Shares 0.2 with the other standard ones.
    Standard,
    /// Shown, never rolls back.
    Info,
}

/// Where request and error counts come from: exactly one.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub(crate) struct Errors {
    /// Raw counters in a Prometheus.
    pub(crate) prometheus: Option<PrometheusErrors>,
    /// Counters on `/metrics` endpoints, read directly.
    pub(crate) scrape: Option<ScrapeErrors>,
    /// Steps of a synthetic journey. No source of this version reads it.
    #[expect(dead_code, reason = "its shape is checked; no version reads it yet")]
    journey: Option<JourneySides>,
}

/// Raw counters in a Prometheus.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub(crate) struct PrometheusErrors {
    /// Where.
    #[serde(flatten)]
    pub(crate) access: PrometheusAccess,
    /// The canary's counters.
    pub(crate) canary: Counters,
    /// The stable side's counters.
    pub(crate) stable: StableCounters,
    /// Counters of more instances of stable, beside the canary, for an A/A control: how much two sides differ that are
    /// the same. It calibrates `dispersion` when there is no history.
    pub(crate) control: Option<Counters>,
}

/// Counters of the stable side.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub(crate) struct StableCounters {
    /// PromQL series selector of the counter of bad requests, without functions. With `before` the canary's when left
    /// out.
    pub(crate) bad: Option<String>,
    /// PromQL series selector of the counter of all requests, without functions. With `before` the canary's when left out.
    pub(crate) total: Option<String>,
    /// The label that tells targets apart. Default `pod`.
    pub(crate) target: Option<String>,
    /// Stable is what these counters said this long before, such as `30m`: for a service of which all traffic moves at
    /// once (blue-green, ECS). At least the deadline, so that it lies before the release. What hits the service since then
    /// counts against the canary, and the verdict says `unprotected_baseline`.
    pub(crate) before: Option<String>,
}

/// Counters of one side.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub(crate) struct Counters {
    /// PromQL series selector of the counter of bad requests, without functions.
    pub(crate) bad: String,
    /// PromQL series selector of the counter of all requests, without functions.
    pub(crate) total: String,
    /// The label that tells targets apart. Default `pod`.
    pub(crate) target: Option<String>,
}

/// Counters on `/metrics` endpoints.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub(crate) struct ScrapeErrors {
    /// The endpoints.
    #[serde(flatten)]
    pub(crate) endpoints: Endpoints,
    /// PromQL series selector of the counter of bad requests.
    pub(crate) bad: String,
    /// PromQL series selector of the counter of all requests.
    pub(crate) total: String,
}

/// A synthetic journey that drives both sides.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[expect(dead_code, reason = "its shape is checked; no version reads it yet")]
pub(crate) struct JourneySides {
    /// `metadata.name` of a Journey.
    name: String,
    /// One step of it; all steps when left out.
    step: Option<String>,
    /// Base URL of the canary.
    canary: String,
    /// Base URL of the stable side.
    stable: String,
}

/// Where counts of events come from: exactly one. They are compared by the time in which they were seen.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub(crate) struct Events {
    /// Raw counters in a Prometheus.
    pub(crate) prometheus: Option<PrometheusSelectors>,
    /// Counters on `/metrics` endpoints, read directly.
    pub(crate) scrape: Option<ScrapeSelector>,
}

/// Where latencies come from: exactly one.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub(crate) struct Latency {
    /// Steps of a synthetic journey. No source of this version reads it.
    #[expect(dead_code, reason = "its shape is checked; no version reads it yet")]
    journey: Option<JourneySides>,
    /// Raw histograms in a Prometheus.
    pub(crate) prometheus: Option<PrometheusHistograms>,
    /// Histograms on `/metrics` endpoints, read directly.
    pub(crate) scrape: Option<ScrapeHistogram>,
}

/// Where values come from: exactly one. Larger has to be worse.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub(crate) struct Series {
    /// Series in a Prometheus.
    pub(crate) prometheus: Option<PrometheusSelectors>,
    /// Series on `/metrics` endpoints, read directly.
    pub(crate) scrape: Option<ScrapeSelector>,
}

/// Series of both sides in a Prometheus.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub(crate) struct PrometheusSelectors {
    /// Where.
    #[serde(flatten)]
    pub(crate) access: PrometheusAccess,
    /// The canary's series.
    pub(crate) canary: Selector,
    /// The stable side's series.
    pub(crate) stable: StableSelector,
    /// Series of more instances of stable, beside the canary, for an A/A control.
    pub(crate) control: Option<Selector>,
}

/// Histograms of both sides in a Prometheus, classic or native.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub(crate) struct PrometheusHistograms {
    /// Where, and the sides.
    #[serde(flatten)]
    pub(crate) sides: PrometheusSelectors,
    /// In what the histograms count. Default: as the name's end says (`_seconds`, `_milliseconds`, `_microseconds`).
    pub(crate) unit: Option<Unit>,
}

/// Series of one side.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub(crate) struct Selector {
    /// PromQL series selector, without functions; of a histogram its name without `_bucket`.
    pub(crate) selector: String,
    /// The label that tells targets apart. Default `pod`.
    pub(crate) target: Option<String>,
}

/// Series of the stable side.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub(crate) struct StableSelector {
    /// PromQL series selector, without functions. With `before` the canary's when left out.
    pub(crate) selector: Option<String>,
    /// The label that tells targets apart. Default `pod`.
    pub(crate) target: Option<String>,
    /// Stable is what these series said this long before, such as `30m`; see `before` of `errors`.
    pub(crate) before: Option<String>,
}

/// A series on `/metrics` endpoints.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub(crate) struct ScrapeSelector {
    /// The endpoints.
    #[serde(flatten)]
    pub(crate) endpoints: Endpoints,
    /// PromQL series selector, without functions.
    pub(crate) selector: String,
}

/// A histogram on `/metrics` endpoints.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub(crate) struct ScrapeHistogram {
    /// The endpoints.
    #[serde(flatten)]
    pub(crate) endpoints: Endpoints,
    /// Name of the histogram, without `_bucket`; labels may follow in braces.
    pub(crate) histogram: String,
    /// In what the histogram counts. Default: as the name's end says (`_seconds`, `_milliseconds`, `_microseconds`).
    pub(crate) unit: Option<Unit>,
}

/// `/metrics` endpoints of both sides.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub(crate) struct Endpoints {
    /// The canary's `/metrics` URLs.
    pub(crate) canary: Addresses,
    /// The stable side's `/metrics` URLs.
    pub(crate) stable: StableAddresses,
    /// `/metrics` URLs of more instances of stable, for an A/A control: how much two sides differ that are the same. It
    /// calibrates `dispersion` when there is no history.
    pub(crate) control: Option<Addresses>,
    /// Of one scrape. Default 5s.
    pub(crate) timeout: Option<String>,
}

/// In what a histogram counts durations.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Unit {
    /// Seconds.
    Seconds,
    /// Milliseconds.
    Milliseconds,
    /// Microseconds.
    Microseconds,
}
