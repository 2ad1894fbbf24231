//! What a window holds.

use super::check::Checking;
use super::value::finite;
use super::{ScriptedWindow, Seen, raw};
use crate::analysis::node::Place;
use crate::analysis::plan::ComparisonKind;
use crate::counter::Counts;
use crate::histogram::Histogram;

/// One window of a comparison of this kind; `None` when something is wrong with it.
pub(super) fn window(
    checking: &mut Checking<'_>,
    window: &raw::Window,
    kind: ComparisonKind,
    place: &Place<'_>,
) -> Option<ScriptedWindow> {
    if window.error.is_some() && (window.canary.is_some() || window.stable.is_some()) {
        let expected = "`error`, or sides that could be read";
        checking
            .report
            .push(place.field("error").error("a side beside an error", expected));
        return None;
    }
    let mut side = |name: &str, side: &Option<raw::Side>| match side {
        None => Some(None),
        Some(side) => {
            let place = place.field(name);
            match seen(side, kind, &place) {
                Ok(seen) => Some(Some(seen)),
                Err((found, expected)) => {
                    checking.report.push(place.error(found, expected));
                    None
                }
            }
        }
    };
    let (canary, stable) = (side("canary", &window.canary), side("stable", &window.stable));
    Some(ScriptedWindow {
        canary: canary?,
        stable: stable?,
        error: window.error.clone(),
    })
}

type Wrong = (String, &'static str);

/// One side; what was found, and what was expected of this kind of comparison.
fn seen(side: &raw::Side, kind: ComparisonKind, place: &Place<'_>) -> Result<Seen, Wrong> {
    let expected = match kind {
        ComparisonKind::Errors => "`total` and `bad`, at most as many",
        ComparisonKind::Events => "`events` and `exposure`, above 0 where there are events",
        ComparisonKind::Latency => "`histogram` as [[upperBoundMs, count], ...], and `timeouts` or not",
        ComparisonKind::Series => "`value`, a finite number",
    };
    let keys = place.node().map(|node| node.entries()).unwrap_or_default();
    let allowed: &[&str] = match kind {
        ComparisonKind::Errors => &["total", "bad"],
        ComparisonKind::Events => &["events", "exposure"],
        ComparisonKind::Latency => &["histogram", "timeouts"],
        ComparisonKind::Series => &["value"],
    };
    if let Some(other) = keys.iter().find(|entry| !allowed.contains(&entry.key.as_str())) {
        return Err((format!("`{}` in a comparison of {kind:?}", other.key), expected));
    }
    match (kind, side) {
        (
            ComparisonKind::Errors,
            raw::Side {
                total: Some(total),
                bad: Some(bad),
                ..
            },
        ) if bad > total => Err((format!("{bad} bad of {total} requests"), expected)),
        (
            ComparisonKind::Errors,
            raw::Side {
                total: Some(total),
                bad: Some(bad),
                ..
            },
        ) => Ok(Seen::Errors(Counts {
            total: *total,
            bad: *bad,
        })),
        (
            ComparisonKind::Events,
            raw::Side {
                events: Some(events),
                exposure: Some(exposure),
                ..
            },
        ) if *exposure > 0.0 || *exposure == 0.0 && *events == 0 => Ok(Seen::Events {
            events: *events,
            exposure: *exposure,
        }),
        (ComparisonKind::Latency, _) => Ok(Seen::Latency {
            histogram: histogram(place).map_err(|found| (found, expected))?,
            timeouts: side.timeouts.unwrap_or(0),
        }),
        (
            ComparisonKind::Series,
            raw::Side {
                value: Some(value), ..
            },
        ) if value.is_finite() => Ok(Seen::Series(*value)),
        _ => Err(("a side that is not complete".to_owned(), expected)),
    }
}

fn histogram(place: &Place<'_>) -> Result<Histogram, String> {
    let place = place.field("histogram");
    let node = place.node().ok_or("a side without `histogram`")?;
    serde_json::from_value(finite(node)).map_err(|error| error.to_string())
}
