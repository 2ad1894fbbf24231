//! The comparison of two recordings for people at a terminal.

use console::{Style, style};
use serin_judge::stats::distribution::Distribution;
use serin_judge::stats::two_recordings::{Quantile, QuantilePair, TwoRecordings};

use super::compared::{Compared, Errors, Outcome, Ratio, Shows};
use super::picture;
use super::sentence::sentence;
use crate::cli::number::{interval, order, p_value, percent, positive_interval, ratio, time};
use crate::cli::screen::{count, wrap};

const WIDTH: usize = 96;

/// The report: the result first, then the numbers.
pub(super) fn report(compared: &Compared) -> String {
    let (colour, word) = match compared.outcome {
        Outcome::Regression => (Style::new().red().bold(), "REGRESSION"),
        Outcome::Improvement => (Style::new().green().bold(), "IMPROVEMENT"),
        Outcome::Same => (Style::new().green().bold(), "SAME"),
        Outcome::Undecided => (Style::new().yellow().bold(), "UNDECIDED"),
    };
    let mut text = format!("{}\n", colour.apply_to(word));
    text.push_str(&wrap(&sentence(compared), 2, WIDTH));
    text.push('\n');
    for (name, (file, recording)) in ["A", "B"].into_iter().zip(&compared.sides) {
        let series = recording
            .series
            .as_ref()
            .map_or_else(String::new, |series| format!(", {series}"));
        text.push_str(&format!(
            "  {name}  {} ({}{series})\n",
            style(file).bold(),
            recording.format
        ));
    }
    text.push_str(&table(compared));
    if let Some(found) = &compared.latencies {
        text.push_str(&effect(found));
    }
    if let Some(sides) = compared.distributions() {
        text.push('\n');
        text.push_str(&picture::rows(sides));
    }
    text.push('\n');
    for remark in &compared.remarks {
        text.push_str(&wrap(&format!("remark: {remark}"), 2, WIDTH));
    }
    text.push_str(&wrap(&caution(compared), 2, WIDTH));
    text
}

/// What the intervals mean, and what they do not.
pub(super) fn caution(compared: &Compared) -> String {
    format!(
        "Intervals at {}, those of B / A together. They take requests as independent and hold for one look at finished \
         recordings; what else differed between the two is in them too.",
        percent(compared.settings.level)
    )
}

fn table(compared: &Compared) -> String {
    let mut text = format!("\n  {:<8}{:<29}{:<29}{}\n", "", "A", "B", "B / A");
    let row = |name: &str, a: &str, b: &str, ratio: &str| {
        format!("  {name:<8}{a:<29}{b:<29}{ratio}").trim_end().to_owned() + "\n"
    };
    if let (Some(found), Some([a, b])) = (&compared.latencies, compared.distributions()) {
        text.push_str(&row("values", &count(a.count()), &count(b.count()), ""));
        let mean = |side: &Distribution| side.mean().map_or_else(String::new, time);
        text.push_str(&row("mean", &mean(a), &mean(b), ""));
        for pair in &found.quantiles {
            text.push_str(&row(
                &order(pair.p),
                &quantile(&pair.y),
                &quantile(&pair.x),
                &quantile_ratio(compared, pair),
            ));
        }
        let largest = |side: &Distribution| side.ends().map_or_else(String::new, |(_, max)| time(max));
        text.push_str(&row("largest", &largest(a), &largest(b), ""));
    }
    if let Some(errors) = &compared.errors {
        let ratio = errors
            .ratio
            .map_or_else(String::new, |found| ratio_text(compared, &found));
        text.push_str(&row("failed", &failed(errors, 0), &failed(errors, 1), &ratio));
        let (difference, lower, upper) = errors.difference;
        let points = |share: f64| format!("{:+.3}", 100.0 * share);
        text.push_str(&format!(
            "          B - A {} points [{}, {}]\n",
            points(difference),
            points(lower),
            points(upper)
        ));
    }
    text
}

fn quantile(quantile: &Quantile) -> String {
    let Quantile { value, lower, upper } = *quantile;
    format!("{} {}", time(value), positive_interval(value, lower, upper, time))
}

fn quantile_ratio(compared: &Compared, pair: &QuantilePair) -> String {
    Compared::ratio(pair).map_or_else(
        || "no ratio with 0".to_owned(),
        |found| ratio_text(compared, &found),
    )
}

/// A ratio with its interval, and what it shows.
pub(in crate::cli) fn ratio_text(compared: &Compared, found: &Ratio) -> String {
    let word = match compared.shows(found) {
        Shows::Worse => "worse",
        Shows::Better => "better",
        Shows::Same => "same",
        Shows::Nothing => "",
    };
    let limits = positive_interval(found.estimate, found.lower, found.upper, ratio);
    format!("{} {limits}  {word}", ratio(found.estimate))
        .trim_end()
        .to_owned()
}

fn failed(errors: &Errors, side: usize) -> String {
    let counts = errors.counts[side];
    format!(
        "{} ({} of {})",
        percent(errors.share(side)),
        count(counts.bad),
        count(counts.total)
    )
}

fn effect(found: &TwoRecordings) -> String {
    format!("\n{}", wrap(&effect_sentences(found), 2, WIDTH))
}

/// Ranks, typical difference and largest distance, in words.
pub(super) fn effect_sentences(found: &TwoRecordings) -> String {
    let shift = &found.shift;
    let factor = found.ratio.map_or_else(String::new, |found| {
        let limits = positive_interval(found.estimate, found.lower, found.upper, ratio);
        format!(", by a factor of {} {limits}", ratio(found.estimate))
    });
    format!(
        "A request of B takes longer than one of A in {} of all pairs (Mann-Whitney, {}); typically by {} {} \
         (Hodges-Lehmann){factor}. The distribution functions are at most {} apart (Kolmogorov-Smirnov, {}).",
        percent(found.effect),
        p_value(found.rank_p_value),
        time(shift.estimate),
        interval(shift.lower, shift.upper, time),
        percent(found.distance),
        p_value(found.distance_p_value),
    )
}
