use std::sync::{Mutex, PoisonError};

use serin_judge::time::Timestamp;
use ulid::{Generator, Ulid};

/// Makes names for runs and deliveries: unique, and in the order they were asked for.
#[derive(Default)]
pub struct Identifiers {
    generator: Mutex<Generator>,
}

impl Identifiers {
    /// The next name.
    pub fn next(&self, now: Timestamp) -> String {
        let millis = u64::try_from(now.as_micros() / 1000).unwrap_or_default();
        let since_epoch = std::time::Duration::from_millis(millis);
        let mut generator = self.generator.lock().unwrap_or_else(PoisonError::into_inner);
        let next = generator.generate_from_datetime(std::time::SystemTime::UNIX_EPOCH + since_epoch);
        // Only after 2^80 names in one millisecond is there no next one.
        next.unwrap_or_else(|_| Ulid::from_parts(millis, rand::random()))
            .to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_sort_as_they_were_made() {
        let identifiers = Identifiers::default();
        let at = |millis: i64| Timestamp::from_micros(millis * 1000);
        let names: Vec<String> = [5, 5, 5, 6, 9].map(|millis| identifiers.next(at(millis))).into();
        assert!(names.is_sorted(), "{names:?}");
        assert_eq!(names.iter().collect::<std::collections::HashSet<_>>().len(), 5);
    }
}
