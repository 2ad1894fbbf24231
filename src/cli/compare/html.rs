//! The comparison of two recordings as one page that needs nothing else: no script, no other file, light and dark.

mod charts;

pub(in crate::cli) use charts::share_plot;

use std::fmt::Write as _;

use serin_judge::stats::distribution::Distribution;
use serin_judge::stats::two_recordings::Quantile;

use super::compared::{Compared, Outcome, Ratio, Shows};
use super::human::{caution, effect_sentences};
use super::sentence::sentence;
use crate::cli::number::{order, percent, positive_interval, ratio, time};
use crate::cli::page::{self, escaped};
use crate::cli::screen::count;

/// The whole page.
pub(super) fn page(compared: &Compared) -> String {
    let word = match compared.outcome {
        Outcome::Regression => "regression",
        Outcome::Improvement => "improvement",
        Outcome::Same => "same",
        Outcome::Undecided => "undecided",
    };
    let [a, b] = [0, 1].map(|side| compared.sides[side].0.as_str());
    let heading = format!(
        "<span class=\"{word}\">{word}</span> <span class=\"key b\">B</span> {} against <span class=\"key a\">A</span> {}",
        escaped(b),
        escaped(a)
    );
    let mut body = section(compared);
    if !compared.remarks.is_empty() {
        let items: String = compared
            .remarks
            .iter()
            .map(|remark| format!("<li>{}</li>", escaped(remark)))
            .collect();
        let _ = writeln!(body, "<h2>Remarks</h2>\n<ul>{items}</ul>");
    }
    let _ = writeln!(body, "<p class=\"fine\">{}</p>", escaped(&caution(compared)));
    page::page(
        &format!("{word}: {b} against {a}"),
        &heading,
        &escaped(&sentence(compared)),
        &body,
    )
}

/// The numbers and pictures of one comparison.
pub(in crate::cli) fn section(compared: &Compared) -> String {
    let mut section = table(compared);
    if let (Some(found), Some(sides)) = (&compared.latencies, compared.distributions()) {
        section.push_str(&charts::all(compared, &found.quantiles, sides));
        let _ = writeln!(section, "<p>{}</p>", escaped(&effect_sentences(found)));
    }
    section
}

fn table(compared: &Compared) -> String {
    let mut rows = String::new();
    let mut row = |name: &str, a: &str, b: &str, ratio: &str, class: &str| {
        let _ = writeln!(
            rows,
            "<tr><th scope=\"row\">{name}</th><td>{a}</td><td>{b}</td><td class=\"{class}\">{ratio}</td></tr>"
        );
    };
    let formats = [0, 1].map(|side| {
        let recording = &compared.sides[side].1;
        let series = recording
            .series
            .as_ref()
            .map_or_else(String::new, |series| format!(", {series}"));
        escaped(&format!("{}{series}", recording.format))
    });
    row("recording", &formats[0], &formats[1], "", "");
    if let (Some(found), Some([a, b])) = (&compared.latencies, compared.distributions()) {
        row("values", &count(a.count()), &count(b.count()), "", "");
        let mean = |side: &Distribution| side.mean().map_or_else(String::new, time);
        row("mean", &mean(a), &mean(b), "", "");
        for pair in &found.quantiles {
            let found = Compared::ratio(pair);
            let (text, class) = found.map_or(("no ratio with 0".to_owned(), ""), |found| {
                ratio_cell(compared, &found)
            });
            row(
                &order(pair.p),
                &quantile(&pair.y),
                &quantile(&pair.x),
                &text,
                class,
            );
        }
        let largest = |side: &Distribution| side.ends().map_or_else(String::new, |(_, max)| time(max));
        row("largest", &largest(a), &largest(b), "", "");
    }
    if let Some(errors) = &compared.errors {
        let (text, class) = errors
            .ratio
            .map_or((String::new(), ""), |found| ratio_cell(compared, &found));
        let cell = |side: usize| {
            let (counts, (lower, upper)) = (errors.counts[side], errors.limits[side]);
            format!(
                "{} <small>[{}, {}] {} of {}</small>",
                percent(errors.share(side)),
                percent(lower),
                percent(upper),
                count(counts.bad),
                count(counts.total)
            )
        };
        row("failed requests", &cell(0), &cell(1), &text, class);
    }
    format!(
        "<table>\n<thead><tr><td></td><th scope=\"col\"><span class=\"key a\">A</span></th>\
         <th scope=\"col\"><span class=\"key b\">B</span></th><th scope=\"col\">B / A</th></tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n"
    )
}

fn quantile(quantile: &Quantile) -> String {
    let Quantile { value, lower, upper } = *quantile;
    let limits = positive_interval(value, lower, upper, time);
    format!("{} <small>{limits}</small>", time(value))
}

fn ratio_cell(compared: &Compared, found: &Ratio) -> (String, &'static str) {
    let class = match compared.shows(found) {
        Shows::Worse => "worse",
        Shows::Better => "better",
        Shows::Same => "same",
        Shows::Nothing => "",
    };
    let limits = positive_interval(found.estimate, found.lower, found.upper, ratio);
    let text = format!("{} <small>{limits} {class}</small>", ratio(found.estimate));
    (text, class)
}
