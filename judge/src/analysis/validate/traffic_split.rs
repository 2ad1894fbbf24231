//! How traffic should be split between the sides.

use super::checks::Checks;
use crate::analysis::node::Place;
use crate::analysis::plan::{ComparisonKind, TrafficSplit};
use crate::analysis::raw::comparison as raw;

/// By which part of the weight the split may differ when the document does not say.
const TOLERANCE: f64 = 0.1;

/// `None` when something is wrong with it, or open.
pub(super) fn split(
    checks: &mut Checks<'_>,
    raw: &raw::TrafficSplit,
    kind: ComparisonKind,
    place: &Place<'_>,
    label: &str,
) -> Option<TrafficSplit> {
    if !matches!(kind, ComparisonKind::Errors | ComparisonKind::Latency) {
        let found = format!("{label}`trafficSplit` where no requests are counted");
        checks.refuse(
            place,
            found,
            "`trafficSplit` of a comparison of `errors` or `latency`",
        );
        return None;
    }
    let weight = checks.number_in(
        &place.field("canaryWeight"),
        Some(&raw.canary_weight),
        0.0,
        |weight| weight > 0.0 && weight < 100.0,
        "percent of the traffic, above 0, below 100",
    );
    let tolerance = checks.number_in(
        &place.field("tolerance"),
        raw.tolerance.as_ref(),
        TOLERANCE,
        |tolerance| (0.0..1.0).contains(&tolerance),
        "a part of the weight, from 0 to below 1",
    );
    let (canary_share, tolerance) = (weight? / 100.0, tolerance?);
    if canary_share * (1.0 + tolerance) >= 1.0 {
        let found = format!(
            "{label}a canaryWeight of {} with a tolerance of {tolerance}: all traffic would be tolerated",
            100.0 * canary_share
        );
        let field = if raw.tolerance.is_some() {
            "tolerance"
        } else {
            "canaryWeight"
        };
        checks.refuse(
            &place.field(field),
            found,
            "a tolerance that leaves stable some traffic",
        );
        return None;
    }
    Some(TrafficSplit {
        canary_share,
        tolerance,
    })
}
