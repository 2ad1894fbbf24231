/// Go's `math.Pow`, step by step: other implementations differ in the last bit, and a verdict can hang on it.
///
/// Source: Go 1.26, `src/math/pow.go`.
pub(super) fn power(base: f64, exponent: f64) -> f64 {
    if let Some(special) = special(base, exponent) {
        return special;
    }
    let magnitude = exponent.abs();
    let (mut whole, mut fraction) = (magnitude.trunc(), magnitude.fract());
    if fraction != 0.0 && base < 0.0 {
        return f64::NAN;
    }
    if whole >= 9_223_372_036_854_775_808.0 {
        return if base == -1.0 {
            1.0
        } else if (base.abs() < 1.0) == (exponent > 0.0) {
            0.0
        } else {
            f64::INFINITY
        };
    }
    let mut mantissa = 1.0;
    if fraction != 0.0 {
        if fraction > 0.5 {
            fraction -= 1.0;
            whole += 1.0;
        }
        mantissa = libm::exp(fraction * libm::log(base));
    }
    let (mantissa, scale) = by_squaring(base, mantissa, super::truncate(whole));
    // The reciprocal comes before the scaling, so that results near zero do not vanish.
    if exponent < 0.0 {
        libm::ldexp(1.0 / mantissa, -scale)
    } else {
        libm::ldexp(mantissa, scale)
    }
}

/// `mantissa * base ** whole` as a mantissa and a power of two.
fn by_squaring(base: f64, mut mantissa: f64, mut whole: i64) -> (f64, i32) {
    let mut scale = 0_i32;
    let (mut factor, mut factor_scale) = libm::frexp(base);
    while whole != 0 {
        if !(-(1 << 12)..=1 << 12).contains(&factor_scale) {
            // Beyond what a float can hold: one more addition is enough to overflow or underflow.
            scale += factor_scale;
            break;
        }
        if whole & 1 == 1 {
            mantissa *= factor;
            scale += factor_scale;
        }
        factor *= factor;
        factor_scale <<= 1;
        if factor < 0.5 {
            factor += factor;
            factor_scale -= 1;
        }
        whole >>= 1;
    }
    (mantissa, scale)
}

fn special(base: f64, exponent: f64) -> Option<f64> {
    let is_odd =
        exponent.abs() < 9.007_199_254_740_992e15 && exponent.fract() == 0.0 && exponent % 2.0 != 0.0;
    Some(if exponent == 0.0 || base == 1.0 {
        1.0
    } else if exponent == 1.0 {
        base
    } else if base.is_nan() || exponent.is_nan() {
        f64::NAN
    } else if base == 0.0 {
        let signed = base.is_sign_negative() && is_odd;
        match (exponent < 0.0, signed) {
            (true, true) => f64::NEG_INFINITY,
            (true, false) => f64::INFINITY,
            (false, true) => base,
            (false, false) => 0.0,
        }
    } else if exponent.is_infinite() {
        if base == -1.0 {
            1.0
        } else if (base.abs() < 1.0) == (exponent > 0.0) {
            0.0
        } else {
            f64::INFINITY
        }
    } else if base == f64::NEG_INFINITY {
        return special(-0.0, -exponent);
    } else if base == f64::INFINITY {
        if exponent < 0.0 { 0.0 } else { f64::INFINITY }
    } else if exponent == 0.5 {
        base.sqrt()
    } else if exponent == -0.5 {
        1.0 / base.sqrt()
    } else {
        return None;
    })
}
