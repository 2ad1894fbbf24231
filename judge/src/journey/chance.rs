//! Chance that is a function of a seed: the same seed, the same run.

/// The finaliser of SplitMix64 (Steele, Lea and Flood 2014): every bit of the answer follows from every bit asked.
pub(super) fn mixed(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// Both halves of a seed.
#[expect(clippy::cast_possible_truncation, reason = "halves")]
pub(super) fn halves(seed: u128) -> (u64, u64) {
    ((seed >> 64) as u64, seed as u64)
}

/// One number of a seed and a place.
pub(super) fn drawn(seed: u128, place: u64) -> u64 {
    let (high, low) = halves(seed);
    mixed(mixed(high ^ mixed(place)) ^ low)
}

/// A text as a number: FNV-1a, 64 bits.
pub(super) fn hashed(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// A number in [0, 1) with 53 random bits.
#[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
pub(super) fn unit(drawn: u64) -> f64 {
    (drawn >> 11) as f64 / (1_u64 << 53) as f64
}
