//! What may be asked for: of each target, and of all together.

use super::IN_FLIGHT_MAX;
use super::amounts::count;
use crate::analysis::node::Place;
use crate::analysis::plan::journey::{Allowance, Budget, Schedule};
use crate::analysis::raw::journey as raw;
use crate::analysis::validate::Checks;

/// Beyond this a rate is a mistake.
const RATE_MAX: f64 = 1_000_000.0;

/// Of a journey, or of all journeys of a process.
pub(in crate::analysis::validate) fn budget(
    checks: &mut Checks<'_>,
    raw: &raw::Budget,
    place: &Place<'_>,
) -> Budget {
    if raw.per_target.is_none() && raw.in_all.is_none() {
        checks.refuse(place, "no limit", "`perTarget`, `inAll`, or both");
    }
    let mut of = |raw: Option<&raw::Allowance>, key| {
        raw.map_or_else(Allowance::default, |raw| {
            allowance(checks, raw, &place.field(key))
        })
    };
    Budget {
        per_target: of(raw.per_target.as_ref(), "perTarget"),
        in_all: of(raw.in_all.as_ref(), "inAll"),
    }
}

fn allowance(checks: &mut Checks<'_>, raw: &raw::Allowance, place: &Place<'_>) -> Allowance {
    if raw.requests_per_second.is_none() && raw.max_in_flight.is_none() {
        checks.refuse(place, "no limit", "`requestsPerSecond`, `maxInFlight`, or both");
    }
    let rate = raw.requests_per_second.as_ref();
    let requests_per_second = rate.and_then(|rate| {
        checks.number_in(
            &place.field("requestsPerSecond"),
            Some(rate),
            RATE_MAX,
            |rate| rate > 0.0 && rate <= RATE_MAX,
            "requests a second above 0, at most 1000000",
        )
    });
    let in_flight_max = raw.max_in_flight.as_ref().map(|number| {
        let place = place.field("maxInFlight");
        count(checks, &place, Some(number), IN_FLIGHT_MAX, 1..=IN_FLIGHT_MAX) as usize
    });
    Allowance {
        requests_per_second,
        in_flight_max,
    }
}

/// A schedule that asks one target for more than the budget has misses starts for ever.
pub(super) fn warn_if_too_small(
    checks: &mut Checks<'_>,
    budget: &Budget,
    schedule: &Schedule,
    steps: usize,
    place: &Place<'_>,
) {
    #[expect(clippy::cast_precision_loss, reason = "steps of one journey")]
    let wanted = steps as f64 / schedule.interval.as_secs_f64();
    for (allowance, key) in [(budget.per_target, "perTarget"), (budget.in_all, "inAll")] {
        if let Some(rate) = allowance.requests_per_second.filter(|rate| *rate < wanted) {
            checks.warn(
                &place.field("budget").field(key).field("requestsPerSecond"),
                format!("{rate} requests a second, while the schedule asks for {wanted:.1}"),
                "as many as the steps of all starts, or a longer `schedule.interval`; other starts will be missed",
            );
        }
    }
}
