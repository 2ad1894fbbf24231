//! A table with a limit.

use std::collections::{BTreeMap, HashMap};

/// Entries by key. When the table is full, the entry goes that was not used for longest.
#[derive(Debug)]
pub(super) struct Table<V> {
    /// With the moment of their last use.
    entries: HashMap<String, (u64, V)>,
    /// Moments of last use; one for each entry.
    used: BTreeMap<u64, String>,
    /// Counts uses: the next moment.
    moment: u64,
    limit: usize,
}

impl<V> Table<V> {
    /// An empty table for up to `limit` entries.
    pub(super) fn with_limit(limit: usize) -> Self {
        Self {
            entries: HashMap::new(),
            used: BTreeMap::new(),
            moment: 0,
            limit,
        }
    }

    /// Adds or replaces an entry.
    pub(super) fn insert(&mut self, key: String, value: V) {
        self.moment += 1;
        self.used.insert(self.moment, key.clone());
        if let Some((before, _)) = self.entries.insert(key, (self.moment, value)) {
            self.used.remove(&before);
        }
        if self.entries.len() > self.limit
            && let Some((_, oldest)) = self.used.pop_first()
        {
            self.entries.remove(&oldest);
        }
    }

    /// An entry, which is used by this.
    pub(super) fn get(&mut self, key: &str) -> Option<&V> {
        let (moment, value) = self.entries.get_mut(key)?;
        self.moment += 1;
        if let Some(key) = self.used.remove(moment) {
            self.used.insert(self.moment, key);
        }
        *moment = self.moment;
        Some(value)
    }

    /// How many entries there are.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_entry_goes_that_was_not_used_for_longest() {
        let mut table = Table::with_limit(2);
        table.insert("a".into(), 1);
        table.insert("b".into(), 2);
        assert_eq!(table.get("a"), Some(&1));
        table.insert("c".into(), 3);
        assert_eq!(table.get("a"), Some(&1));
        assert_eq!(table.get("b"), None);
        table.insert("c".into(), 4);
        assert_eq!(table.get("c"), Some(&4));
        assert_eq!((table.len(), table.used.len()), (2, 2));
    }
}
