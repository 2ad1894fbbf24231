//! From a plan's sources to adapters that ask them.

use std::sync::Arc;

use serin_judge::analysis::plan::{
    Comparison, ComparisonKind, JourneyMetric, JourneyPopulation, Population as Source, PrometheusAccess,
    Provider, Secret, Selection, WebRequest,
};
use serin_judge::journey::Arm;

use crate::config::{Settings, journeys};
use crate::engine::journeys::ProbeOrder;
use crate::engine::ports::{Measure, MeasureError, Population, PopulationError, SecretError, Secrets};
use crate::providers::{Unavailable, journey, prometheus, scrape, web};

/// Providers that this build has, as documents name them.
const PROVIDERS: [&str; 4] = ["prometheus", "web", "scrape", "journey"];

/// The source of one metric. One that cannot be constructed answers every measurement with the Error that says
/// why, as Argo does.
#[must_use]
pub fn measure(provider: &Provider, settings: &Settings, secrets: &dyn Secrets) -> Box<dyn Measure> {
    try_measure(provider, settings, secrets).unwrap_or_else(|error| Box::new(Unavailable::new(error.message)))
}

fn try_measure(
    provider: &Provider,
    settings: &Settings,
    secrets: &dyn Secrets,
) -> Result<Box<dyn Measure>, MeasureError> {
    Ok(match provider {
        Provider::Prometheus(query) => {
            let connection =
                connection(&query.access, settings, secrets).map_err(|message| MeasureError { message })?;
            Box::new(prometheus::PrometheusMeasure::new(
                query,
                &connection,
                settings.prometheus,
            )?)
        }
        Provider::Web(request) => Box::new(web_measure(request, settings, secrets)?),
        Provider::Scrape(query) => Box::new(scrape::ScrapeMeasure::new(query, settings.scrape)?),
        Provider::Journey(metric) => Box::new(journey_measure(metric, settings, secrets)?),
        Provider::Unavailable { kind } => Box::new(Unavailable::new(format!(
            "provider `{kind}` is not part of this build; the providers are: {}",
            PROVIDERS.join(", ")
        ))),
    })
}

fn journey_measure(
    metric: &JourneyMetric,
    settings: &Settings,
    secrets: &dyn Secrets,
) -> Result<journey::JourneyMeasure, MeasureError> {
    let failed = |message: String| MeasureError { message };
    let mut driven = (*metric.journey).clone();
    driven.schedule.interval = metric.every;
    let target = metric.target.as_ref().or(driven.target.as_ref()).cloned();
    let target = target.or_else(|| (!driven.needs_target()).then(String::new));
    let target = target.ok_or_else(|| failed(format!("journey `{}` has no target", driven.name)))?;
    let order = journeys::order(
        &Arc::new(driven),
        &[(Arm::Stable, &target)],
        secrets,
        &settings.budgets,
    )
    .map_err(failed)?;
    Ok(journey::JourneyMeasure::new(
        order,
        metric.runs,
        &settings.journeys,
    ))
}

fn web_measure(
    request: &WebRequest,
    settings: &Settings,
    secrets: &dyn Secrets,
) -> Result<web::WebMeasure, MeasureError> {
    let headers = resolve_all(&request.headers, secrets).map_err(|error| MeasureError {
        message: format!("web: {error}"),
    })?;
    web::WebMeasure::new(request, &headers, settings.web, settings.web_text)
}

/// The populations of one comparison.
///
/// # Errors
/// [`PopulationError::Refused`] when they cannot be had: a bad address or selector, a missing secret, or counts that
/// are handed in from outside.
pub fn population(
    comparison: &Comparison,
    settings: &Settings,
    secrets: &dyn Secrets,
) -> Result<Box<dyn Population>, PopulationError> {
    let name = comparison.name.as_str();
    Ok(match &comparison.population {
        Source::Prometheus {
            access,
            canary,
            stable,
            before,
            control,
        } => {
            let connection = connection(access, settings, secrets).map_err(PopulationError::Refused)?;
            let sides = prometheus::Sides {
                canary,
                stable,
                before: before.unwrap_or_default(),
                control: control.as_ref(),
            };
            in_prometheus(name, sides, &connection, settings)?
        }
        Source::Scrape {
            canary,
            stable,
            control,
            selection,
            timeout,
        } => {
            let targets = scrape::ScrapeTargets {
                canary,
                stable,
                control,
            };
            let limits = settings.scrape;
            match selection {
                Selection::Value { series } => Box::new(scrape::ScrapeSeries::new(
                    name, targets, series, *timeout, limits,
                )?),
                _ => Box::new(scrape::ScrapePopulation::new(
                    name, targets, selection, *timeout, limits,
                )?),
            }
        }
        Source::Journey(sides) => {
            let order = both_sides(sides, settings, secrets).map_err(PopulationError::Refused)?;
            let compares = match comparison.kind {
                ComparisonKind::Latency => journey::Compares::Latency(sides.step),
                _ => journey::Compares::Errors(sides.step),
            };
            Box::new(journey::JourneyPopulation::new(
                name,
                compares,
                order,
                &settings.journeys,
            ))
        }
        Source::Recorded => {
            return Err(PopulationError::Refused(format!(
                "comparison `{name}` has no source: its windows are handed in from outside"
            )));
        }
    })
}

fn in_prometheus(
    name: &str,
    sides: prometheus::Sides<'_>,
    connection: &prometheus::Connection,
    settings: &Settings,
) -> Result<Box<dyn Population>, PopulationError> {
    let limits = settings.prometheus;
    Ok(match &sides.canary.selection {
        Selection::Value { .. } => Box::new(prometheus::PrometheusSeries::new(
            name, sides, connection, limits,
        )?),
        _ => Box::new(prometheus::PrometheusPopulation::new(
            name, sides, connection, limits,
        )?),
    })
}

/// What drives a journey at both sides, and at the control if there is one.
fn both_sides(
    sides: &JourneyPopulation,
    settings: &Settings,
    secrets: &dyn Secrets,
) -> Result<ProbeOrder, String> {
    let mut targets = vec![(Arm::Stable, sides.stable.as_str()), (Arm::Canary, &sides.canary)];
    targets.extend(sides.control.as_deref().map(|url| (Arm::Control, url)));
    journeys::order(&sides.journey, &targets, secrets, &settings.budgets)
}

/// The document's access; what it leaves open comes from the settings when both mean the same address, and only
/// then: a document that names its own address must not be able to have Serin's token sent there.
fn connection(
    access: &PrometheusAccess,
    settings: &Settings,
    secrets: &dyn Secrets,
) -> Result<prometheus::Connection, String> {
    let fail = |error: SecretError| format!("prometheus: {error}");
    let own = &settings.prometheus_access;
    let address = access.address.as_ref().or(own.address.as_ref()).ok_or(
        "prometheus: no address; set it in the document, in serin.yaml at providers.prometheus.address, or in SERIN_PROMETHEUS_ADDRESS",
    )?;
    let nothing = PrometheusAccess::default();
    let own = if own.address.as_ref() == Some(address) {
        own
    } else {
        &nothing
    };
    // The document's headers come last and win.
    let mut headers = resolve_all(&own.headers, secrets).map_err(fail)?;
    headers.extend(resolve_all(&access.headers, secrets).map_err(fail)?);
    let resolve = |secret: &Secret| secrets.resolve(secret).map_err(fail);
    // A document that brings one kind of credentials brings all of them.
    let credentials = if access.bearer.is_some() || access.basic.is_some() {
        access
    } else {
        own
    };
    let basic = match &credentials.basic {
        Some((user, password)) => Some((resolve(user)?, resolve(password)?)),
        None => None,
    };
    Ok(prometheus::Connection {
        address: address.clone(),
        headers,
        bearer: credentials.bearer.as_ref().map(resolve).transpose()?,
        basic,
        timeout: access.timeout.or(own.timeout),
        insecure: access.insecure || own.insecure,
        ca: access.ca.clone().or_else(|| own.ca.clone()),
        proxies: false,
    })
}

fn resolve_all(
    headers: &[(String, Secret)],
    secrets: &dyn Secrets,
) -> Result<Vec<(String, String)>, SecretError> {
    headers
        .iter()
        .map(|(name, secret)| Ok((name.clone(), secrets.resolve(secret)?)))
        .collect()
}
