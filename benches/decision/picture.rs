//! Pictures of false rollbacks against the median delay: lower left is better.

use crate::summary::Score;

/// A method in a picture: false rollbacks in a scenario without fault, delay in one with.
pub(crate) struct Point {
    pub(crate) name: String,
    /// Percent.
    pub(crate) false_rollback: f64,
    pub(crate) seconds: f64,
    pub(crate) kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The default, and other settings of its false-rollback probability: joined by a line.
    Serin,
    Part,
    Peer,
}

/// Size, and what of it is for the plot, in pixels.
const WIDTH: f64 = 860.0;
const HEIGHT: f64 = 520.0;
const LEFT: f64 = 80.0;
const RIGHT: f64 = 40.0;
const TOP: f64 = 50.0;
const BOTTOM: f64 = 60.0;

/// Percent; what was never seen lies on the lower edge.
const FALSE_RANGE: (f64, f64) = (0.01, 100.0);

/// Lines of text that would overlap are moved apart by this.
const LINE: f64 = 14.0;

impl Point {
    /// `None` for a method that never found the fault in half of the releases: it has no median to show.
    pub(crate) fn new(kind: Kind, null: &Score, worse: &Score) -> Option<Self> {
        let seconds = worse.seconds.filter(|_| 2 * worse.rolled_back >= worse.runs)?;
        Some(Self {
            name: worse.method.clone(),
            false_rollback: null.rollback_percent().0,
            seconds: seconds.value,
            kind,
        })
    }
}

/// An SVG of its own.
pub(crate) fn draw(title: &str, points: &[Point]) -> String {
    let seconds = points.iter().map(|point| point.seconds);
    let least = seconds.clone().fold(f64::INFINITY, f64::min);
    let most = seconds.fold(0.0, f64::max);
    let range = (least * 0.8, most * 1.3);
    let x = |seconds: f64| LEFT + (WIDTH - LEFT - RIGHT) * part(seconds, range);
    let y = |percent: f64| HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * part(percent, FALSE_RANGE);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <title>{title}</title>\n<rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"white\"/>\n\
         <text x=\"{LEFT}\" y=\"24\" font-size=\"15\">{title}</text>\n"
    );
    let mut put = |text: String| svg.push_str(&text);
    axes(&mut put, range, &x, &y);
    let nominal = y(1.0);
    put(format!(
        "<line x1=\"{LEFT}\" y1=\"{nominal:.1}\" x2=\"{}\" y2=\"{nominal:.1}\" stroke=\"#888\" stroke-dasharray=\"5 4\"/>\n",
        WIDTH - RIGHT
    ));
    let mut curve: Vec<&Point> = points.iter().filter(|point| point.kind == Kind::Serin).collect();
    curve.sort_by(|a, b| b.seconds.total_cmp(&a.seconds));
    let places: Vec<String> = curve
        .iter()
        .map(|point| format!("{:.1},{:.1}", x(point.seconds), y(point.false_rollback)))
        .collect();
    put(format!(
        "<polyline points=\"{}\" fill=\"none\" stroke=\"#1a6fb0\" stroke-width=\"1.5\"/>\n",
        places.join(" ")
    ));
    let mut taken: Vec<(f64, f64)> = Vec::new();
    for point in points {
        let (cx, cy) = (x(point.seconds), y(point.false_rollback));
        let colour = match point.kind {
            Kind::Serin => "#1a6fb0",
            Kind::Part => "#6aa84f",
            Kind::Peer => "#b0451a",
        };
        put(format!(
            "<circle cx=\"{cx:.1}\" cy=\"{cy:.1}\" r=\"4.5\" fill=\"{colour}\"/>\n"
        ));
        let mut text_y = cy - 7.0;
        while taken
            .iter()
            .any(|(x, y)| (x - cx).abs() < 150.0 && (y - text_y).abs() < LINE - 1.0)
        {
            text_y -= LINE;
        }
        taken.push((cx, text_y));
        let (anchor, text_x) = if cx > WIDTH - 220.0 {
            ("end", cx + 4.0)
        } else {
            ("start", cx - 4.0)
        };
        put(format!(
            "<text x=\"{text_x:.1}\" y=\"{text_y:.1}\" text-anchor=\"{anchor}\" fill=\"{colour}\">{}</text>\n",
            escaped(&point.name)
        ));
    }
    svg.push_str("</svg>\n");
    svg
}

fn axes(put: &mut impl FnMut(String), range: (f64, f64), x: &impl Fn(f64) -> f64, y: &impl Fn(f64) -> f64) {
    let (bottom, right) = (HEIGHT - BOTTOM, WIDTH - RIGHT);
    put(format!(
        "<path d=\"M{LEFT},{TOP} V{bottom} H{right}\" fill=\"none\" stroke=\"black\"/>\n"
    ));
    for seconds in [10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0] {
        if range.0 <= seconds && seconds <= range.1 {
            put(format!(
                "<text x=\"{:.1}\" y=\"{}\" text-anchor=\"middle\">{seconds} s</text>\n",
                x(seconds),
                bottom + 18.0
            ));
        }
    }
    for (percent, label) in [
        (0.01, "none seen"),
        (0.1, "0.1%"),
        (1.0, "1%"),
        (10.0, "10%"),
        (100.0, "100%"),
    ] {
        put(format!(
            "<text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{label}</text>\n",
            LEFT - 8.0,
            y(percent) + 4.0
        ));
    }
    put(format!(
        "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">median delay of the rollback</text>\n",
        (LEFT + right) / 2.0,
        HEIGHT - 14.0
    ));
    put(format!(
        "<text transform=\"translate(16 {}) rotate(-90)\" text-anchor=\"middle\">rolled back although nothing changed</text>\n",
        (TOP + bottom) / 2.0
    ));
}

/// Where a value lies in a range on the log scale, 0..1.
fn part(value: f64, (low, high): (f64, f64)) -> f64 {
    ((value.clamp(low, high) / low).ln()) / (high / low).ln()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
