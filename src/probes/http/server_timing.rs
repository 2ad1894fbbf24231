use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, HeaderName};

/// Entries that are kept of one answer; a server that names more of them measures something else.
const ENTRIES_MAX: usize = 32;
const NAME_BYTES_MAX: usize = 64;

const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");

/// What `Server-Timing` (W3C Server Timing, section 3) tells: names and their `dur` in milliseconds. Entries without one,
/// and what is not written as it should be, are left out.
pub(super) fn durations(headers: &HeaderMap) -> Vec<(Arc<str>, Duration)> {
    // Few headers are walked through sooner than one is looked up.
    let told = headers.iter().filter(|(name, _)| **name == SERVER_TIMING);
    let texts = told.filter_map(|(_, value)| value.to_str().ok());
    texts
        .flat_map(|text| split_outside_quotes(text, ','))
        .filter_map(entry)
        .take(ENTRIES_MAX)
        .collect()
}

fn entry(text: &str) -> Option<(Arc<str>, Duration)> {
    let mut parts = split_outside_quotes(text, ';');
    let name = parts.next()?.trim();
    if name.is_empty() || name.len() > NAME_BYTES_MAX {
        return None;
    }
    let millis = parts.find_map(|part| {
        let (key, value) = part.split_once('=')?;
        let is_duration = key.trim().eq_ignore_ascii_case("dur");
        is_duration.then(|| value.trim().trim_matches('"').parse::<f64>().ok())?
    })?;
    let duration = Duration::try_from_secs_f64(millis / 1_000.0).ok()?;
    Some((Arc::from(name), duration))
}

fn split_outside_quotes(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    let mut escaped = false;
    text.split(move |character| {
        let was_escaped = std::mem::take(&mut escaped);
        match character {
            '\\' if quoted && !was_escaped => escaped = true,
            '"' if !was_escaped => quoted = !quoted,
            _ => {}
        }
        character == separator && !quoted
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<(String, Duration)> {
        let mut headers = HeaderMap::new();
        headers.insert(SERVER_TIMING, text.parse().unwrap());
        let told = durations(&headers).into_iter();
        told.map(|(name, duration)| (name.to_string(), duration))
            .collect()
    }

    #[test]
    fn durations_are_read_and_the_rest_left_out() {
        let text = r#"cache;desc="a, b; dur=9", db;dur=53.2, app;desc=x;DUR="47", bad;dur=-1, worse;dur=NaN, ;dur=1"#;
        let expected = [("db", 53_200), ("app", 47_000)];
        assert_eq!(
            told(text),
            expected.map(|(name, micros)| (name.to_owned(), Duration::from_micros(micros)))
        );
    }

    #[test]
    fn a_flood_of_entries_is_cut() {
        let text = vec!["a;dur=1"; 500].join(",");
        assert_eq!(told(&text).len(), ENTRIES_MAX);
    }
}
