//! The settings of a Serin.

mod callers;
mod limits;
mod period;

pub(super) use limits::bytes;

use std::net::SocketAddr;
use std::time::Duration;

use super::checks::Checks;
use super::journey::budgets;
use super::prometheus;
use super::secrets::secret;
use crate::analysis::diagnostic::Diagnostic;
use crate::analysis::documents::{Document, parse};
use crate::analysis::node::Place;
use crate::analysis::plan::Dialect;
use crate::analysis::plan::journey::Budget;
use crate::analysis::raw::config::{self, ConfigSpec};
use crate::analysis::raw::serin;
use crate::analysis::settings::{Hook, HookEvent, Log, Retention, Settings};

const SQLITE: &str = "sqlite://";
const GIVE_UP_AFTER: Duration = Duration::from_secs(24 * 3600);

pub(crate) fn settings(document: &Document, report: &mut Vec<Diagnostic>) -> Option<Settings> {
    let raw: serin::Document<ConfigSpec> = parse(document, document.node.to_json(), report)?;
    let mut checks = Checks {
        dialect: Dialect::Serin,
        draft: false,
        documents: None,
        report,
    };
    let (raw, place) = (raw.spec, document.place().field("spec"));
    Some(checked(&mut checks, &raw, &place))
}

fn checked(checks: &mut Checks<'_>, raw: &ConfigSpec, place: &Place<'_>) -> Settings {
    let default = Settings::default();
    let tokens = callers::tokens(checks, raw.tokens.as_deref(), &place.field("tokens"));
    let has_tokens = raw.tokens.as_ref().is_some_and(|tokens| !tokens.is_empty());
    let listen = raw.listen.as_deref().and_then(|text| {
        let place = place.field("listen");
        callers::listen(checks, text, has_tokens, &place)
    });
    let prometheus = raw
        .providers
        .as_ref()
        .and_then(|providers| providers.prometheus.as_ref());
    let prometheus_place = place.field("providers").field("prometheus");
    let repeat_for = raw.gates.as_ref().and_then(|gates| gates.repeat_for.as_deref());
    let repeat_place = place.field("gates").field("repeatFor");
    let budget = raw.probing.as_ref().and_then(|probing| probing.budget.as_ref());
    let budget_place = place.field("probing").field("budget");
    let raw_limits = raw.limits.clone().unwrap_or_default();
    Settings {
        listen: listen.unwrap_or(default.listen),
        public_url: public_url(checks, raw, place),
        store_url: store(checks, raw, place).unwrap_or(default.store_url),
        analyses: analyses(checks, raw, place),
        tokens,
        hooks: hooks(checks, raw, place),
        repeat_for: period::period(checks, &repeat_place, repeat_for).unwrap_or(default.repeat_for),
        prometheus: prometheus.map(|raw| prometheus::access(checks, raw, &prometheus_place, "")),
        probing: budget.map_or_else(Budget::default, |raw| budgets::budget(checks, raw, &budget_place)),
        modules: modules(checks, raw, place),
        limits: limits::limits(checks, &raw_limits, &place.field("limits")),
        retention: retention(checks, raw.retention.as_ref(), &place.field("retention")),
        log: log(raw.log.as_ref()),
        allow_commands: raw
            .probes
            .and_then(|probes| probes.allow_commands)
            .unwrap_or_default(),
        argo_web_body: raw
            .compat
            .and_then(|compat| compat.argo_web_body)
            .unwrap_or_default(),
    }
}

fn public_url(checks: &mut Checks<'_>, raw: &ConfigSpec, place: &Place<'_>) -> Option<String> {
    let url = raw.public_url.as_deref()?;
    checks.url(&place.field("publicUrl"), url, "");
    Some(url.trim_end_matches('/').to_owned())
}

fn store(checks: &mut Checks<'_>, raw: &ConfigSpec, place: &Place<'_>) -> Option<String> {
    let url = &raw.store.as_ref()?.url;
    let is_known = url.strip_prefix(SQLITE).is_some_and(|path| !path.is_empty());
    if !is_known {
        let found = match url.split_once("://") {
            Some((scheme @ ("postgres" | "postgresql"), _)) => {
                format!("a store in {scheme}, which this version does not have")
            }
            _ => format!("{url:?}"),
        };
        checks.refuse(
            &place.field("store").field("url"),
            found,
            "`sqlite://` and the path of a file, such as `sqlite://serin.db` or `sqlite:///var/lib/serin/serin.db`",
        );
    }
    is_known.then(|| url.clone())
}

fn analyses(checks: &mut Checks<'_>, raw: &ConfigSpec, place: &Place<'_>) -> Vec<String> {
    let paths = raw.analyses.clone().unwrap_or_default();
    let place = place.field("analyses");
    for (at, path) in paths.iter().enumerate().filter(|(_, path)| path.is_empty()) {
        checks.refuse(
            &place.item(at),
            format!("{path:?}"),
            "the path of a file or a folder",
        );
    }
    paths
}

fn modules(checks: &mut Checks<'_>, raw: &ConfigSpec, place: &Place<'_>) -> Option<String> {
    let path = raw.probing.as_ref()?.modules.as_ref()?;
    if path.trim().is_empty() {
        let place = place.field("probing").field("modules");
        checks.refuse(&place, format!("{path:?}"), "the path of a module file");
    }
    Some(path.clone())
}

fn hooks(checks: &mut Checks<'_>, raw: &ConfigSpec, place: &Place<'_>) -> Vec<Hook> {
    let raw = raw.hooks.as_deref().unwrap_or_default();
    let place = place.field("hooks");
    callers::names(checks, raw.iter().map(|hook| hook.name.as_str()), &place, "hook");
    let each = raw.iter().enumerate();
    each.filter_map(|(at, raw)| hook(checks, raw, &place.item(at)))
        .collect()
}

fn hook(checks: &mut Checks<'_>, raw: &config::Hook, place: &Place<'_>) -> Option<Hook> {
    checks.url(&place.field("url"), &raw.url, "");
    let signing = secret(checks, &raw.secret, &place.field("secret"), "");
    let previous = raw.previous_secret.as_ref();
    let previous_secret = previous.and_then(|raw| secret(checks, raw, &place.field("previousSecret"), ""));
    let give_up_place = place.field("giveUpAfter");
    let give_up_after = period::period(checks, &give_up_place, raw.give_up_after.as_deref());
    let events = raw.events.clone().unwrap_or_else(|| vec![HookEvent::RunFinished]);
    if events.is_empty() {
        let expected = "one of `run.started`, `run.stage` and `run.finished`";
        checks.refuse(&place.field("events"), "no event", expected);
    }
    Some(Hook {
        name: raw.name.clone(),
        url: raw.url.clone(),
        secret: signing?,
        previous_secret,
        events,
        give_up_after: give_up_after.unwrap_or(GIVE_UP_AFTER),
    })
}

fn retention(checks: &mut Checks<'_>, raw: Option<&config::Retention>, place: &Place<'_>) -> Retention {
    let default = Retention::default();
    let text = |part: fn(&config::Retention) -> Option<&str>| raw.and_then(part);
    let (runs, windows) = (
        text(|raw| raw.runs.as_deref()),
        text(|raw| raw.windows.as_deref()),
    );
    let runs = period::period(checks, &place.field("runs"), runs).unwrap_or(default.runs);
    let given = period::period(checks, &place.field("windows"), windows);
    if let Some(windows) = given.filter(|windows| *windows > runs) {
        checks.warn(
            &place.field("windows"),
            format!(
                "windows that are kept longer ({}s) than their runs ({}s)",
                windows.as_secs(),
                runs.as_secs()
            ),
            "at most what `runs` says: windows go with their run",
        );
    }
    Retention {
        runs,
        windows: given.unwrap_or(default.windows).min(runs),
    }
}

fn log(raw: Option<&config::Log>) -> Log {
    let default = Log::default();
    Log {
        format: raw.and_then(|raw| raw.format).unwrap_or(default.format),
        level: raw.and_then(|raw| raw.level).unwrap_or(default.level),
    }
}

/// Whether only this machine can reach it.
pub(super) fn is_loopback(address: &SocketAddr) -> bool {
    address.ip().to_canonical().is_loopback()
}
