//! A plot as SVG: a frame, two axes, and shapes in the units of the data.

use std::fmt::Write as _;

const LEFT: f64 = 58.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 26.0;

/// Half of a label's width, at most.
const LABEL_HALF: f64 = 20.0;

/// For which windows a drawing is: the page shows one of the two, scaled a little, so that its text stays readable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Room {
    Wide,
    Narrow,
}

impl Room {
    /// Of the drawing in its own units.
    fn width(self) -> f64 {
        match self {
            Self::Wide => 860.0,
            Self::Narrow => 400.0,
        }
    }

    /// Labels that have room beside one another.
    fn labels_max(self) -> usize {
        match self {
            Self::Wide => 9,
            Self::Narrow => 5,
        }
    }

    fn class(self) -> &'static str {
        match self {
            Self::Wide => "wide",
            Self::Narrow => "narrow",
        }
    }
}

/// A plot for wide windows and the same for narrow ones, for the page to choose.
pub(in crate::cli) fn in_both(plot: impl Fn(Room) -> String) -> String {
    [Room::Wide, Room::Narrow].map(plot).concat()
}

/// A logarithmic axis over less than this factor is marked in even steps.
const FEW_TIMES: f64 = 8.0;

/// From data to the drawing, along one axis.
#[derive(Clone, Copy)]
pub(in crate::cli) struct Scale {
    from: f64,
    to: f64,
    is_logarithmic: bool,
}

impl Scale {
    pub(in crate::cli) fn linear(from: f64, to: f64) -> Self {
        Self {
            from,
            to: if to > from { to } else { from + 1.0 },
            is_logarithmic: false,
        }
    }

    /// `from` has to be positive.
    pub(in crate::cli) fn logarithmic(from: f64, to: f64) -> Self {
        Self {
            from,
            to: if to > from { to } else { from * 2.0 },
            is_logarithmic: true,
        }
    }

    /// Where a value lies between the ends, 0 to 1; what lies outside is put on the edge.
    fn part(&self, value: f64) -> f64 {
        let part = if self.is_logarithmic {
            libm::log(value.max(f64::MIN_POSITIVE) / self.from) / libm::log(self.to / self.from)
        } else {
            (value - self.from) / (self.to - self.from)
        };
        part.clamp(0.0, 1.0)
    }

    /// At most so many round values to mark: on a long logarithmic axis 1, 2 and 5 times powers of ten, else even steps.
    pub(in crate::cli) fn ticks(&self, most: usize) -> Vec<f64> {
        if !self.is_logarithmic || self.to / self.from < FEW_TIMES {
            return self.even_ticks(most);
        }
        let powers = (-14..=16).map(|power| libm::pow(10.0, f64::from(power)));
        let round = powers.flat_map(|power| [1.0, 2.0, 5.0].map(|digit| digit * power));
        let ticks: Vec<f64> = round
            .filter(|tick| (self.from..=self.to).contains(tick))
            .collect();
        let every = ticks.len().div_ceil(most).max(1);
        ticks.into_iter().step_by(every).collect()
    }

    fn even_ticks(&self, most: usize) -> Vec<f64> {
        let least = (self.to - self.from) / most as f64;
        let power = libm::pow(10.0, libm::log10(least).floor());
        let step = [1.0, 2.0, 5.0].into_iter().map(|digit| digit * power);
        let step = step
            .into_iter()
            .find(|step| *step >= least)
            .unwrap_or(10.0 * power);
        let first = (self.from / step).ceil();
        let ticks = (0..=most).map(|place| (first + place as f64) * step);
        // A little beyond the end counts as the end, which binary fractions miss.
        ticks.take_while(|tick| *tick <= self.to + 1e-9 * step).collect()
    }
}

/// A plot in the making.
pub(in crate::cli) struct Chart {
    pub(in crate::cli) x: Scale,
    pub(in crate::cli) y: Scale,
    room: Room,
    height: f64,
    shapes: String,
}

impl Chart {
    pub(in crate::cli) fn new(x: Scale, y: Scale, room: Room, height: f64) -> Self {
        Self {
            x,
            y,
            room,
            height,
            shapes: String::new(),
        }
    }

    fn at(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let right = LEFT + self.x.part(x) * (self.right() - LEFT);
        let down = TOP + (1.0 - self.y.part(y)) * (self.height - TOP - BOTTOM);
        (right, down)
    }

    /// Where the plot ends.
    fn right(&self) -> f64 {
        self.room.width() - RIGHT
    }

    fn points(&self, points: &[(f64, f64)]) -> String {
        points.iter().fold(String::new(), |mut text, point| {
            let (x, y) = self.at(*point);
            let _ = write!(text, "{x:.1},{y:.1} ");
            text
        })
    }

    /// Marks round values of x along the bottom.
    pub(in crate::cli) fn mark_x(&mut self, label: impl Fn(f64) -> String) {
        for tick in self.x.ticks(self.room.labels_max()) {
            let (x, bottom) = (self.at((tick, self.y.from)).0, self.height - BOTTOM);
            // In the middle below its line, where the drawing does not end before.
            let anchor = if x > self.right() - LABEL_HALF {
                "end"
            } else {
                "middle"
            };
            let _ = write!(
                self.shapes,
                "<line class=\"grid\" x1=\"{x:.1}\" y1=\"{TOP}\" x2=\"{x:.1}\" y2=\"{bottom:.1}\"/>\
                 <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\">{}</text>",
                if anchor == "end" { self.room.width() } else { x },
                bottom + 16.0,
                label(tick)
            );
        }
    }

    /// Marks values of y along the left.
    pub(in crate::cli) fn mark_y(&mut self, ticks: &[(f64, String)]) {
        for (tick, label) in ticks {
            let y = self.at((self.x.from, *tick)).1;
            let _ = write!(
                self.shapes,
                "<line class=\"grid\" x1=\"{LEFT}\" y1=\"{y:.1}\" x2=\"{:.1}\" y2=\"{y:.1}\"/>\
                 <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{label}</text>",
                self.right(),
                LEFT - 6.0,
                y + 4.0
            );
        }
    }

    /// A line through points.
    pub(in crate::cli) fn line(&mut self, class: &str, points: &[(f64, f64)]) {
        let points = self.points(points);
        let _ = write!(
            self.shapes,
            "<polyline class=\"{class}\" points=\"{}\"/>",
            points.trim_end()
        );
    }

    /// A filled shape with these corners.
    pub(in crate::cli) fn area(&mut self, class: &str, corners: &[(f64, f64)]) {
        let points = self.points(corners);
        let _ = write!(
            self.shapes,
            "<polygon class=\"{class}\" points=\"{}\"/>",
            points.trim_end()
        );
    }

    /// A dot.
    pub(in crate::cli) fn dot(&mut self, class: &str, at: (f64, f64)) {
        let (x, y) = self.at(at);
        let _ = write!(
            self.shapes,
            "<circle class=\"{class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4.5\"/>"
        );
    }

    /// The drawing; `title` is what a screen reader says.
    pub(in crate::cli) fn svg(self, title: &str) -> String {
        format!(
            "<svg class=\"{}\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{title}\">{}</svg>\n",
            self.room.class(),
            self.room.width(),
            self.height,
            self.shapes
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_are_marked_with_few_round_values() {
        for (scale, most, expected) in [
            (Scale::linear(0.0, 1.0), 5, vec![0.0, 0.2, 0.4, 0.6, 0.8, 1.0]),
            (Scale::linear(0.0, 0.0457), 5, vec![0.0, 0.01, 0.02, 0.03, 0.04]),
            (Scale::logarithmic(0.86, 2.5), 5, vec![1.0, 1.5, 2.0, 2.5]),
            (
                Scale::logarithmic(200.0, 500.0),
                9,
                vec![200.0, 250.0, 300.0, 350.0, 400.0, 450.0, 500.0],
            ),
            (
                Scale::logarithmic(7.0, 700.0),
                9,
                vec![10.0, 20.0, 50.0, 100.0, 200.0, 500.0],
            ),
            (Scale::logarithmic(7.0, 700.0), 5, vec![10.0, 50.0, 200.0]),
        ] {
            let ticks = scale.ticks(most);
            let is_close = |(a, b): (&f64, &f64)| (a - b).abs() < 1e-9;
            assert!(
                ticks.len() == expected.len() && ticks.iter().zip(&expected).all(is_close),
                "{ticks:?} {expected:?}"
            );
        }
        for (from, to) in [(1e-12, 1e15), (3.0, 3.0), (0.999, 1.001), (1e-12, 1.1e-12)] {
            let ticks = Scale::logarithmic(from, to).ticks(5);
            assert!((1..=6).contains(&ticks.len()), "{from} {to}: {ticks:?}");
        }
    }
}
