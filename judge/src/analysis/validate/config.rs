//! The settings of a Serin.

use super::checks::Checks;
use super::prometheus;
use crate::analysis::diagnostic::Diagnostic;
use crate::analysis::documents::{Document, parse};
use crate::analysis::node::Place;
use crate::analysis::plan::Dialect;
use crate::analysis::raw::config::{self, ConfigSpec, UNUSED};
use crate::analysis::raw::serin;
use crate::analysis::raw::text::IntOrString;
use crate::analysis::settings::{Limits, Settings};

const BYTE_UNITS: [(&str, u64); 7] = [
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("kB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("B", 1),
];

pub(crate) fn settings(document: &Document, report: &mut Vec<Diagnostic>) -> Option<Settings> {
    let raw: serin::Document<ConfigSpec> = parse(document, document.node.to_json(), report)?;
    let mut checks = Checks {
        dialect: Dialect::Serin,
        draft: false,
        report,
    };
    let place = document.place().field("spec");
    for field in UNUSED {
        let place = place.field(field);
        if place.node().is_some() {
            checks.warn(
                &place,
                format!("`{field}` is not used by this version"),
                "`providers`, `limits` and `compat`, which are",
            );
        }
    }
    let prometheus_place = place.field("providers").field("prometheus");
    let compat = raw.spec.compat.unwrap_or_default();
    let prometheus = raw.spec.providers.and_then(|providers| providers.prometheus);
    Some(Settings {
        prometheus: prometheus.map(|raw| prometheus::access(&mut checks, &raw, &prometheus_place, "")),
        limits: limits(
            &mut checks,
            &raw.spec.limits.unwrap_or_default(),
            &place.field("limits"),
        ),
        argo_web_body: compat.argo_web_body.unwrap_or_default(),
    })
}

fn limits(checks: &mut Checks<'_>, raw: &config::Limits, place: &Place<'_>) -> Limits {
    let default = Limits::default();
    let unused = place.field("activeRuns");
    if raw.active_runs.is_some() {
        checks.warn(
            &unused,
            "`activeRuns` is not used by this version",
            "`bodyBytes` and `measurementsPerMetric`, which are",
        );
    }
    let kept = raw.measurements_per_metric.map(usize::try_from);
    let measurements_per_metric = match kept {
        None => default.measurements_per_metric,
        Some(Ok(kept)) if kept > 0 => kept,
        Some(_) => {
            let found = format!("the number {}", raw.measurements_per_metric.unwrap_or_default());
            checks.refuse(&place.field("measurementsPerMetric"), found, "1 or more");
            default.measurements_per_metric
        }
    };
    let body_bytes = raw
        .body_bytes
        .as_ref()
        .map_or(Some(default.body_bytes), bytes)
        .filter(|bytes| *bytes > 0);
    if body_bytes.is_none() {
        let place = place.field("bodyBytes");
        let found = place
            .node()
            .map(|node| format!("{:?}", node.text))
            .unwrap_or_default();
        checks.refuse(
            &place,
            found,
            "a number of bytes above 0, such as `1MiB` or `1048576`",
        );
    }
    Limits {
        body_bytes: body_bytes.unwrap_or(default.body_bytes),
        measurements_per_metric,
    }
}

fn bytes(raw: &IntOrString) -> Option<u64> {
    match raw {
        IntOrString::Number(bytes) => u64::try_from(*bytes).ok(),
        IntOrString::Text(text) => {
            let text = text.trim();
            let (number, scale) = BYTE_UNITS
                .iter()
                .find_map(|(unit, scale)| text.strip_suffix(unit).map(|number| (number, *scale)))
                .unwrap_or((text, 1));
            number.trim().parse::<u64>().ok()?.checked_mul(scale)
        }
    }
}
