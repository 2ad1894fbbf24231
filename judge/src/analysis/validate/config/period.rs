//! Durations of settings, which may be days.

use std::time::Duration;

use super::super::checks::Checks;
use crate::analysis::duration;
use crate::analysis::node::Place;

const DAY_SECONDS: u64 = 86_400;

/// `None` for an absent one, and for one that is refused.
pub(super) fn period(checks: &mut Checks<'_>, place: &Place<'_>, text: Option<&str>) -> Option<Duration> {
    let text = text?;
    match parse(text) {
        Ok(period) if !period.is_zero() => return Some(period),
        Ok(_) => checks.refuse(
            place,
            format!("{text:?}"),
            "a duration above 0, such as `90d` or `30s`",
        ),
        Err(error) => checks.refuse(place, error, "a duration such as `90d`, `1d12h` or `30s`"),
    }
    None
}

/// As Go writes durations, with whole days before that: nobody keeps data for 2160 hours.
fn parse(text: &str) -> Result<Duration, String> {
    let (days, rest) = match text.split_once('d') {
        Some((days, rest)) => (Some(days), rest),
        None => (None, text),
    };
    let invalid = || format!("invalid duration {text:?}");
    let days = match days {
        Some(days) if days.bytes().all(|byte| byte.is_ascii_digit()) => {
            days.parse::<u64>().map_err(|_| invalid())?
        }
        Some(_) => return Err(invalid()),
        None => 0,
    };
    let rest = match rest {
        "" if days > 0 => Duration::ZERO,
        rest => duration::parse(rest).map_err(|error| error.to_string())?,
    };
    // More than a million days is no period but a slip, and would not fit into a time.
    let seconds = Some(days).filter(|days| *days <= 1_000_000).ok_or_else(invalid)? * DAY_SECONDS;
    Ok(Duration::from_secs(seconds) + rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_go_before_the_rest() {
        let seconds = |text: &str| parse(text).map(|period| period.as_secs());
        assert_eq!(seconds("90d"), Ok(90 * 86_400));
        assert_eq!(seconds("1d12h"), Ok(36 * 3600));
        assert_eq!(seconds("1m30s"), Ok(90));
        for wrong in [
            "d",
            "1.5d",
            "-1d",
            "12h1d",
            "1dd",
            "90",
            "soon",
            "9999999d",
            "99999999999999999999d",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
