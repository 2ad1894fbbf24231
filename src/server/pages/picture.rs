//! Small pictures in a page: an interval beside what is tolerated, and evidence over time.

use maud::{Markup, html};
use serde_json::Value;

use super::number::{number, short};
use crate::engine::{Course, Point};

const WIDTH: f64 = 360.0;
const MARGIN: f64 = 12.0;

/// A ratio's place: the scale is logarithmic, since half and double are equally far from one.
struct Scale {
    low: f64,
    high: f64,
}

impl Scale {
    /// Holds everything that is to be shown, from a quarter to four at most unless a margin lies beyond.
    fn around(shown: &[f64], margins: &[f64]) -> Self {
        let finite = |values: &[f64]| -> Vec<f64> {
            values
                .iter()
                .copied()
                .filter(|value| value.is_finite() && *value > 0.0)
                .collect()
        };
        let (shown, margins) = (finite(shown), finite(margins));
        let farthest = margins.iter().copied().fold(1.25, f64::max);
        let low = shown.iter().copied().fold(0.8, f64::min).max(0.25);
        let high = shown
            .iter()
            .copied()
            .fold(farthest, f64::max)
            .min(farthest.max(4.0));
        Self {
            low,
            high: high * 1.1,
        }
    }

    fn x(&self, ratio: f64) -> f64 {
        let ratio = ratio.clamp(self.low, self.high);
        let part = libm::log(ratio / self.low) / libm::log(self.high / self.low);
        MARGIN + part * (WIDTH - 2.0 * MARGIN)
    }
}

/// The interval of a comparison's ratio against both tolerances; nothing before there is an interval.
pub(super) fn interval(comparison: &Value) -> Option<Markup> {
    let lower = number(&comparison["interval"]["lower"])?;
    let upper = number(&comparison["interval"]["upper"])?;
    let estimate = number(&comparison["estimate"]).filter(|estimate| !estimate.is_nan());
    let rollback = number(&comparison["tolerance"]["rollback"])?;
    let promote = number(&comparison["tolerance"]["promote"])?;
    let scale = Scale::around(&[lower, upper, estimate.unwrap_or(1.0)], &[rollback, promote]);
    let level = number(&comparison["interval"]["level"]).unwrap_or(0.95) * 100.0;
    let told = format!(
        "Ratio of canary to stable: {}, between {} and {} with {level:.0} % confidence. Up to {} is tolerated; below {} is good enough.",
        short(estimate),
        short(Some(lower)),
        short(Some(upper)),
        short(Some(rollback)),
        short(Some(promote)),
    );
    let limits = [
        (rollback, "tolerated", 14.0),
        (promote, "good enough below", 28.0),
    ];
    Some(html! {
        figure {
            svg viewBox="0 0 360 96" role="img" aria-label=(told) {
                @for (limit, word, y) in limits {
                    @let x = scale.x(limit);
                    line class="limit" x1=(x) x2=(x) y1="32" y2="72" {}
                    text class="soft" x=(x) y=(y) text-anchor=(anchor(x)) { (word) " " (short(Some(limit))) }
                }
                line class="axis" x1=(MARGIN) x2=(WIDTH - MARGIN) y1="72" y2="72" {}
                line class="bar" x1=(scale.x(lower)) x2=(scale.x(upper)) y1="52" y2="52" {}
                @if let Some(estimate) = estimate {
                    circle class="dot" cx=(scale.x(estimate)) cy="52" r="5" {}
                }
                @for tick in ticks(&scale) {
                    text x=(scale.x(tick)) y="88" text-anchor="middle" { (short(Some(tick))) }
                }
            }
            figcaption { (told) }
        }
    })
}

fn ticks(scale: &Scale) -> impl Iterator<Item = f64> {
    let inside = scale.low..=scale.high;
    [0.25, 0.5, 1.0, 2.0, 4.0, 8.0]
        .into_iter()
        .filter(move |tick| inside.contains(tick))
}

fn anchor(x: f64) -> &'static str {
    if x > WIDTH * 0.6 { "end" } else { "start" }
}

const HEIGHT: f64 = 130.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 108.0;

/// Evidence of both kinds over time, each with the value that suffices; nothing before the second look.
pub(super) fn evidence(course: &Course, comparison: &Value) -> Option<Markup> {
    let (first, last) = (course.points.first()?, course.points.last()?);
    let spans = last.at.since(first.at).as_secs_f64();
    if spans <= 0.0 {
        return None;
    }
    let worse_needed = number(&comparison["threshold"]);
    let good_needed = number(&comparison["promotion"]["threshold"]);
    let values = course.points.iter().flat_map(|point| [point.worse, point.good]);
    let needed = worse_needed.into_iter().chain(good_needed);
    let top = values.chain(needed).map(log10).fold(1.0, f64::max).min(12.0) * 1.05;
    let y = |value: f64| BOTTOM - (log10(value).clamp(-1.0, top) + 1.0) / (top + 1.0) * (BOTTOM - TOP);
    let x = |point: &Point| MARGIN + point.at.since(first.at).as_secs_f64() / spans * (WIDTH - 2.0 * MARGIN);
    let line = |value: fn(&Point) -> f64| -> String {
        let points = course.points.iter();
        let points: Vec<String> = points
            .map(|point| format!("{:.1},{:.1}", x(point), y(value(point))))
            .collect();
        points.join(" ")
    };
    let told = format!(
        "Evidence over {:.0} minutes, on a logarithmic scale: that the canary is worse, {} at the end{}; that it is good enough, {} at the end{}.",
        spans / 60.0,
        short(Some(last.worse)),
        wanted(worse_needed),
        short(Some(last.good)),
        wanted(good_needed),
    );
    Some(html! {
        figure {
            svg viewBox={"0 0 360 " (HEIGHT)} role="img" aria-label=(told) {
                line class="axis" x1=(MARGIN) x2=(WIDTH - MARGIN) y1=(y(1.0)) y2=(y(1.0)) {}
                @for (needed, class) in [(worse_needed, "worse needed"), (good_needed, "good needed")] {
                    @if let Some(needed) = needed {
                        line class=(class) x1=(MARGIN) x2=(WIDTH - MARGIN) y1=(y(needed)) y2=(y(needed)) {}
                    }
                }
                polyline class="worse" points=(line(|point| point.worse)) {}
                polyline class="good" points=(line(|point| point.good)) {}
                text class="worse" x=(MARGIN) y="124" { "worse" }
                text class="good" x=(WIDTH - MARGIN) y="124" text-anchor="end" { "good enough" }
            }
            figcaption { (told) }
        }
    })
}

fn wanted(needed: Option<f64>) -> String {
    needed.map_or_else(String::new, |needed| {
        format!(" of {} needed", short(Some(needed)))
    })
}

fn log10(value: f64) -> f64 {
    libm::log10(value.max(1e-3))
}
