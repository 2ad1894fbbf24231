use super::report::{ComparisonReport, Decision, QuantileReport};

/// The report in one plain sentence.
pub(super) fn describe(report: &ComparisonReport) -> String {
    if report.n_canary == 0 || report.n_stable == 0 {
        return "Nothing has been compared yet: no window had requests on both sides.".to_owned();
    }
    let outcome = match report.decision {
        Decision::Regressed => "the canary is worse than tolerated",
        Decision::Noninferior => "the canary is good enough",
        Decision::Undecided => "not decided yet",
    };
    let what = match (report.kind, report.quantile) {
        ("latency", Some(quantile)) => slow(report, &quantile),
        ("events", _) => format!(
            "{} events on the canary in an exposure of {} against {} in {} on stable",
            report.events_canary, report.n_canary, report.events_stable, report.n_stable,
        ),
        ("series", _) => format!("{} pairs of values", report.n_canary),
        _ => format!(
            "{} of {} canary requests went wrong ({}) against {} of {} on stable ({})",
            report.events_canary,
            report.n_canary,
            percent(report.events_canary, report.n_canary),
            report.events_stable,
            report.n_stable,
            percent(report.events_stable, report.n_stable),
        ),
    };
    format!("{what}{}: {outcome}.", ratio(report))
}

fn slow(report: &ComparisonReport, quantile: &QuantileReport) -> String {
    let ms = |value: f64| {
        if value.is_finite() {
            format!("{value:.0} ms")
        } else {
            "beyond every bound".to_owned()
        }
    };
    format!(
        "p{} of {} canary requests is {} against {} of {} on stable",
        shortest(100.0 * quantile.part),
        report.n_canary,
        ms(quantile.canary_ms),
        ms(quantile.stable_ms),
        report.n_stable,
    )
}

/// `99.7` and not `99.70000000000001`.
fn shortest(percent: f64) -> f64 {
    (percent * 10.0).round() / 10.0
}

/// Three significant digits where they matter, so that 0.004% is not shown as 0.00%.
fn percent(part: u64, whole: u64) -> String {
    let percent = 100.0 * part as f64 / whole as f64;
    let decimals = match percent {
        p if p >= 10.0 => 1,
        p if p >= 0.1 || p == 0.0 => 2,
        _ => 4,
    };
    format!("{percent:.decimals$}%")
}

fn ratio(report: &ComparisonReport) -> String {
    let (Some(estimate), Some(interval)) = (report.estimate, report.interval) else {
        return String::new();
    };
    if !estimate.is_finite() {
        return String::new();
    }
    let limits = match (interval.lower > 0.0, interval.upper.is_finite()) {
        (true, true) => format!("between {:.2} and {:.2}", interval.lower, interval.upper),
        (true, false) => format!("at least {:.2}", interval.lower),
        (false, true) => format!("at most {:.2}", interval.upper),
        (false, false) => return format!(", a ratio of {estimate:.2}"),
    };
    format!(
        ", a ratio of {estimate:.2} ({limits} with {:.0}% confidence)",
        100.0 * interval.level
    )
}
