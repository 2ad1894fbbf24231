//! Exactly one provider, of the two dialects.

use super::checks::Checks;
use super::{driven, prometheus, web};
use crate::analysis::diagnostic::listed;
use crate::analysis::node::Place;
use crate::analysis::plan::{Provider, ScrapeQuery};
use crate::analysis::raw::{argo, provider as serin};

/// Time for one scrape when the document does not say.
pub(super) const SCRAPE_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(5);

/// Providers that are read but not built in.
const UNAVAILABLE: [&str; 10] = [
    "kayenta",
    "datadog",
    "wavefront",
    "newRelic",
    "job",
    "cloudWatch",
    "graphite",
    "influxdb",
    "skywalking",
    "plugin",
];

pub(super) fn argo(
    checks: &mut Checks<'_>,
    raw: &argo::Provider,
    place: &Place<'_>,
    label: &str,
) -> Provider {
    match one(checks, place, label, &["prometheus", "web"]) {
        Some("prometheus") => raw
            .prometheus
            .as_ref()
            .map(|raw| prometheus::argo(checks, raw, &place.field("prometheus"), label)),
        Some("web") => raw
            .web
            .as_ref()
            .map(|raw| web::argo(checks, raw, &place.field("web"), label)),
        kind => kind.map(unavailable),
    }
    .unwrap_or_else(|| unavailable("none"))
}

pub(super) fn serin(
    checks: &mut Checks<'_>,
    raw: &serin::Provider,
    place: &Place<'_>,
    label: &str,
) -> Provider {
    match one(checks, place, label, &["prometheus", "web", "scrape", "journey"]) {
        Some("prometheus") => raw
            .prometheus
            .as_ref()
            .map(|raw| prometheus::serin(checks, raw, &place.field("prometheus"), label)),
        Some("web") => raw
            .web
            .as_ref()
            .map(|raw| web::serin(checks, raw, &place.field("web"), label)),
        Some("scrape") => raw
            .scrape
            .as_ref()
            .map(|raw| scrape(checks, raw, &place.field("scrape"), label)),
        Some("journey") => raw
            .journey
            .as_ref()
            .and_then(|raw| driven::metric(checks, raw, &place.field("journey"), label))
            .map(Provider::Journey),
        kind => kind.map(unavailable),
    }
    .unwrap_or_else(|| unavailable("none"))
}

fn unavailable(kind: &str) -> Provider {
    Provider::Unavailable { kind: kind.into() }
}

/// The key of the one provider that is given.
fn one<'k>(checks: &mut Checks<'_>, place: &Place<'_>, label: &str, available: &[&'k str]) -> Option<&'k str>
where
    'static: 'k,
{
    let entries = place.node().map(|node| node.entries()).unwrap_or_default();
    let known: Vec<&'k str> = entries
        .iter()
        .filter(|entry| !entry.value.is_null())
        .filter_map(|entry| {
            available
                .iter()
                .chain(&UNAVAILABLE)
                .find(|name| **name == entry.key)
                .copied()
        })
        .collect();
    let expected = format!("one of {}", listed(available.iter().copied()));
    match known.as_slice() {
        [] => checks.refuse(place, format!("{label}no provider specified"), expected),
        [kind] => {
            if !available.contains(kind) {
                let found = format!(
                    "{label}the provider `{kind}` is not built in: every measurement will be an Error"
                );
                checks.warn(&place.field(kind), found, expected);
            }
            return Some(kind);
        }
        [_, second, ..] => {
            let found = format!("{label}multiple providers specified");
            checks.refuse(
                &place.field(second),
                found,
                format!("only one provider; there are {}", listed(known.iter().copied())),
            );
        }
    }
    None
}

fn scrape(checks: &mut Checks<'_>, raw: &serin::Scrape, place: &Place<'_>, label: &str) -> Provider {
    let addresses = raw.addresses.list();
    checks.urls(&place.field("addresses"), &addresses, label);
    checks.selector(&place.field("series"), &raw.series, label);
    Provider::Scrape(ScrapeQuery {
        addresses,
        series: raw.series.trim().to_owned(),
        timeout: timeout(checks, raw.timeout.as_deref(), place, label),
    })
}

/// Time for one scrape.
pub(super) fn timeout(
    checks: &mut Checks<'_>,
    text: Option<&str>,
    place: &Place<'_>,
    label: &str,
) -> std::time::Duration {
    let place = place.field("timeout");
    let timeout = checks.duration(&place, text, |error| format!("{label}timeout: {error}"));
    if timeout.is_some_and(|timeout| timeout.is_zero()) {
        checks.refuse(&place, format!("{label}a timeout of 0s"), "a timeout above 0s");
    }
    timeout.unwrap_or(SCRAPE_TIMEOUT)
}
