use std::collections::BTreeMap;
use std::sync::Arc;

use serin_judge::counter::{BucketLayout, Increase, LayoutError};
use serin_judge::time::Timestamp;
use serin_judge::verdict::{Data, Flags, Latencies, Side, Window};

use super::counting::Counting;

/// Whose increases they are: one side of one comparison.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counted<'a> {
    pub(crate) comparison: &'a Arc<str>,
    pub(crate) role: Role,
    pub(crate) counting: &'a Counting,
}

/// What a population is to the comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Canary,
    Stable,
    /// More instances of stable: an A/A control.
    Control,
}

impl Role {
    /// Of its windows.
    pub(crate) fn side(self) -> Side {
        match self {
            Self::Canary => Side::Canary,
            Self::Stable | Self::Control => Side::Stable,
        }
    }
}

impl std::fmt::Display for Role {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Canary => "canary",
            Self::Stable => "stable",
            Self::Control => "control",
        })
    }
}

impl Counted<'_> {
    /// What each target added until `end`, as windows.
    pub(crate) fn windows(
        self,
        end: Timestamp,
        increases: &BTreeMap<Arc<str>, Increase>,
        layout: &mut BucketLayout,
    ) -> Vec<Window> {
        let window = |(target, increase): (&Arc<str>, &Increase)| {
            let data = self.counting.data(increase, end, layout);
            if data.is_none() && layout.is_agreed() {
                tracing::warn!(%target, "A histogram has other buckets than those before it; it is not compared.");
            }
            Window {
                comparison: self.comparison.clone(),
                side: self.role.side(),
                target: Arc::clone(target),
                start: increase.since,
                end,
                flags: Flags {
                    partial: increase.partial || data.is_none(),
                    control: self.role == Role::Control,
                    mixed_buckets: layout.differs(),
                    ..Flags::default()
                },
                data: data.unwrap_or_else(|| Data::Latency(Latencies::default())),
            }
        };
        increases.iter().map(window).collect()
    }
}

/// Takes in what the histograms of each side have added, in the order of the sides, and agrees on their layout.
pub(crate) fn agree(
    counting: &Counting,
    layout: &mut BucketLayout,
    sides: &[Option<BTreeMap<Arc<str>, Increase>>],
) -> Result<(), LayoutError> {
    for (place, side) in sides.iter().enumerate() {
        for increase in side.iter().flat_map(BTreeMap::values) {
            layout.see(place, &counting.buckets(increase));
        }
    }
    layout.agree()
}
