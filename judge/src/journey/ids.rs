use std::fmt;

use http::HeaderValue;

use super::chance::{halves, mixed};

/// What tells a run from all others: 128 bits, which are also its W3C trace id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RunIds(u128);

/// Which request of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Turn {
    /// The step's place in [`crate::analysis::plan::journey::Journey::all_steps`].
    pub step: usize,
    /// How often the step was done before.
    pub repetition: u32,
    /// How often that was tried before.
    pub attempt: u32,
}

/// A request's place in a trace: W3C Trace Context, version 0, sampled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceParent {
    trace: u128,
    span: u64,
}

impl Turn {
    /// What a step asks at first.
    #[must_use]
    pub fn first(step: usize) -> Self {
        Self {
            step,
            repetition: 0,
            attempt: 0,
        }
    }
}

impl RunIds {
    /// Of a run by its number. Seeds are chance, so that the runs of two processes differ.
    #[must_use]
    pub fn new(seed: u128, number: u64) -> Self {
        let (high, low) = halves(seed);
        let high = mixed(high ^ mixed(number));
        let low = mixed(low ^ mixed(high ^ number));
        // A trace id of zeros is none.
        Self((u128::from(high) << 64 | u128::from(low)).max(1))
    }

    /// The number of the request's span; never 0.
    fn span(self, turn: Turn) -> u64 {
        let place = mixed(turn.step as u64) ^ u64::from(turn.repetition) << 32 ^ u64::from(turn.attempt);
        let (high, low) = halves(self.0);
        mixed(high ^ mixed(low ^ mixed(place))).max(1)
    }

    /// This run's trace, and a span of the request's own.
    #[must_use]
    pub fn traceparent(self, turn: Turn) -> TraceParent {
        TraceParent {
            trace: self.0,
            span: self.span(turn),
        }
    }

    /// Marks test data: `serin-` and the id.
    #[must_use]
    pub fn tag(self) -> String {
        format!("serin-{self}")
    }

    /// The same for all attempts of one time of one step.
    #[must_use]
    pub fn idempotency_key(self, turn: Turn) -> String {
        format!("{self}-{}-{}", turn.step, turn.repetition)
    }

    /// Parts of a multipart body lie between lines of this. No value that is known outside holds it by chance.
    pub(super) fn boundary(self, turn: Turn) -> String {
        format!("serin-boundary-{:016x}", mixed(self.span(turn)))
    }
}

impl TraceParent {
    /// As the header says it.
    #[must_use]
    pub fn value(self) -> HeaderValue {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = *b"00-00000000000000000000000000000000-0000000000000000-01";
        let mut write = |from: usize, bytes: &[u8]| {
            for (byte, digits) in bytes.iter().zip(text[from..].chunks_exact_mut(2)) {
                digits[0] = DIGITS[usize::from(byte >> 4)];
                digits[1] = DIGITS[usize::from(byte & 15)];
            }
        };
        write(3, &self.trace.to_be_bytes());
        write(36, &self.span.to_be_bytes());
        HeaderValue::from_bytes(&text).unwrap_or(HeaderValue::from_static(""))
    }
}

impl fmt::Display for RunIds {
    /// 32 hexadecimal digits.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:032x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn ids_differ_and_can_be_had_again() {
        let ids: HashSet<RunIds> = (0..10_000).map(|number| RunIds::new(7, number)).collect();
        assert_eq!(ids.len(), 10_000);
        assert_eq!(RunIds::new(7, 3), RunIds::new(7, 3));
        assert_ne!(RunIds::new(7, 3), RunIds::new(8, 3));
    }

    #[test]
    fn a_trace_has_a_span_a_request() {
        let ids = RunIds::new(1, 1);
        let mut seen = HashSet::new();
        for (step, repetition, attempt) in [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0)] {
            let turn = Turn {
                step,
                repetition,
                attempt,
            };
            let text = ids.traceparent(turn).value().to_str().unwrap().to_owned();
            let parts: Vec<&str> = text.split('-').collect();
            assert_eq!(
                (parts[0], parts[1], parts[3]),
                ("00", ids.to_string().as_str(), "01")
            );
            assert_eq!(u64::from_str_radix(parts[2], 16).unwrap(), ids.span(turn));
            assert!(seen.insert(text));
        }
    }

    #[test]
    fn a_key_is_the_same_for_all_attempts() {
        let ids = RunIds::new(1, 1);
        let turn = |repetition, attempt| Turn {
            step: 2,
            repetition,
            attempt,
        };
        assert_eq!(ids.idempotency_key(turn(1, 0)), ids.idempotency_key(turn(1, 5)));
        assert_ne!(ids.idempotency_key(turn(1, 0)), ids.idempotency_key(turn(2, 0)));
    }
}
