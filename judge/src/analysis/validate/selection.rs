//! Which series a comparison reads.

use super::checks::Checks;
use crate::analysis::node::Place;
use crate::analysis::plan::{LatencyUnit, Selection, SideSelection};
use crate::analysis::raw::comparison as raw;
use crate::counter::Selector;

/// The label that tells targets apart when the document does not say.
const TARGET: &str = "pod";
/// What classic histograms put behind their name, and what is no part of the name of a histogram.
const BUCKET: &str = "_bucket";
const PARTS: [&str; 2] = ["_count", "_sum"];

/// What one selector stands for.
#[derive(Clone, Copy)]
pub(super) enum Meaning {
    /// A counter.
    Events,
    /// A histogram, in this unit when the document says it.
    Histogram(Option<raw::Unit>),
    /// A gauge.
    Value,
}

impl Meaning {
    /// The selection; `place` is of the selector's text.
    pub(super) fn selection(
        self,
        checks: &mut Checks<'_>,
        text: &str,
        place: &Place<'_>,
        label: &str,
    ) -> Selection {
        checks.selector(place, text, label);
        let text = text.trim().to_owned();
        match self {
            Self::Events => Selection::Events { events: text },
            Self::Value => Selection::Value { series: text },
            Self::Histogram(unit) => Selection::Histogram {
                unit: latency_unit(checks, unit, &text, place, label),
                histogram: text,
            },
        }
    }

    /// Of one side in a Prometheus.
    pub(super) fn side(
        self,
        checks: &mut Checks<'_>,
        selector: &str,
        of_target: Option<&str>,
        place: &Place<'_>,
        label: &str,
    ) -> SideSelection {
        SideSelection {
            selection: self.selection(checks, selector, &place.field("selector"), label),
            target: target(of_target),
        }
    }
}

/// Counters of requests of one side.
pub(super) fn counters(
    checks: &mut Checks<'_>,
    raw: &raw::Counters,
    place: &Place<'_>,
    label: &str,
) -> SideSelection {
    SideSelection {
        selection: requests(checks, (&raw.bad, &raw.total), place, label),
        target: target(raw.target.as_deref()),
    }
}

/// Counters of bad requests and of all, whose fields are at `place`.
pub(super) fn requests(
    checks: &mut Checks<'_>,
    (bad, total): (&str, &str),
    place: &Place<'_>,
    label: &str,
) -> Selection {
    checks.selector(&place.field("bad"), bad, label);
    checks.selector(&place.field("total"), total, label);
    Selection::Requests {
        bad: bad.trim().to_owned(),
        total: total.trim().to_owned(),
    }
}

/// Whether a selection still waits for an argument.
pub(super) fn is_open(checks: &Checks<'_>, selection: &Selection) -> bool {
    checks.is_open(match selection {
        Selection::Requests { total, .. } => total,
        Selection::Events { events } => events,
        Selection::Histogram { histogram, .. } => histogram,
        Selection::Value { series } => series,
    })
}

fn target(given: Option<&str>) -> String {
    given.filter(|target| !target.is_empty()).unwrap_or(TARGET).into()
}

/// In what a histogram counts, as the document or else its name says. Refuses what is no whole histogram.
fn latency_unit(
    checks: &mut Checks<'_>,
    given: Option<raw::Unit>,
    text: &str,
    place: &Place<'_>,
    label: &str,
) -> LatencyUnit {
    let given = given.map(|unit| match unit {
        raw::Unit::Seconds => LatencyUnit::Seconds,
        raw::Unit::Milliseconds => LatencyUnit::Milliseconds,
        raw::Unit::Microseconds => LatencyUnit::Microseconds,
    });
    let selector = Selector::parse(text).ok().filter(|_| !checks.is_open(text));
    let Some(selector) = selector else {
        return given.unwrap_or(LatencyUnit::Seconds);
    };
    let name = selector.name().unwrap_or_default();
    let name = name.strip_suffix(BUCKET).unwrap_or(name);
    if let Some(part) = PARTS.iter().find(|part| name.ends_with(*part)) {
        let whole = name.strip_suffix(part).unwrap_or(name);
        let found = format!("{label}`{name}` is one number of a histogram, not its buckets");
        checks.refuse(place, found, format!("the histogram's name: `{whole}`"));
        return given.unwrap_or(LatencyUnit::Seconds);
    }
    if selector.asks_for("le") {
        let found = format!("{label}a matcher on `le`");
        checks.refuse(
            place,
            found,
            "no matcher on `le`: all buckets of a histogram are read",
        );
    }
    given.or_else(|| LatencyUnit::of_name(name)).unwrap_or_else(|| {
        let found = format!("{label}nothing says in what `{text}` counts durations");
        let expected = "`unit: seconds`, `milliseconds` or `microseconds` beside it, or a name that ends with one of them";
        checks.refuse(place, found, expected);
        LatencyUnit::Seconds
    })
}
