use std::time::Duration;

use reqwest::header::{HeaderMap, RETRY_AFTER};
use serin_judge::time::Timestamp;

/// How long a receiver wants to be left alone: seconds, or a date (RFC 9110, section 10.2.3). What is neither counts as
/// not there.
pub(super) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let date = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
    Some(Timestamp::from_micros(date.as_microsecond()).since(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_dates() {
        let now = Timestamp::parse("2026-11-21T18:00:00Z").unwrap();
        let wait = |text: &str| {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, text.parse().unwrap())]);
            retry_after(&headers, now).map(|wait| wait.as_secs())
        };
        assert_eq!(wait("120"), Some(120));
        assert_eq!(wait("Sat, 21 Nov 2026 18:02:30 GMT"), Some(150));
        assert_eq!(wait("Sat, 21 Nov 2026 17:00:00 GMT"), Some(0), "in the past");
        for text in ["", "-1", "soon", "1.5", "Sun, 21 Nov 2026 18:02:30 GMT"] {
            assert_eq!(wait(text), None, "{text:?}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }
}
