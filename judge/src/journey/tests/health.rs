//! What health endpoints say, in three formats.

use http::HeaderValue;

use super::{answer, asserted};
use crate::journey::{Health, Judged, StepOutcome};

fn judged(format: &str, status: u16, body: &str, media_type: &str) -> Judged {
    let mut answer = answer(status, body);
    answer
        .headers
        .insert("content-type", HeaderValue::from_str(media_type).unwrap());
    asserted(&format!("{{health: {format}}}"), &answer)
}

const PASSED: &str = "passed";
const DEGRADED: &str = "degraded";
const FAILED: &str = "failed";

const JSON: &str = "application/json";
const VERBOSE_BAD: &str = "[+]ping ok\n[-]etcd failed: reason withheld\nlivez check failed";

const FORMATS: &[(&str, u16, &str, &str, &str, &str)] = &[
    ("spring", 200, r#"{"status": "UP"}"#, JSON, PASSED, ""),
    (
        "auto",
        200,
        r#"{"status": "UP", "components": {"db": {"status": "UP", "components": {"primary": {"status": "UP"}}}, "disk": {"status": "UP", "details": {"free": 5}}}}"#,
        JSON,
        PASSED,
        "db/primary:Up db:Up disk:Up",
    ),
    (
        "auto",
        503,
        r#"{"status": "DOWN", "components": {"db": {"status": "DOWN"}, "mq": {"status": "UP"}}}"#,
        JSON,
        FAILED,
        "db:Down mq:Up",
    ),
    ("spring", 503, r#"{"status": "OUT_OF_SERVICE"}"#, JSON, FAILED, ""),
    ("spring", 200, r#"{"status": "UNKNOWN"}"#, JSON, FAILED, ""),
    (
        "spring",
        200,
        r#"{"status": "UP", "components": {"db": {"status": "DOWN"}}}"#,
        JSON,
        DEGRADED,
        "db:Down",
    ),
    // Spring Boot before 2.2.
    (
        "spring",
        200,
        r#"{"status": "UP", "details": {"db": {"status": "UP"}}}"#,
        JSON,
        PASSED,
        "db:Up",
    ),
    (
        "auto",
        200,
        r#"{"status": "pass"}"#,
        "application/health+json",
        PASSED,
        "",
    ),
    (
        "auto",
        200,
        r#"{"status": "WARN", "checks": {"db:connections": [{"componentId": "a", "status": "warn"}, {"componentId": "b", "status": "pass"}], "cpu": {"status": "pass"}, "up": [{"observedValue": 5}]}}"#,
        JSON,
        DEGRADED,
        "db:connections/a:Degraded db:connections/b:Up cpu:Up",
    ),
    ("healthJson", 500, r#"{"status": "fail"}"#, JSON, FAILED, ""),
    ("healthJson", 200, r#"{"status": "fine"}"#, JSON, FAILED, ""),
    ("kubernetes", 200, "ok", "text/plain", PASSED, ""),
    (
        "auto",
        200,
        "[+]ping ok\n[+]etcd excluded: ok\nreadyz check passed",
        "text/plain",
        PASSED,
        "ping:Up etcd:Up",
    ),
    (
        "auto",
        500,
        VERBOSE_BAD,
        "text/plain",
        FAILED,
        "ping:Up etcd:Down",
    ),
    // The words and the code say different things.
    ("auto", 503, r#"{"status": "UP"}"#, JSON, FAILED, ""),
    ("auto", 200, r#"{"status": "DOWN"}"#, JSON, FAILED, ""),
    ("healthJson", 503, r#"{"status": "warn"}"#, JSON, FAILED, ""),
    ("healthJson", 200, r#"{"status": "fail"}"#, JSON, FAILED, ""),
    (
        "auto",
        200,
        VERBOSE_BAD,
        "text/plain",
        FAILED,
        "ping:Up etcd:Down",
    ),
    ("auto", 500, "ok", "text/plain", FAILED, ""),
    // No health report at all.
    ("auto", 200, "<html>login</html>", "text/html", FAILED, ""),
    ("auto", 200, "", JSON, FAILED, ""),
    ("auto", 200, "[]", JSON, FAILED, ""),
    ("spring", 200, r#"{"state": "UP"}"#, JSON, FAILED, ""),
    ("spring", 200, r#"{"status": 1}"#, JSON, FAILED, ""),
    ("healthJson", 200, "ok", JSON, FAILED, ""),
    ("kubernetes", 200, r#"{"status": "UP"}"#, JSON, FAILED, ""),
];

#[test]
fn formats_and_what_they_mean() {
    for &(format, status, body, media_type, outcome, components) in FORMATS {
        let judged = judged(format, status, body, media_type);
        let is = match judged.outcome {
            StepOutcome::Passed => PASSED,
            StepOutcome::Degraded => DEGRADED,
            _ => FAILED,
        };
        assert_eq!(is, outcome, "{format} {status} {body}: {:?}", judged.assertions);
        let mut found: Vec<String> = judged
            .components
            .iter()
            .map(|component| format!("{}:{:?}", component.name, component.health))
            .collect();
        let mut wanted: Vec<&str> = components.split_whitespace().collect();
        found.sort();
        wanted.sort_unstable();
        assert_eq!(found, wanted, "{body}");
    }
}

#[test]
fn what_is_said_names_the_parts_that_are_not_well() {
    let body = r#"{"status": "DOWN", "components": {"db": {"status": "DOWN"}, "mq": {"status": "UP"}}}"#;
    let judged = judged("spring", 503, body, "application/json");
    assert_eq!(judged.assertions[0].got, "DOWN: db DOWN");
    let up = asserted("{health: auto}", &answer(503, r#"{"status": "UP"}"#));
    assert_eq!(up.assertions[0].got, "says UP with HTTP 503");
}

#[test]
fn endless_reports_are_bounded() {
    let parts: Vec<String> = (0..5000)
        .map(|at| format!(r#""p{at}": {{"status": "UP"}}"#))
        .collect();
    let body = format!(r#"{{"status": "UP", "components": {{{}}}}}"#, parts.join(","));
    assert_eq!(
        judged("spring", 200, &body, "application/json").components.len(),
        200
    );
    let lines = "[+]x ok\n".repeat(5000);
    let judged = judged("kubernetes", 200, &lines, "text/plain");
    assert_eq!(judged.components.len(), 200);
    assert!(
        judged
            .components
            .iter()
            .all(|component| component.health == Health::Up)
    );
}
