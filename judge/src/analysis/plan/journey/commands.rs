use super::{Action, Journey, Protocol, Step};

impl Journey {
    /// The first step that runs a program.
    #[must_use]
    pub fn command(&self) -> Option<&Step> {
        let mut steps = self.all_steps().into_iter();
        steps.find(|step| match &step.action {
            Action::Probe(probe) => matches!(probe.protocol, Protocol::Command(_)),
            Action::Http(_) | Action::Parallel(_) => false,
        })
    }
}
