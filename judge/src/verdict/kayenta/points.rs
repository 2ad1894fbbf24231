use crate::counter::Counts;
use crate::verdict::{Data, Events, Latencies, Side, Window};

/// The quantile that stands for the latencies of a window, in percent.
const LATENCY_PERCENT: u64 = 99;

/// Control and experiment of the windows of one comparison and look; NaN is a missing side.
pub(super) fn of(windows: &[&Window]) -> (f64, f64) {
    (of_side(windows, Side::Stable), of_side(windows, Side::Canary))
}

fn of_side(windows: &[&Window], side: Side) -> f64 {
    let (mut counts, mut events, mut latencies) =
        (Counts::default(), Events::default(), Latencies::default());
    let (mut sum, mut values) = (0.0, 0.0);
    for window in windows
        .iter()
        .filter(|window| window.side == side && window.data.is_valid())
    {
        match &window.data {
            Data::Errors(more) => {
                counts.total = counts.total.saturating_add(more.total);
                counts.bad = counts.bad.saturating_add(more.bad);
            }
            Data::Events(more) => {
                events.events = events.events.saturating_add(more.events);
                events.exposure += more.exposure;
            }
            Data::Latency(more) => latencies.merge(more),
            Data::Series(value) => {
                sum += value;
                values += 1.0;
            }
        }
    }
    if counts.total > 0 {
        100.0 * counts.bad as f64 / counts.total as f64
    } else if events.exposure > 0.0 {
        events.events as f64 / events.exposure
    } else if latencies.total() > 0 {
        quantile(&latencies)
    } else if values > 0.0 {
        sum / values
    } else {
        f64::NAN
    }
}

/// The bound of the bucket that holds the quantile; beyond the largest bound that one.
fn quantile(latencies: &Latencies) -> f64 {
    let total = u128::from(latencies.total());
    let (mut up_to, mut last) = (0_u128, f64::NAN);
    for (bound, count) in latencies
        .histogram
        .buckets()
        .filter(|(bound, _)| bound.is_finite())
    {
        up_to += u128::from(count);
        last = bound;
        if 100 * up_to >= u128::from(LATENCY_PERCENT) * total {
            break;
        }
    }
    last
}
