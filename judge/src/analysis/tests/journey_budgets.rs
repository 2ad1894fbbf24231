//! What journeys may ask for, as people write it.

use super::{Documents, Source, found, read};
use crate::analysis::plan::journey::{Allowance, Budget};
use crate::analysis::{Diagnostic, Inputs};

fn document(kind: &str, spec: &str) -> String {
    format!("apiVersion: serin.dev/v1\nkind: {kind}\nmetadata: {{name: j}}\nspec: {spec}\n")
}

fn journey(budget: &str) -> String {
    let steps = "steps: [{name: a, request: {url: /a}}, {name: b, request: {url: /b}}]";
    document(
        "Journey",
        &format!("{{target: 'http://a', schedule: {{interval: 1s}}, budget: {budget}, {steps}}}"),
    )
}

fn made(budget: &str) -> Result<(Budget, Vec<Diagnostic>), Vec<Diagnostic>> {
    let (documents, _) = Documents::read(vec![Source::new("j.yaml", &journey(budget))]);
    let made = documents.journey(None, &Inputs::default());
    made.map(|(journey, warnings)| (journey.budget, warnings))
}

const BOTH: &str = "{perTarget: {requestsPerSecond: 2.5, maxInFlight: 3}, inAll: {maxInFlight: '4'}}";

fn both() -> Budget {
    Budget {
        per_target: Allowance {
            requests_per_second: Some(2.5),
            in_flight_max: Some(3),
        },
        in_all: Allowance {
            requests_per_second: None,
            in_flight_max: Some(4),
        },
    }
}

#[test]
fn a_journey_and_a_process_have_budgets() {
    let (budget, warnings) = made(BOTH).unwrap();
    assert_eq!(budget, both());
    assert!(warnings.is_empty(), "{warnings:?}");
    let text = document("Config", &format!("{{probing: {{budget: {BOTH}}}}}"));
    let settings = read(&text).0.config().unwrap().0.unwrap();
    assert_eq!(settings.probing, both());
}

#[test]
fn budgets_that_make_no_sense_are_refused_where_they_stand() {
    for (budget, wanted) in [
        ("{}", "no limit"),
        ("{perTarget: {}}", "no limit"),
        ("{perTarget: {requestsPerSecond: 0}}", "the number 0"),
        ("{perTarget: {requestsPerSecond: -1}}", "the number -1"),
        ("{inAll: {requestsPerSecond: 1e9}}", "the number 1000000000"),
        ("{inAll: {maxInFlight: 0}}", "the number 0"),
        ("{inAll: {maxInFlight: 100001}}", "the number 100001"),
        ("{inAll: {requestsPerSecond: many}}", "\"many\""),
    ] {
        let report = made(budget).unwrap_err();
        assert_eq!(found(&report), [wanted], "{budget}");
        let text = report[0].to_string();
        assert!(text.contains("j.yaml:4:"), "{text}");
    }
}

#[test]
fn a_budget_below_its_schedule_is_a_warning() {
    let (_, warnings) = made("{perTarget: {requestsPerSecond: 1.5}}").unwrap();
    let text: Vec<String> = warnings.iter().map(ToString::to_string).collect();
    assert_eq!(text.len(), 1, "{text:?}");
    assert!(
        text[0].contains("1.5 requests a second, while the schedule asks for 2.0"),
        "{}",
        text[0]
    );
}
