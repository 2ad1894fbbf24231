use std::collections::BTreeMap;
use std::sync::Arc;

use serin_judge::counter::Increase;
use serin_judge::time::Timestamp;
use serin_judge::verdict::{Counts, Data, Flags, Side, Window};

/// Whose increases they are: one side of one comparison.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counted<'a> {
    pub(crate) comparison: &'a Arc<str>,
    pub(crate) role: Role,
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
    pub(crate) fn windows(self, end: Timestamp, increases: BTreeMap<Arc<str>, Increase>) -> Vec<Window> {
        increases
            .into_iter()
            .map(|(target, increase)| Window {
                comparison: self.comparison.clone(),
                side: self.role.side(),
                target,
                start: increase.since,
                end,
                data: Data::Errors(Counts {
                    total: increase.total,
                    bad: increase.bad,
                }),
                flags: Flags {
                    partial: increase.partial,
                    control: self.role == Role::Control,
                    ..Flags::default()
                },
            })
            .collect()
    }
}
