//! Numbers, times and sizes of a journey, inside what makes sense.

use std::ops::RangeInclusive;
use std::time::Duration;

use crate::analysis::node::Place;
use crate::analysis::raw::text::IntOrString;
use crate::analysis::validate::Checks;
use crate::analysis::validate::config::bytes;

/// Of anything that is waited for.
pub(in crate::analysis::validate) const TIME_MAX: Duration = Duration::from_secs(24 * 3600);

/// The default for an absent time, and for one that is refused or open.
pub(in crate::analysis::validate) fn time(
    checks: &mut Checks<'_>,
    place: &Place<'_>,
    text: Option<&str>,
    default: Duration,
    range: RangeInclusive<Duration>,
) -> Duration {
    let Some(time) = checks.duration(place, text, |error| error.to_string()) else {
        return default;
    };
    if range.contains(&time) {
        return time;
    }
    let found = format!("a time of {}", crate::analysis::duration::format(time));
    let (min, max) = (range.start(), range.end());
    let expected = format!(
        "from {} to {}",
        crate::analysis::duration::format(*min),
        crate::analysis::duration::format(*max)
    );
    checks.refuse(place, found, expected);
    default
}

/// The default for an absent number, and for one that is refused or open.
pub(in crate::analysis::validate) fn count(
    checks: &mut Checks<'_>,
    place: &Place<'_>,
    value: Option<&IntOrString>,
    default: u32,
    range: RangeInclusive<u32>,
) -> u32 {
    let Some(number) = checks.integer(place, value, i64::from(default)) else {
        return default;
    };
    match u32::try_from(number).ok().filter(|number| range.contains(number)) {
        Some(number) => number,
        None => {
            let expected = format!("from {} to {}", range.start(), range.end());
            checks.refuse(place, format!("the number {number}"), expected);
            default
        }
    }
}

/// The default for an absent size, and for one that is refused or open.
pub(in crate::analysis::validate) fn size(
    checks: &mut Checks<'_>,
    place: &Place<'_>,
    value: Option<&IntOrString>,
    default: u64,
    max: u64,
) -> u64 {
    let Some(raw) = value else { return default };
    if matches!(raw, IntOrString::Text(text) if checks.is_open(text)) {
        return default;
    }
    match bytes(raw).filter(|bytes| (1..=max).contains(bytes)) {
        Some(bytes) => bytes,
        None => {
            let found = place.node().map(|node| format!("{:?}", node.text));
            let expected = format!("a number of bytes from 1 to {max}, such as `1MiB`");
            checks.refuse(place, found.unwrap_or_default(), expected);
            default
        }
    }
}
