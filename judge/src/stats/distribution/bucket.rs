//! Narrow buckets over a wide range.

/// Buckets a power of two, as bits of the mantissa.
const MANTISSA_BITS: u32 = 9;

/// Values below 2^-40, a trillionth, share the first bucket with 0.
const EXPONENT_MIN: u64 = 1023 - 40;

/// Counts in buckets, from the first one in use to the last.
#[derive(Clone, Debug, Default)]
pub(super) struct Buckets {
    first: usize,
    buckets: Vec<Bucket>,
}

/// Values of one bucket: how many, one of them, and by how much the others together exceed it.
#[derive(Clone, Copy, Debug, Default)]
struct Bucket {
    count: u64,
    anchor: f64,
    excess: f64,
}

/// The bucket of a value from 0 to 1e15, counted from 0; a positive float's bits ascend as it does.
fn place(value: f64) -> usize {
    let bits = value.to_bits() >> (52 - MANTISSA_BITS);
    let first = EXPONENT_MIN << MANTISSA_BITS;
    usize::try_from(bits.saturating_sub(first)).unwrap_or(usize::MAX)
}

impl Buckets {
    pub(super) fn is_empty(&self) -> bool {
        self.buckets.is_empty()
    }

    pub(super) fn add(&mut self, value: f64, count: u64) {
        let place = place(value);
        if self.buckets.is_empty() {
            self.first = place;
        }
        if place < self.first {
            let missing = self.first - place;
            drop(
                self.buckets
                    .splice(0..0, std::iter::repeat_n(Bucket::default(), missing)),
            );
            self.first = place;
        }
        let index = place - self.first;
        if index >= self.buckets.len() {
            self.buckets.resize(index + 1, Bucket::default());
        }
        let bucket = &mut self.buckets[index];
        if bucket.count == 0 {
            bucket.anchor = value;
        }
        bucket.count += count;
        bucket.excess += (value - bucket.anchor) * count as f64;
    }

    /// The mean of each bucket, held between the ends of all values, and its count.
    pub(super) fn groups(&self, (min, max): (f64, f64)) -> Vec<(f64, u64)> {
        let used = self.buckets.iter().filter(|bucket| bucket.count > 0);
        used.map(|bucket| {
            let mean = bucket.anchor + bucket.excess / bucket.count as f64;
            (mean.clamp(min, max), bucket.count)
        })
        .collect()
    }

    /// Counts of both over the range that they have together.
    pub(super) fn aligned(x: &Self, y: &Self) -> (Vec<u64>, Vec<u64>) {
        let used = [x, y].into_iter().filter(|buckets| !buckets.is_empty());
        let first = used.clone().map(|buckets| buckets.first).min().unwrap_or(0);
        let end = used
            .map(|buckets| buckets.first + buckets.buckets.len())
            .max()
            .unwrap_or(0);
        let counts = |buckets: &Self| {
            let mut counts = vec![0; end - first];
            for (index, bucket) in buckets.buckets.iter().enumerate() {
                counts[buckets.first - first + index] = bucket.count;
            }
            counts
        };
        (counts(x), counts(y))
    }
}
