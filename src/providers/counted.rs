use std::collections::BTreeMap;
use std::sync::Arc;

use serin_judge::counter::Increase;
use serin_judge::time::Timestamp;
use serin_judge::verdict::{Counts, Data, Flags, Side, Window};

/// Whose increases they are: one side of one comparison.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counted<'a> {
    pub(crate) comparison: &'a Arc<str>,
    pub(crate) side: Side,
}

impl Counted<'_> {
    /// What each target added until `end`, as windows.
    pub(crate) fn windows(self, end: Timestamp, increases: BTreeMap<Arc<str>, Increase>) -> Vec<Window> {
        increases
            .into_iter()
            .map(|(target, increase)| Window {
                comparison: self.comparison.clone(),
                side: self.side,
                target,
                start: increase.since,
                end,
                data: Data::Errors(Counts {
                    total: increase.total,
                    bad: increase.bad,
                }),
                flags: Flags {
                    partial: increase.partial,
                    ..Flags::default()
                },
            })
            .collect()
    }
}
