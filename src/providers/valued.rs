use std::collections::BTreeMap;
use std::sync::Arc;

use serin_judge::counter::Series;
use serin_judge::time::Timestamp;
use serin_judge::verdict::{Data, Flags, Window};

use super::Role;

/// Whose values they are: one side of one comparison.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Valued<'a> {
    pub(crate) comparison: &'a Arc<str>,
    pub(crate) role: Role,
}

impl Valued<'_> {
    /// The value of the only series of a target; `None` when there is none. The error says that there are several.
    pub(crate) fn only<'s>(
        target: &str,
        mut series: impl Iterator<Item = (&'s Series, f64)>,
    ) -> Result<Option<f64>, String> {
        match (series.next(), series.next()) {
            (None, _) => Ok(None),
            (Some((_, value)), None) => Ok(Some(value)),
            (Some((one, _)), Some((other, _))) => Err(format!(
                "target {target} has several such series, {one} and {other} among them; select one of each target with \
                 further matchers"
            )),
        }
    }

    /// What each target said between two instants, as windows. NaN says that it said nothing: the mean of the others would
    /// be another number, so the side has no value then.
    pub(crate) fn windows(
        self,
        (start, end): (Timestamp, Timestamp),
        values: &BTreeMap<Arc<str>, f64>,
    ) -> Vec<Window> {
        let window = |(target, value): (&Arc<str>, &f64)| Window {
            comparison: self.comparison.clone(),
            side: self.role.side(),
            target: Arc::clone(target),
            start,
            end,
            data: Data::Series(*value),
            flags: Flags {
                partial: value.is_nan(),
                control: self.role == Role::Control,
                ..Flags::default()
            },
        };
        values.iter().map(window).collect()
    }
}
