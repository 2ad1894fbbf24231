//! Numbers of a report as people read them.

use serde_json::Value;

/// A number of public JSON, which writes what is not finite as text; `None` for null.
pub(super) fn number(value: &Value) -> Option<f64> {
    match value.as_str() {
        Some("NaN") => Some(f64::NAN),
        Some("+Inf") => Some(f64::INFINITY),
        Some("-Inf") => Some(f64::NEG_INFINITY),
        _ => value.as_f64(),
    }
}

/// Three significant digits, and words for what has none.
pub(super) fn short(value: Option<f64>) -> String {
    let decimals = match value {
        None => return "unknown".to_owned(),
        Some(value) if value.is_nan() => return "unknown".to_owned(),
        Some(value) if value.is_infinite() => return "infinite".to_owned(),
        Some(value) if value.abs() >= 1e6 || (value != 0.0 && value.abs() < 0.001) => {
            return format!("{value:.1e}");
        }
        Some(value) if value.abs() >= 100.0 => return format!("{value:.0}"),
        Some(value) if value.abs() >= 10.0 => format!("{value:.1}"),
        Some(value) => format!("{value:.3}"),
    };
    decimals.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// `12345678` as `12 345 678`, with thin spaces.
pub(super) fn count(value: &Value) -> String {
    let digits = value.as_u64().unwrap_or_default().to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push('\u{2009}');
        }
        text.push(digit);
    }
    text
}

/// A part of a whole in percent; empty without a whole.
pub(super) fn percent(part: &Value, whole: &Value) -> String {
    match (part.as_f64(), whole.as_f64()) {
        (Some(part), Some(whole)) if whole > 0.0 => format!("{}\u{2009}%", short(Some(100.0 * part / whole))),
        _ => String::new(),
    }
}

/// `2026-03-01T10:00:00.123Z` as `2026-03-01 10:00:00`.
pub(super) fn time(value: &Value) -> String {
    let text = value.as_str().unwrap_or_default();
    text.get(..19).unwrap_or(text).replace('T', " ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn as_people_read_them() {
        for (value, expected) in [
            (json!(null), "unknown"),
            (json!("+Inf"), "infinite"),
            (json!("NaN"), "unknown"),
            (json!(1.0234), "1.023"),
            (json!(1.5), "1.5"),
            (json!(12.34), "12.3"),
            (json!(20), "20"),
            (json!(234.5), "234"),
            (json!(0.00012), "1.2e-4"),
            (json!(12_345_678.0), "1.2e7"),
            (json!(0), "0"),
        ] {
            assert_eq!(short(number(&value)), expected, "{value}");
        }
        assert_eq!(count(&json!(1_234_567)), "1\u{2009}234\u{2009}567");
        assert_eq!(percent(&json!(1), &json!(200)), "0.5\u{2009}%");
        assert_eq!(percent(&json!(1), &json!(0)), "");
        assert_eq!(time(&json!("2026-03-01T10:00:00.123456Z")), "2026-03-01 10:00:00");
    }
}
