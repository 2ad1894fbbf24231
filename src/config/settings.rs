use std::sync::Arc;

use serin_judge::analysis;
use serin_judge::analysis::plan::PrometheusAccess;

use crate::engine::clock::SystemClock;
use crate::engine::journeys::SharedBudgets;
use crate::engine::ports::{Clock, Commands};
use crate::providers::journey::Feeds;
use crate::providers::{prometheus, scrape, web};

/// What is asked when an analysis names no Prometheus, most important first.
const PROMETHEUS_VARIABLES: [&str; 2] = ["SERIN_PROMETHEUS_ADDRESS", "ARGO_ROLLOUTS_PROMETHEUS_ADDRESS"];

/// What adapters are constructed with.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The Prometheus of documents that name none.
    pub prometheus_access: PrometheusAccess,
    /// Limits of answers from Prometheus.
    pub prometheus: prometheus::Limits,
    /// Limits of answers to web metrics.
    pub web: web::Limits,
    /// What an answer to a web metric means that is not JSON.
    pub web_text: web::Text,
    /// Limits of `/metrics` texts.
    pub scrape: scrape::Limits,
    /// Journeys that metrics and comparisons drive; shared by those of one run.
    pub journeys: Arc<Feeds>,
    /// Whether those journeys may run programs.
    pub commands: Commands,
    /// What journeys may ask for together, of all runs.
    pub budgets: Arc<SharedBudgets>,
    /// Newest measurements of one metric that are kept at most.
    pub measurements_per_metric: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            prometheus_access: PrometheusAccess::default(),
            prometheus: prometheus::Limits::default(),
            web: web::Limits::default(),
            web_text: web::Text::default(),
            scrape: scrape::Limits::default(),
            journeys: feeds(Commands::Refused),
            commands: Commands::Refused,
            budgets: Arc::default(),
            measurements_per_metric: analysis::Limits::default().measurements_per_metric,
        }
    }
}

fn feeds(commands: Commands) -> Arc<Feeds> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let prober = super::journeys::prober(Arc::clone(&clock), commands);
    Arc::new(Feeds::new(prober, clock))
}

impl Settings {
    /// Returns once nothing is under way any more that sources of runs have begun and end by themselves: journeys, with
    /// their teardown.
    pub async fn ended(&self) {
        self.journeys.ended().await;
    }

    /// The same, for a run whose sources share nothing with those of others.
    pub(super) fn of_another_run(&self) -> Self {
        Self {
            journeys: Arc::new(self.journeys.of_another_run()),
            ..self.clone()
        }
    }

    /// From a checked `Config`, and the environment where it names no Prometheus.
    #[must_use]
    pub fn new(config: Option<analysis::Settings>, environment: impl Fn(&str) -> Option<String>) -> Self {
        let mut settings = Self::default();
        if let Some(config) = config {
            settings.prometheus_access = config.prometheus.unwrap_or_default();
            settings.budgets = Arc::new(SharedBudgets::new(config.probing));
            settings.measurements_per_metric = config.limits.measurements_per_metric;
            if config.allow_commands {
                settings.commands = Commands::Allowed;
                settings.journeys = feeds(Commands::Allowed);
            }
            if config.argo_web_body {
                settings.web_text = web::Text::Successful;
            }
            settings.web.body_bytes = usize::try_from(config.limits.body_bytes).unwrap_or(usize::MAX);
        }
        if settings.prometheus_access.address.is_none() {
            settings.prometheus_access.address = PROMETHEUS_VARIABLES.into_iter().find_map(environment);
        }
        settings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_wins_over_the_environment_and_serins_variable_over_argos() {
        let both = |name: &str| Some(format!("http://{name}"));
        let argo_only = |name: &str| name.starts_with("ARGO").then(|| format!("http://{name}"));
        let address = |settings: Settings| settings.prometheus_access.address.unwrap();
        assert_eq!(
            address(Settings::new(None, both)),
            "http://SERIN_PROMETHEUS_ADDRESS"
        );
        assert_eq!(
            address(Settings::new(None, argo_only)),
            "http://ARGO_ROLLOUTS_PROMETHEUS_ADDRESS"
        );
        let access = PrometheusAccess {
            address: Some("http://own".to_owned()),
            ..PrometheusAccess::default()
        };
        let config = analysis::Settings {
            prometheus: Some(access),
            limits: analysis::Limits {
                body_bytes: 7,
                ..Default::default()
            },
            argo_web_body: true,
            ..Default::default()
        };
        let settings = Settings::new(Some(config), both);
        assert_eq!(settings.web.body_bytes, 7);
        assert_eq!(settings.web_text, web::Text::Successful);
        assert_eq!(Settings::default().web_text, web::Text::Error);
        assert_eq!(address(settings), "http://own");
    }
}
