//! A plot as SVG: a frame, two axes, and shapes in the units of the data.

use std::fmt::Write as _;

/// Size of the drawing in its own units; the page scales it.
const WIDTH: f64 = 860.0;
const LEFT: f64 = 58.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 26.0;

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

    /// Values to mark: on a logarithmic axis 1, 2 and 5 times powers of ten where they fit, else even steps.
    pub(in crate::cli) fn ticks(&self) -> Vec<f64> {
        let mut ticks = Vec::new();
        if self.is_logarithmic {
            for power in -14..=16 {
                for digit in [1.0, 2.0, 5.0] {
                    let tick = digit * libm::pow(10.0, f64::from(power));
                    if (self.from..=self.to).contains(&tick) {
                        ticks.push(tick);
                    }
                }
            }
        }
        if (3..=9).contains(&ticks.len()) {
            return ticks;
        }
        if ticks.len() > 9 {
            let every = ticks.len().div_ceil(8);
            return ticks.into_iter().step_by(every).collect();
        }
        let at = |step: i32| {
            let part = f64::from(step) / 5.0;
            if self.is_logarithmic {
                self.from * libm::pow(self.to / self.from, part)
            } else {
                self.from + part * (self.to - self.from)
            }
        };
        (0..=5).map(at).collect()
    }
}

/// A plot in the making.
pub(in crate::cli) struct Chart {
    pub(in crate::cli) x: Scale,
    pub(in crate::cli) y: Scale,
    height: f64,
    shapes: String,
}

impl Chart {
    pub(in crate::cli) fn new(x: Scale, y: Scale, height: f64) -> Self {
        Self {
            x,
            y,
            height,
            shapes: String::new(),
        }
    }

    fn at(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let right = LEFT + self.x.part(x) * (WIDTH - LEFT - RIGHT);
        let down = TOP + (1.0 - self.y.part(y)) * (self.height - TOP - BOTTOM);
        (right, down)
    }

    fn points(&self, points: &[(f64, f64)]) -> String {
        points.iter().fold(String::new(), |mut text, point| {
            let (x, y) = self.at(*point);
            let _ = write!(text, "{x:.1},{y:.1} ");
            text
        })
    }

    /// Marks values of x along the bottom.
    pub(in crate::cli) fn mark_x(&mut self, ticks: &[f64], label: impl Fn(f64) -> String) {
        for tick in ticks {
            let (x, bottom) = (self.at((*tick, self.y.from)).0, self.height - BOTTOM);
            let _ = write!(
                self.shapes,
                "<line class=\"grid\" x1=\"{x:.1}\" y1=\"{TOP}\" x2=\"{x:.1}\" y2=\"{bottom:.1}\"/>\
                 <text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">{}</text>",
                bottom + 16.0,
                label(*tick)
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
                WIDTH - RIGHT,
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
            "<svg viewBox=\"0 0 {WIDTH} {}\" role=\"img\" aria-label=\"{title}\">{}</svg>\n",
            self.height, self.shapes
        )
    }
}
