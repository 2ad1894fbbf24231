//! Where a monotone statement changes its truth, to the last bit.

/// Order-preserving whole number of a float that is not NaN.
pub(super) fn key(value: f64) -> i64 {
    let bits = value.to_bits().cast_signed();
    bits ^ ((bits >> 63).cast_unsigned() >> 1).cast_signed()
}

/// The float of a [`key`].
pub(super) fn value(key: i64) -> f64 {
    f64::from_bits((key ^ ((key >> 63).cast_unsigned() >> 1).cast_signed()).cast_unsigned())
}

/// The largest number in `[low, high]` for which `holds` is still true, when it is true at `low` and turns false once
/// on the way up; `low` when it is false there already, `high` when it never turns false.
///
/// Halves the *representable numbers* between the ends rather than the distance, so at most 64 steps reach the last
/// bit whatever the size of the answer. The ends must not be NaN and may be infinite; `holds` is then asked at
/// finite numbers and the ends.
pub fn last_true(low: f64, high: f64, mut holds: impl FnMut(f64) -> bool) -> f64 {
    if holds(high) {
        return high;
    }
    let (mut good, mut bad) = (key(low), key(high));
    while bad.saturating_sub(good) > 1 {
        let middle = good.midpoint(bad);
        if holds(value(middle)) {
            good = middle;
        } else {
            bad = middle;
        }
    }
    value(good)
}

/// The same for whole numbers.
pub fn last_true_count(low: u64, high: u64, mut holds: impl FnMut(u64) -> bool) -> u64 {
    if holds(high) {
        return high;
    }
    let (mut good, mut bad) = (low, high);
    while bad - good > 1 {
        let middle = good.midpoint(bad);
        if holds(middle) {
            good = middle;
        } else {
            bad = middle;
        }
    }
    good
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_a_root_of_any_size_to_the_last_bit() {
        for root in [
            0.0,
            -3.5,
            1e-300,
            -1e-300,
            7.25,
            1e300,
            f64::MIN_POSITIVE / 4.0,
            -f64::MAX,
        ] {
            let found = last_true(f64::NEG_INFINITY, f64::INFINITY, |x| x <= root);
            assert_eq!(found.to_bits(), root.to_bits(), "{root}");
        }
        assert_eq!(last_true(1.0, 2.0, |_| true), 2.0);
        assert_eq!(last_true(1.0, 2.0, |_| false), 1.0);
        assert_eq!(last_true_count(0, u64::MAX, |n| n <= 77), 77);
        assert_eq!(last_true_count(3, 9, |_| false), 3);
        assert_eq!(last_true_count(3, 9, |_| true), 9);
    }
}
