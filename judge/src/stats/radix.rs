//! Sorting many numbers: one pass by their leading bits into small buckets, which then sort inside the first cache.
//!
//! Numbers that crowd in few buckets cost what a comparison sort of them does, never more.

/// Bits that choose a bucket: its counts fit the first cache, and a million numbers are some hundreds a bucket.
const BITS: u32 = 12;

/// Fewer numbers are sorted at once.
const FEW: usize = 4096;

/// Sorts ascending.
pub(super) fn sort(mut keys: Vec<u64>) -> Vec<u64> {
    if keys.len() < FEW {
        keys.sort_unstable();
        return keys;
    }
    let (min, max) = keys
        .iter()
        .fold((u64::MAX, 0), |(min, max), key| (min.min(*key), max.max(*key)));
    let shift = (64 - (max - min).leading_zeros()).saturating_sub(BITS);
    let bucket = |key: u64| usize::try_from((key - min) >> shift).unwrap_or(usize::MAX);
    let mut ends = vec![0_usize; 1 << BITS];
    for key in &keys {
        ends[bucket(*key)] += 1;
    }
    let mut before = 0;
    for end in &mut ends {
        before += std::mem::replace(end, before);
    }
    let mut sorted = vec![0; keys.len()];
    for key in &keys {
        let place = &mut ends[bucket(*key)];
        sorted[*place] = *key;
        *place += 1;
    }
    let mut start = 0;
    for end in ends {
        sorted[start..end].sort_unstable();
        start = end;
    }
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::chance::Chance;

    #[test]
    fn sorts_as_comparing_does() {
        let mut chance = Chance::from_seed(6);
        for count in [0, 1, 2, FEW - 1, FEW, 3 * FEW] {
            for shift in [0, 20, 40, 53, 63] {
                let keys: Vec<u64> = (0..count).map(|_| chance.bits() >> shift).collect();
                let mut expected = keys.clone();
                expected.sort_unstable();
                assert_eq!(sort(keys), expected, "{count} {shift}");
            }
        }
        assert_eq!(sort(vec![u64::MAX; FEW]), vec![u64::MAX; FEW]);
        let mut ends = vec![0; FEW];
        ends.push(u64::MAX);
        assert_eq!(sort(ends.iter().rev().copied().collect()), ends);
    }
}
