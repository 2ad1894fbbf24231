//! What may be asked of a step's answer.

use crate::analysis::plan::journey::{Protocol, RESULT_MEMBERS};

/// What may be asked of a step's answer: all of HTTP's of a request, what a probe finds of the others.
pub(super) struct Asked {
    /// Of assertions.
    pub(super) subjects: Vec<&'static str>,
    /// Of captures.
    pub(super) places: Vec<&'static str>,
    /// Of `result` in conditions.
    pub(super) members: Vec<&'static str>,
    /// There is a status, which has to be a good one where nothing is said of it.
    pub(super) has_status: bool,
}

impl Asked {
    pub(super) fn of_request() -> Self {
        Self {
            subjects: vec![
                "status",
                "header",
                "cookie",
                "jsonpath",
                "regex",
                "body",
                "url",
                "size",
                "duration",
                "tlsDaysLeft",
                "redirects",
                "jsonSchema",
                "condition",
                "health",
            ],
            places: vec![
                "jsonpath", "header", "cookie", "regex", "body", "status", "duration", "size", "url",
            ],
            members: RESULT_MEMBERS.to_vec(),
            has_status: true,
        }
    }

    pub(super) fn of_probe<V>(protocol: &Protocol<V>) -> Self {
        let facts = protocol.facts();
        let mut subjects = vec!["jsonpath", "duration", "jsonSchema", "condition"];
        let mut places = vec!["jsonpath", "duration"];
        let mut members = facts.to_vec();
        members.push("durationMs");
        if facts.contains(&"text") {
            subjects.extend(["regex", "body"]);
            places.extend(["regex", "body"]);
        }
        if facts.contains(&"tls") || facts.contains(&"daysLeft") {
            subjects.push("tlsDaysLeft");
            members.push("tlsDaysLeft");
        }
        Self {
            subjects,
            places,
            members,
            has_status: false,
        }
    }
}
