use std::fmt;

use serde::Serialize;

use super::{StepOutcome, StepResult};
use crate::analysis::plan::journey::{FailureClass, RequestPhase};

/// How far a question came. Each has all of those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// The name has an address, or none was needed.
    Resolves,
    /// Somebody listens there.
    Connects,
    /// TLS, where it is spoken, is agreed on.
    Handshakes,
    /// Something came that is of the protocol.
    Answers,
    /// Everything holds.
    AnswersRightly,
}

impl fmt::Display for Level {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Resolves => "resolves",
            Self::Connects => "connects",
            Self::Handshakes => "handshakes",
            Self::Answers => "answers",
            Self::AnswersRightly => "answers rightly",
        })
    }
}

impl StepResult {
    /// How far its last question came; `None` where it did not even have an address, or was not asked.
    #[must_use]
    pub fn level(&self) -> Option<Level> {
        let class = match self.outcome {
            StepOutcome::Passed if !self.hops.is_empty() => return Some(Level::AnswersRightly),
            StepOutcome::Degraded if !self.hops.is_empty() => return Some(Level::Answers),
            StepOutcome::Passed | StepOutcome::Degraded | StepOutcome::Skipped => return None,
            StepOutcome::Failed(class) => class,
        };
        let phase = self.failure.as_ref().and_then(|failure| failure.phase);
        match (class, phase) {
            (
                FailureClass::BadRequest
                | FailureClass::SkippedDependency
                | FailureClass::Cancelled
                | FailureClass::ProberUnhealthy,
                _,
            )
            | (_, Some(RequestPhase::Dns)) => None,
            // Over UDP it is the first thing that is sent which is refused.
            (FailureClass::ConnectRefused | FailureClass::ConnectTimeout | FailureClass::ConnectError, _)
            | (_, Some(RequestPhase::Connect)) => Some(Level::Resolves),
            (
                FailureClass::TlsExpired
                | FailureClass::TlsUntrusted
                | FailureClass::TlsNameMismatch
                | FailureClass::TlsHandshake,
                _,
            )
            | (_, Some(RequestPhase::Tls)) => Some(Level::Connects),
            (FailureClass::ProtocolError, _) | (_, Some(RequestPhase::Send | RequestPhase::FirstByte)) => {
                Some(Level::Handshakes)
            }
            (_, Some(RequestPhase::Body)) => Some(Level::Answers),
            // What is said of an answer has no phase; what is said without one is of the run.
            (class, None) => (!self.hops.is_empty() && !class.is_timeout()).then_some(Level::Answers),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::analysis::plan::journey::Failure;
    use crate::journey::{Hop, Phases};

    fn level(outcome: StepOutcome, phase: Option<RequestPhase>) -> Option<Level> {
        let hop = Hop {
            status: None,
            phases: Phases::default(),
            reused: false,
            server: Vec::new(),
        };
        let failure = match outcome {
            StepOutcome::Failed(class) => Some(Failure {
                class,
                phase,
                message: String::new(),
            }),
            _ => None,
        };
        let result = StepResult {
            step: 0,
            outcome,
            service: Duration::ZERO,
            hops: vec![hop],
            failure,
            assertions: Vec::new(),
            components: Vec::new(),
            found: None,
            attempts: 1,
        };
        result.level()
    }

    #[test]
    fn how_far_a_question_came_follows_from_what_went_wrong() {
        use FailureClass as Class;
        use RequestPhase as Phase;
        for (class, phase, expected) in [
            (Class::DnsNxdomain, Some(Phase::Dns), None),
            (Class::ProberUnhealthy, Some(Phase::Connect), None),
            (Class::BadRequest, None, None),
            (Class::JourneyTimeout, None, None),
            (Class::ConnectRefused, Some(Phase::Connect), Some(Level::Resolves)),
            (
                Class::ConnectRefused,
                Some(Phase::FirstByte),
                Some(Level::Resolves),
            ),
            (Class::TlsExpired, Some(Phase::Tls), Some(Level::Connects)),
            (Class::TlsHandshake, Some(Phase::Body), Some(Level::Connects)),
            (
                Class::TtfbTimeout,
                Some(Phase::FirstByte),
                Some(Level::Handshakes),
            ),
            (Class::ProtocolError, Some(Phase::Body), Some(Level::Handshakes)),
            (Class::DnsNxdomain, Some(Phase::Body), Some(Level::Answers)),
            (Class::BodyTimeout, Some(Phase::Body), Some(Level::Answers)),
            (Class::AssertFailed, None, Some(Level::Answers)),
            (Class::AuthRejected, Some(Phase::Body), Some(Level::Answers)),
        ] {
            let seen = level(StepOutcome::Failed(class), phase);
            assert_eq!(seen, expected, "{class} in {phase:?}");
        }
        assert_eq!(level(StepOutcome::Passed, None), Some(Level::AnswersRightly));
        assert_eq!(level(StepOutcome::Degraded, None), Some(Level::Answers));
        assert_eq!(level(StepOutcome::Skipped, None), None);
    }
}
