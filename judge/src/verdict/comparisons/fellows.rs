//! Each target of stable against the rest of stable.

use std::sync::Arc;

use crate::stats::Stratum;
use crate::verdict::Side;

use super::intake::Part;
use super::streams::Stream;
use super::tally::Tally;

/// Each stable target's counts of a stream in the canary's place, its fellows' in stable's.
pub(super) fn of_stable<'look>(stream: &Stream, parts: &[Part<'look>]) -> Vec<(&'look Arc<str>, Stratum)> {
    let stable = parts.iter().filter(|part| part.side == Side::Stable);
    let counted: Vec<(&Arc<str>, Tally)> = stable
        .map(|part| (part.target, stream.count(Side::Stable, part.data)))
        .collect();
    let mut whole = Tally::default();
    counted.iter().for_each(|(_, tally)| whole.add(*tally));
    let against_rest = |tally: Tally| Stratum {
        canary_total: tally.total,
        canary_events: tally.events,
        stable_total: whole.total - tally.total,
        stable_events: whole.events - tally.events,
    };
    counted
        .into_iter()
        .map(|(target, tally)| (target, against_rest(tally)))
        .collect()
}

/// Targets of stable among the parts.
pub(super) fn count(parts: &[Part<'_>]) -> usize {
    parts.iter().filter(|part| part.side == Side::Stable).count()
}
