use super::{Action, Credential, Journey, Protocol, Step};

impl Journey {
    /// Whether it can be run at all only where somebody says whom to ask: a request, or a probe whose address has no host.
    #[must_use]
    pub fn needs_target(&self) -> bool {
        self.all_steps().into_iter().any(|step| match &step.action {
            Action::Http(_) => true,
            Action::Parallel(_) => false,
            Action::Probe(probe) => match (&probe.protocol, &probe.address) {
                (Protocol::Command(_), _) | (Protocol::Dns(_), None) => false,
                (_, None) => true,
                (_, Some(Credential::Template(address))) => address.constant().is_some_and(has_no_host),
                (_, Some(Credential::Secret(_))) => false,
            },
        })
    }

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

/// Empty, or `:port`; what begins with two colons is an address of IPv6.
fn has_no_host(address: &str) -> bool {
    let address = address.trim();
    address.is_empty() || (address.starts_with(':') && !address.starts_with("::"))
}
