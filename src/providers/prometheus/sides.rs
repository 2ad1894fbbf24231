use std::time::Duration;

use serin_judge::analysis::plan::SideSelection;
use serin_judge::counter::Read;

use super::samples;
use crate::engine::ports::PopulationError;
use crate::providers::Role;

/// The series of both sides.
#[derive(Clone, Copy, Debug)]
pub struct Sides<'a> {
    /// The canary's.
    pub canary: &'a SideSelection,
    /// The stable side's.
    pub stable: &'a SideSelection,
    /// Stable is read this long before the canary; zero for the same time.
    pub before: Duration,
    /// Of more instances of stable, for an A/A control.
    pub control: Option<&'a SideSelection>,
}

impl Sides<'_> {
    /// What reads each side: the canary, stable, and the control where there is one.
    pub(super) fn each<T>(
        &self,
        make: impl Fn(Role, &SideSelection, Duration) -> Result<T, PopulationError>,
    ) -> Result<Vec<T>, PopulationError> {
        let mut all = vec![
            make(Role::Canary, self.canary, Duration::ZERO)?,
            make(Role::Stable, self.stable, self.before)?,
        ];
        if let Some(control) = self.control {
            all.push(make(Role::Control, control, Duration::ZERO)?);
        }
        Ok(all)
    }
}

/// What the sides came to; an error when one refuses, or neither canary nor stable can be had.
pub(super) fn usable<T>(
    answers: Vec<Result<T, PopulationError>>,
) -> Result<Vec<Result<T, PopulationError>>, PopulationError> {
    let mut errors = answers.iter().filter_map(|answer| answer.as_ref().err());
    if let Some(refused) = errors.find(|error| matches!(error, PopulationError::Refused(_))) {
        return Err(refused.clone());
    }
    match &answers[..] {
        [Err(error), Err(_), ..] => Err(error.clone()),
        _ => Ok(answers),
    }
}

/// Refuses samples that belong to more than one side.
pub(super) fn refuse_overlaps<'r>(sides: impl Iterator<Item = &'r [Read]>) -> Result<(), PopulationError> {
    let mut before: Vec<&[Read]> = Vec::new();
    for one in sides {
        for other in &before {
            samples::refuse_overlap(other, one).map_err(PopulationError::Refused)?;
        }
        before.push(one);
    }
    Ok(())
}
