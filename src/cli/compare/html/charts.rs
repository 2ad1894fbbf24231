//! The three plots of a comparison: shares, distribution functions with bands, ratios of quantiles.

use serin_judge::stats::distribution::Distribution;
use serin_judge::stats::distribution_band;
use serin_judge::stats::two_recordings::QuantilePair;

use super::super::compared::{Compared, Shows};
use super::super::picture::Bins;
use crate::cli::number::{order, percent, ratio, time};
use crate::cli::page::{Chart, Room, Scale, in_both};

const CLASSES: [&str; 2] = ["a", "b"];

/// Bins of the plot of shares, and points of the distribution functions.
const BINS: usize = 60;
const POINTS: usize = 300;

/// All plots with their headings.
pub(super) fn all(compared: &Compared, quantiles: &[QuantilePair], sides: [&Distribution; 2]) -> String {
    format!(
        "<h2>Requests by time</h2>\n{}<h2>Requests up to a time, with {} bands</h2>\n{}<h2>B / A by quantile</h2>\n{}",
        in_both(|room| shares(sides, room)),
        percent(compared.settings.level),
        in_both(|room| functions(sides, compared.settings.level, room)),
        in_both(|room| ratios(compared, quantiles, room))
    )
}

fn shares(sides: [&Distribution; 2], room: Room) -> String {
    let bins = Bins::new(sides, BINS);
    let title = "Share of requests of A and B by time, logarithmic";
    share_plot(&bins, &CLASSES, room, title)
}

/// Which share of each population took how long; `classes` are those of the style, one for each population to be drawn.
pub(in crate::cli) fn share_plot(bins: &Bins, classes: &[&str], room: Room, title: &str) -> String {
    let populations = || classes.iter().zip(&bins.shares);
    let shares = populations().flat_map(|(_, shares)| shares);
    let most = shares.copied().fold(0.0, f64::max);
    let last = bins.bounds.len() - 1;
    let mut chart = Chart::new(
        Scale::logarithmic(bins.bounds[0], bins.bounds[last]),
        Scale::linear(0.0, most),
        room,
        220.0,
    );
    chart.mark_x(time);
    let marks = chart.y.ticks(4).into_iter();
    let marks: Vec<(f64, String)> = marks.map(|share| (share, percent(share))).collect();
    chart.mark_y(&marks);
    for (class, shares) in populations() {
        let steps: Vec<(f64, f64)> = shares
            .iter()
            .enumerate()
            .flat_map(|(bin, share)| [(bins.bounds[bin], *share), (bins.bounds[bin + 1], *share)])
            .collect();
        let mut corners = steps.clone();
        corners.extend([(bins.bounds[last], 0.0), (bins.bounds[0], 0.0)]);
        chart.area(&format!("area {class}"), &corners);
        chart.line(&format!("line {class}"), &steps);
    }
    chart.svg(title)
}

fn functions(sides: [&Distribution; 2], level: f64, room: Room) -> String {
    let bins = Bins::new(sides, POINTS);
    let mut chart = Chart::new(
        Scale::logarithmic(bins.bounds[0], bins.bounds[POINTS]),
        Scale::linear(0.0, 1.0),
        room,
        260.0,
    );
    chart.mark_x(time);
    chart.mark_y(&[0.0, 0.25, 0.5, 0.75, 1.0].map(|share| (share, percent(share))));
    for ((class, shares), side) in CLASSES.iter().zip(&bins.shares).zip(sides) {
        let radius = distribution_band::radius(side.count() as f64, 1.0 - level);
        let mut up_to = 0.0;
        let points: Vec<(f64, f64)> = std::iter::once((bins.bounds[0], 0.0))
            .chain(shares.iter().enumerate().map(|(bin, share)| {
                up_to += share;
                (bins.bounds[bin + 1], up_to)
            }))
            .collect();
        let shifted = |by: f64| points.iter().map(move |(x, y)| (*x, y + by));
        let band: Vec<(f64, f64)> = shifted(radius).chain(shifted(-radius).rev()).collect();
        chart.area(&format!("band {class}"), &band);
        chart.line(&format!("line {class}"), &points);
    }
    chart.svg("Distribution functions of A and B with bands")
}

fn ratios(compared: &Compared, quantiles: &[QuantilePair], room: Room) -> String {
    let known: Vec<_> = quantiles.iter().map(Compared::ratio).collect();
    let most = 1.0 + compared.settings.tolerance;
    let ends = known
        .iter()
        .flatten()
        .flat_map(|ratio| [ratio.lower, ratio.estimate, ratio.upper]);
    let finite: Vec<f64> = ends.filter(|end| end.is_finite() && *end > 0.0).collect();
    let low = finite.iter().copied().fold(0.9 / most, f64::min).max(0.02);
    let high = finite.iter().copied().fold(1.1 * most, f64::max).min(50.0);
    let rows = quantiles.len() as f64;
    let mut chart = Chart::new(
        Scale::logarithmic(low, high),
        Scale::linear(0.0, rows),
        room,
        40.0 + 30.0 * rows,
    );
    chart.area(
        "tolerated",
        &[(1.0 / most, 0.0), (most, 0.0), (most, rows), (1.0 / most, rows)],
    );
    chart.mark_x(ratio);
    chart.line("one", &[(1.0, 0.0), (1.0, rows)]);
    let row = |index: usize| rows - index as f64 - 0.5;
    let labels: Vec<(f64, String)> = quantiles
        .iter()
        .enumerate()
        .map(|(index, pair)| (row(index), order(pair.p)))
        .collect();
    chart.mark_y(&labels);
    for (index, found) in known.iter().enumerate() {
        let Some(found) = found else { continue };
        let class = match compared.shows(found) {
            Shows::Worse => "worse",
            Shows::Better => "better",
            Shows::Same | Shows::Nothing => "",
        };
        chart.line(
            &format!("whisker {class}"),
            &[(found.lower, row(index)), (found.upper, row(index))],
        );
        chart.dot(&format!("dot {class}"), (found.estimate, row(index)));
    }
    chart.svg("Ratios of B to A by quantile with intervals; the tolerance is shaded")
}
