//! Numbers and bars as people read them.

use std::time::Duration;

/// A part as percent: `0.42 %`. A dash when there is nothing to divide by.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "shown with three digits")]
pub(super) fn percent(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "-".to_owned();
    }
    format!("{:.2} %", 100.0 * part as f64 / whole as f64)
}

/// A count with thousands apart: `60,321`.
#[must_use]
pub(in crate::cli) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// An e-value: `0.4`, `17`, `4.6e5`.
#[must_use]
pub(super) fn evidence(value: f64) -> String {
    match value {
        value if value.is_nan() => "?".to_owned(),
        value if value >= 10_000.0 => format!("{value:.1e}"),
        value if value >= 10.0 => format!("{value:.0}"),
        value if value >= 0.01 => format!("{value:.2}"),
        0.0 => "0".to_owned(),
        value => format!("{value:.0e}"),
    }
}

/// A ratio: `1.02`, `11.3`; a dash when unknown.
#[must_use]
pub(super) fn ratio(value: Option<f64>) -> String {
    match value {
        None => "-".to_owned(),
        Some(value) if value.is_infinite() => "inf".to_owned(),
        Some(value) if value >= 10.0 => format!("{value:.1}"),
        Some(value) => format!("{value:.2}"),
    }
}

/// A duration in whole seconds: `1:05`, `1:00:05`.
#[must_use]
pub(in crate::cli) fn clock(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

/// How far an e-value has come towards its threshold, as `width` characters. The way is logarithmic, since
/// evidence multiplies: half the bar is the square root of the threshold.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "cut to 0..=width first"
)]
#[expect(clippy::cast_precision_loss, reason = "a width in characters")]
pub(super) fn bar(value: f64, threshold: f64, width: usize) -> String {
    let way = libm::log(value.max(1.0)) / libm::log(threshold.max(1.000_001));
    let filled = (way.clamp(0.0, 1.0) * width as f64) as usize;
    let filled = filled.min(width);
    format!("[{}{}]", "#".repeat(filled), ".".repeat(width - filled))
}

/// Cuts text to `width` characters; what is cut is shown by an ellipsis.
#[must_use]
pub(in crate::cli) fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().take(width.saturating_sub(3)).collect();
    format!("{kept}...")
}

/// Breaks text at blanks into lines of at most `width` characters, each after `indent` blanks.
#[must_use]
pub(in crate::cli) fn wrap(text: &str, indent: usize, width: usize) -> String {
    let mut lines = String::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && indent + line.chars().count() + 1 + word.chars().count() > width {
            lines.push_str(&format!("{}{line}\n", " ".repeat(indent)));
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push_str(&format!("{}{line}\n", " ".repeat(indent)));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(
            [count(0), count(999), count(1_000), count(60_321_555)],
            ["0", "999", "1,000", "60,321,555"]
        );
        assert_eq!([percent(1, 0), percent(3, 400)], ["-", "0.75 %"]);
        let values = [0.0, 0.000_4, 0.4, 17.2, 456_789.0, f64::NAN];
        assert_eq!(values.map(evidence), ["0", "4e-4", "0.40", "17", "4.6e5", "?"]);
        assert_eq!(
            [clock(Duration::from_secs(65)), clock(Duration::from_secs(3605))],
            ["1:05", "1:00:05"]
        );
    }

    #[test]
    fn a_bar_is_full_at_the_threshold_and_empty_at_one() {
        assert_eq!(
            [bar(0.5, 200.0, 4), bar(15.0, 200.0, 4), bar(200.0, 200.0, 4)],
            ["[....]", "[##..]", "[####]"]
        );
        assert_eq!(bar(f64::INFINITY, 200.0, 4), "[####]");
        assert_eq!(bar(f64::NAN, 200.0, 4), "[....]");
    }

    #[test]
    fn long_text_is_broken_at_blanks() {
        assert_eq!(wrap("one two three", 2, 9), "  one two\n  three\n");
        assert_eq!(cut("abcdefgh", 6), "abc...");
    }
}
