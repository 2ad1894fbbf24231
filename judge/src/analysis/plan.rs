//! What a document means once it is checked: nothing here can be invalid, nothing is looked up again.

use std::time::Duration;

use crate::condition::Condition;

/// Whose rules a document follows where Argo's and Serin's differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// `argoproj.io/v1alpha1`: Argo's semantics to the letter.
    Argo,
    /// `serin.dev/v1`.
    Serin,
}

/// One analysis with its arguments filled in, ready to run.
#[derive(Clone, Debug)]
pub struct Plan {
    /// `metadata.name`, or the file's name when there is none.
    pub name: String,
    /// Whose rules apply.
    pub dialect: Dialect,
    /// `sha256:` and the hash of the analysis and its arguments: two runs with the same hash judged by the same rules.
    pub config_hash: String,
    /// In the order of the document; names are unique.
    pub metrics: Vec<Metric>,
    /// In the order of the document; names are unique.
    pub comparisons: Vec<Comparison>,
    /// How comparisons and metrics become a verdict.
    pub policy: Policy,
    /// Argo's `spec.terminate`: the run is to end at once.
    pub terminate: bool,
}

impl Plan {
    /// A plan that asks nothing, to be filled.
    #[must_use]
    pub fn empty(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            dialect: Dialect::Serin,
            config_hash: String::new(),
            metrics: Vec::new(),
            comparisons: Vec::new(),
            policy: Policy::default(),
            terminate: false,
        }
    }

    /// True when the run ends undecided after `policy.deadline`. Argo's documents know no deadline.
    #[must_use]
    pub fn has_deadline(&self) -> bool {
        self.dialect == Dialect::Serin
    }
}

/// One metric: what to ask, how often, and what the answer means.
#[derive(Clone, Debug)]
pub struct Metric {
    /// Unique inside the plan.
    pub name: String,
    /// From the end of one measurement to the next; `None` measures once.
    pub interval: Option<Duration>,
    /// From the start of the run to the first measurement.
    pub initial_delay: Duration,
    /// Measurements that count (errors do not) until the metric is complete; `None` with an interval is
    /// without end, `None` without one is 1.
    pub count: Option<u32>,
    /// Has to hold for a Successful measurement.
    pub success: Option<Condition>,
    /// Makes a measurement Failed.
    pub failure: Option<Condition>,
    /// Failed measurements that are tolerated; `None` tolerates any number (Argo's -1).
    pub failure_limit: Option<u32>,
    /// Inconclusive measurements that are tolerated.
    pub inconclusive_limit: u32,
    /// Errors in a row that are tolerated.
    pub consecutive_error_limit: u32,
    /// Successes in a row that complete the metric; 0 is off.
    pub consecutive_success_limit: u32,
    /// Measured and shown, never part of the verdict.
    pub dry_run: bool,
    /// Newest measurements that are kept; at least 1.
    pub retention: usize,
    /// How long a failure has to last without a break before it counts; zero counts at once.
    pub failing_for: Duration,
    /// What a Failed metric does to the release.
    pub on_failure: OnFailure,
    /// An absolute limit of the canary: acts at once, reason `slo_guard`.
    pub guard: bool,
    /// Whom to ask.
    pub provider: Provider,
}

impl Metric {
    /// Measurements until the metric is complete: `count`, else 1 without an interval, else without end.
    #[must_use]
    pub fn effective_count(&self) -> Option<u32> {
        self.count
            .or(if self.interval.is_none() { Some(1) } else { None })
    }
}

/// What a Failed metric does to the release.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnFailure {
    /// The verdict is `rollback`.
    #[default]
    Rollback,
    /// The verdict is `inconclusive`: somebody has to look.
    Hold,
}

/// Where a metric's value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Provider {
    /// A PromQL query.
    Prometheus(PrometheusQuery),
    /// Any HTTP endpoint.
    Web(WebRequest),
    /// Series read from `/metrics` endpoints directly.
    Scrape(ScrapeQuery),
    /// A provider this build does not have: every measurement is an Error that names it.
    Unavailable {
        /// Its key in the document, such as `datadog`.
        kind: String,
    },
}

/// A value that must not be shown, by where it is to be found.
#[derive(Clone, PartialEq, Eq)]
pub enum Secret {
    /// An environment variable.
    Env(String),
    /// A file; trailing line ends are cut off.
    File(String),
    /// The value itself, as it stood in the document.
    Value(String),
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Env(name) => write!(formatter, "Env({name})"),
            Self::File(path) => write!(formatter, "File({path})"),
            Self::Value(_) => formatter.write_str("Value(*****)"),
        }
    }
}

/// How to reach a Prometheus.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PrometheusAccess {
    /// With scheme and host; `None` takes the configured one.
    pub address: Option<String>,
    /// Sent with every request.
    pub headers: Vec<(String, Secret)>,
    /// `Authorization: Bearer`.
    pub bearer: Option<Secret>,
    /// User and password.
    pub basic: Option<(Secret, Secret)>,
    /// Of one query; 30 s when the document does not say.
    pub timeout: Option<Duration>,
    /// Certificates are not verified.
    pub insecure: bool,
    /// Path of a PEM file of further trusted roots.
    pub ca: Option<String>,
}

/// A PromQL query as a metric.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrometheusQuery {
    /// Where.
    pub access: PrometheusAccess,
    /// PromQL.
    pub query: String,
    /// A range query when given.
    pub range: Option<RangeQuery>,
}

/// The range of a range query; start and end are expressions that yield a time, evaluated at each measurement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RangeQuery {
    /// Such as `now() - duration("1h")`.
    pub start: String,
    /// Such as `now()`.
    pub end: String,
    /// Resolution.
    pub step: Duration,
}

/// One HTTP request as a metric.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebRequest {
    /// `GET` when the document does not say.
    pub method: String,
    /// Absolute.
    pub url: String,
    /// Sent as given.
    pub headers: Vec<(String, Secret)>,
    /// Sent as given; never with GET.
    pub body: Option<String>,
    /// Sent as compact JSON with its content type; never with GET, never with `body`.
    pub json_body: Option<serde_json::Value>,
    /// Kubernetes' dialect, such as `{$.data.ok}`; `{$}` is the whole.
    pub json_path: String,
    /// Of the whole exchange; 10 s when the document does not say.
    pub timeout: Duration,
    /// Certificates are not verified.
    pub insecure: bool,
}

/// Current values of series on `/metrics` endpoints as a metric.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScrapeQuery {
    /// URLs of `/metrics` endpoints; at least one.
    pub addresses: Vec<String>,
    /// A PromQL series selector, such as `process_resident_memory_bytes{job="api"}`.
    pub series: String,
    /// Of one scrape.
    pub timeout: Duration,
}

/// A question about the canary population against the stable one.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// Unique inside the plan.
    pub name: String,
    /// Where the two populations come from.
    pub population: Population,
    /// How much worse is tolerated.
    pub tolerance: Tolerance,
    /// Must be shown non-inferior for a promotion.
    pub required: bool,
    /// Its share of the rollback statistic.
    pub weight: Weight,
}

/// Where request and error counts of both sides come from.
#[derive(Clone, Debug, PartialEq)]
pub enum Population {
    /// Raw samples of counters in a Prometheus.
    Prometheus {
        /// Where.
        access: PrometheusAccess,
        /// The canary's counters.
        canary: CounterSelectors,
        /// The stable side's counters.
        stable: CounterSelectors,
    },
    /// Counters read from `/metrics` endpoints directly.
    Scrape {
        /// The canary's `/metrics` URLs; at least one.
        canary: Vec<String>,
        /// The stable side's `/metrics` URLs; at least one.
        stable: Vec<String>,
        /// PromQL series selector of the counter of bad requests.
        bad: String,
        /// PromQL series selector of the counter of all requests.
        total: String,
        /// Of one scrape.
        timeout: Duration,
    },
    /// Counts are handed in from outside (recorded windows, simulations).
    Recorded,
}

/// Raw counters of one side in a Prometheus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CounterSelectors {
    /// PromQL series selector of the counter of bad requests.
    pub bad: String,
    /// PromQL series selector of the counter of all requests.
    pub total: String,
    /// The label that tells targets apart.
    pub target: String,
}

/// Margins of one comparison: `rollback <= promote`, both for ratios and for differences.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tolerance {
    /// Canary over stable that is still no regression, in [1, 100].
    pub rollback: f64,
    /// Canary over stable below which the canary is good enough, in (1, 100].
    pub promote: f64,
    /// Difference of ratios (0..1) that is still no regression, whatever the ratio says.
    pub rollback_absolute: f64,
    /// Difference of ratios (0..1) below which the canary is good enough, whatever the ratio says.
    pub promote_absolute: f64,
}

impl Default for Tolerance {
    /// Defaults for error rates.
    fn default() -> Self {
        Self {
            rollback: 1.1,
            promote: 1.5,
            rollback_absolute: 0.001,
            promote_absolute: 0.002,
        }
    }
}

/// The group of a comparison: critical ones share 0.8 of the rollback statistic, standard ones 0.2, info none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Weight {
    /// Shares 0.8 with the other critical ones.
    #[default]
    Critical,
    /// Shares 0.2 with the other standard ones.
    Standard,
    /// Shown, never rolls back.
    Info,
}

/// How evidence becomes a verdict.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Policy {
    /// Probability of a false rollback over the whole run, in (0, 0.5].
    pub false_rollback: f64,
    /// Probability of a false promotion over the whole run, in (0, 0.5].
    pub false_promotion: f64,
    /// Length of a window.
    pub window: Duration,
    /// Windows that start earlier than this after the start are never judged.
    pub burn_in: Duration,
    /// No promotion earlier than this after the start.
    pub minimum_duration: Duration,
    /// Canary requests before a promotion.
    pub minimum_requests: u64,
    /// Canary events before a rollback.
    pub minimum_events: u64,
    /// The run is undecided when this has passed since its start, by the wall clock.
    pub deadline: Duration,
    /// How the rollback error is spent over time.
    pub alpha_spending: AlphaSpending,
    /// A new component of evidence starts this often; `None` never.
    pub restart_interval: Option<Duration>,
    /// Factor by which real traffic varies more than independent requests.
    pub dispersion: Dispersion,
    /// What to do at the deadline when data was fine but not enough.
    pub on_inconclusive: OnInconclusive,
    /// Lowest part (0..1) of stable's requests gone wrong at which stable itself counts as unhealthy when
    /// nothing is known of its normal range; 1 is never.
    pub stable_error_limit: f64,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            false_rollback: 0.01,
            false_promotion: 0.05,
            window: Duration::from_secs(10),
            burn_in: Duration::from_secs(120),
            minimum_duration: Duration::from_secs(300),
            minimum_requests: 500,
            minimum_events: 3,
            deadline: Duration::from_secs(1800),
            alpha_spending: AlphaSpending::Hybrid,
            restart_interval: Some(Duration::from_secs(300)),
            dispersion: Dispersion::Auto,
            on_inconclusive: OnInconclusive::Hold,
            stable_error_limit: 0.2,
        }
    }
}

/// How the rollback error is spent over time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AlphaSpending {
    /// Half on continuous looks, half on one test at the deadline.
    #[default]
    Hybrid,
    /// All on continuous looks.
    Anytime,
    /// Lan-DeMets spending of O'Brien-Fleming's shape over the time to the deadline.
    ObrienFleming,
}

/// The dispersion factor's source.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Dispersion {
    /// From history, else a control, else the default factor of the method.
    #[default]
    Auto,
    /// A fixed factor, at least 1.
    Fixed(f64),
}

/// What to do at the deadline when data was fine but not enough.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnInconclusive {
    /// `inconclusive`.
    #[default]
    Hold,
    /// `rollback`.
    Rollback,
    /// `promote`.
    Promote,
}
