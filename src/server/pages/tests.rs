use std::time::Duration;

use serde_json::{Value, json};
use serin_judge::time::Timestamp;
use serin_judge::verdict::{Phase, Reason, Verdict};

use super::{Filter, index, run};
use crate::engine::ports::{Ended, RunRecord, RunSummary};
use crate::engine::{Course, Point, RunView};

const START: Timestamp = Timestamp::from_micros(1_772_359_200_000_000);

fn record() -> RunRecord {
    RunRecord {
        id: "01J".to_owned(),
        analysis: "checkout <b>".to_owned(),
        release: "api/7f9c6d".to_owned(),
        stage: "10".to_owned(),
        attempt: 2,
        started_at: START,
        ..RunRecord::default()
    }
}

fn ended() -> Ended {
    Ended {
        at: START + Duration::from_secs(300),
        verdict: Verdict::Rollback,
        phase: Phase::Failed,
        reasons: vec![Reason::RegressionDetected],
        summary: "The canary should be rolled back.".to_owned(),
    }
}

fn report() -> Value {
    json!({
        "id": "01J", "analysis": "checkout <b>", "release": "api/7f9c6d", "stage": "10", "attempt": 2, "verdict": "rollback",
        "reasons": ["regression_detected", "uncalibrated_dispersion"], "summary": "The canary should be rolled back.",
        "startedAt": "2026-03-01T10:00:00Z", "finishedAt": "2026-03-01T10:05:00Z", "discardedWindows": 3, "labels": {"team": "a"},
        "comparisons": [{"name": "error-rate", "kind": "errors", "decision": "regressed", "required": true, "estimate": 3.2,
            "interval": {"lower": 1.8, "upper": "+Inf", "level": 0.95}, "threshold": 200, "promotion": {"eValue": 0.1, "threshold": 20},
            "tolerance": {"rollback": 1.1, "promote": 1.5}, "dispersion": {"factor": 2, "source": "default"}, "sentence": "It fails more often.",
            "nCanary": 12000, "nStable": 108_000, "eventsCanary": 60, "eventsStable": 200, "method": "rate_ratio/1",
            "remarks": ["uncalibrated_dispersion"]}],
        "metrics": [{"name": "p95", "phase": "Failed", "dryRun": false, "successful": 1, "failed": 1, "inconclusive": 0, "error": 0,
            "message": "failed (1) > failureLimit (0)", "measurements": [
                {"phase": "Failed", "value": "[0.7]", "finishedAt": "2026-03-01T10:04:00Z", "explanation": "result[0] < 0.5\n~~~~ 0.7"}]}],
        "overrides": [{"at": "2026-03-01T10:05:00Z", "author": "ada", "verdict": "rollback", "reason": "seen it"}],
        "deliveries": [{"hook": "rollouts", "event": "run.finished", "state": "given_up", "attempts": 9, "lastError": "HTTP 500"}],
    })
}

fn page(ended: Option<Ended>, report: Value) -> String {
    let view = RunView {
        run: record(),
        ended,
        report,
        deliveries: Vec::new(),
    };
    let point = |minute: u64, worse: f64| Point {
        at: START + Duration::from_secs(60 * minute),
        worse,
        good: 0.5,
    };
    let course = Course {
        comparison: "error-rate".to_owned(),
        points: vec![point(1, 1.0), point(3, 20.0), point(5, 400.0)],
    };
    run(&view, &[course]).into_string()
}

#[test]
fn a_run_says_first_what_to_do_and_then_why() {
    let text = page(Some(ended()), report());
    let at = |part: &str| {
        text.find(part)
            .unwrap_or_else(|| panic!("{part} is missing in {text}"))
    };
    assert!(at("class=\"verdict rollback\"") < at("The canary should be rolled back."));
    assert!(at("The canary should be rolled back.") < at("It fails more often."));
    assert!(at("It fails more often.") < at("result[0] &lt; 0.5\n~~~~ 0.7"));
    for part in [
        "stage 10, attempt 2",
        "between 1.8 and infinite with 95 % confidence",
        "Evidence over 4 minutes",
        "400 at the end of 200 needed",
        "12\u{2009}000",
        "0.5\u{2009}%",
        "seen it",
        "given up",
        "3, while Serin was not running",
    ] {
        let _found = at(part);
    }
    assert!(
        text.contains("checkout &lt;b&gt;") && !text.contains("<b>"),
        "texts are escaped"
    );
    assert!(!text.contains("data-live"), "nothing comes any more");
}

#[test]
fn a_run_under_way_is_live_and_pictures_wait_for_data() {
    let mut young = report();
    young["verdict"] = json!("continue");
    young["comparisons"][0]["interval"] = Value::Null;
    let text = page(None, young);
    assert!(text.contains("data-live=\"/api/v1/runs/01J/events\""));
    assert!(text.contains("still judging"));
    assert!(!text.contains("confidence"));
}

#[test]
fn the_list_links_to_runs_and_says_when_there_are_none() {
    let runs = [RunSummary {
        run: record(),
        ended: Some(ended()),
        answered_at: None,
    }];
    let filter = Filter {
        verdict: "rollback".to_owned(),
        ..Filter::default()
    };
    let text = index(&runs, &filter, Some("/?cursor=x")).into_string();
    for part in [
        "href=\"/runs/01J\"",
        "2026-03-01 10:00:00",
        "value=\"rollback\" selected",
        "href=\"/?cursor=x\"",
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(
        index(&[], &Filter::default(), None)
            .into_string()
            .contains("No run fits")
    );
}
