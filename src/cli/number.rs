//! Times, ratios and probabilities as people read them.

/// A time in milliseconds: `850 us`, `80.1 ms`, `2.35 s`.
pub(in crate::cli) fn time(ms: f64) -> String {
    let (value, unit) = match ms {
        ms if ms.is_infinite() => return "-".to_owned(),
        0.0 => return "0 ms".to_owned(),
        ms if ms.abs() < 0.001 => (ms * 1e6, "ns"),
        ms if ms.abs() < 1.0 => (ms * 1e3, "us"),
        ms if ms.abs() < 10_000.0 => (ms, "ms"),
        ms => (ms / 1e3, "s"),
    };
    format!("{} {unit}", digits(value))
}

/// Three significant digits, whole from a thousand on, without a power of ten where that is readable.
pub(in crate::cli) fn digits(value: f64) -> String {
    match value.abs() {
        size if size >= 1e7 => format!("{value:.2e}"),
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 0.1 || size == 0.0 => format!("{value:.2}"),
        size if size >= 0.001 => format!("{value:.4}"),
        _ => format!("{value:.1e}"),
    }
}

/// An interval: `[79.2 ms, 80.4 ms]`; an end that is not known is two dots.
pub(in crate::cli) fn interval(lower: f64, upper: f64, shown: impl Fn(f64) -> String) -> String {
    let end = |value: f64| {
        if value.is_infinite() {
            "..".to_owned()
        } else {
            shown(value)
        }
    };
    format!("[{}, {}]", end(lower), end(upper))
}

/// The interval of something positive, whose lower end is 0 when it is not known.
pub(in crate::cli) fn positive_interval(
    value: f64,
    lower: f64,
    upper: f64,
    shown: impl Fn(f64) -> String,
) -> String {
    let is_open = lower == 0.0 && value > 0.0;
    interval(if is_open { f64::NEG_INFINITY } else { lower }, upper, shown)
}

/// A ratio: `1.21`, `inf`.
pub(in crate::cli) fn ratio(value: f64) -> String {
    if value.is_infinite() {
        "inf".to_owned()
    } else {
        digits(value)
    }
}

/// An order of a quantile: `p50`, `p99.9`.
pub(in crate::cli) fn order(p: f64) -> String {
    let percent = (p * 1e6).round() / 1e4;
    format!("p{percent}")
}

/// A share as percent: `0.50 %`.
pub(in crate::cli) fn percent(share: f64) -> String {
    format!("{} %", digits(100.0 * share))
}

/// A p-value: `p = 0.03`, `p < 0.000001`.
pub(in crate::cli) fn p_value(p: f64) -> String {
    if p < 1e-6 {
        "p < 0.000001".to_owned()
    } else {
        format!("p = {}", digits(p))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        let times = [0.0, 0.000_5, 0.85, 80.123, 999.6, 2350.0, 45_000.0, f64::INFINITY];
        assert_eq!(
            times.map(time),
            [
                "0 ms", "500 ns", "850 us", "80.1 ms", "1000 ms", "2350 ms", "45.0 s", "-"
            ]
        );
        assert_eq!([order(0.5), order(0.999), order(0.95)], ["p50", "p99.9", "p95"]);
        assert_eq!([ratio(1.214), ratio(f64::INFINITY)], ["1.21", "inf"]);
        assert_eq!(
            [p_value(0.0), p_value(0.0301), percent(0.005)],
            ["p < 0.000001", "p = 0.0301", "0.50 %"]
        );
    }
}
