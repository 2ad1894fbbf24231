//! The root search that the judge decides with: R's `zeroin` (Brent 1973, after the Algol of `zero`).
//!
//! The function is a step function, so where the search ends within its tolerance depends on its path; to give the
//! original's labels it has to take the original's steps.

/// Absolute tolerance of a root, whatever the unit of the values.
const TOLERANCE: f64 = 1e-4;

/// Steps until the last point is taken as it is.
const STEPS_MAX: u32 = 1000;

/// A root of `f` between `low` and `high`, whose values there are given.
pub(super) fn root((low, at_low): (f64, f64), (high, at_high): (f64, f64), f: impl Fn(f64) -> f64) -> f64 {
    if at_low == 0.0 {
        return low;
    }
    if at_high == 0.0 {
        return high;
    }
    // `b` is the best so far, `a` the one before, `c` on the other side of the root.
    let (mut a, mut fa, mut b, mut fb) = (low, at_low, high, at_high);
    let (mut c, mut fc) = (a, fa);
    for _ in 0..=STEPS_MAX {
        let previous = b - a;
        if fc.abs() < fb.abs() {
            (a, fa, b, fb) = (b, fb, c, fc);
            (c, fc) = (a, fa);
        }
        let tolerance = 2.0 * f64::EPSILON * b.abs() + 0.5 * TOLERANCE;
        let mut step = 0.5 * (c - b);
        if step.abs() <= tolerance || fb == 0.0 {
            return b;
        }
        if previous.abs() >= tolerance && fa.abs() > fb.abs() {
            step = interpolated((a, fa), (b, fb), (c, fc), previous, tolerance).unwrap_or(step);
        }
        if step.abs() < tolerance {
            step = if step > 0.0 { tolerance } else { -tolerance };
        }
        (a, fa) = (b, fb);
        b += step;
        fb = f(b);
        if (fb > 0.0 && fc > 0.0) || (fb < 0.0 && fc < 0.0) {
            (c, fc) = (a, fa);
        }
    }
    b
}

/// The step to where a line or an inverse parabola crosses zero, unless it leads too far.
fn interpolated(
    (a, fa): (f64, f64),
    (b, fb): (f64, f64),
    (c, fc): (f64, f64),
    previous: f64,
    tolerance: f64,
) -> Option<f64> {
    let across = c - b;
    let (mut p, mut q) = if a == c {
        let t1 = fb / fa;
        (across * t1, 1.0 - t1)
    } else {
        let (q, t1, t2) = (fa / fc, fb / fc, fb / fa);
        (
            t2 * (across * q * (q - t1) - (b - a) * (t1 - 1.0)),
            (q - 1.0) * (t1 - 1.0) * (t2 - 1.0),
        )
    };
    if p > 0.0 {
        q = -q;
    } else {
        p = -p;
    }
    let close_enough = p < 0.75 * across * q - 0.5 * (tolerance * q).abs() && p < 0.5 * (previous * q).abs();
    close_enough.then(|| p / q)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn smooth_functions_steps_and_ends() {
        let cubic = |x: f64| x * x * x - 2.0;
        let found = root((0.0, cubic(0.0)), (5.0, cubic(5.0)), cubic);
        assert!((found - libm::cbrt(2.0)).abs() < TOLERANCE, "{found}");
        let step = |x: f64| if x < 3.25 { 1.0 } else { -2.0 };
        let found = root((-10.0, 1.0), (1e6, -2.0), step);
        assert!((found - 3.25).abs() < TOLERANCE, "{found}");
        assert_eq!(root((1.0, 0.0), (2.0, -1.0), |_| -1.0), 1.0);
        assert_eq!(root((1.0, 1.0), (2.0, 0.0), |_| 1.0), 2.0);
    }
}
