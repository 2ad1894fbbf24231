//! `serin eval --batch` beside Argo's `utils/evaluate`, on conditions made at random.

mod expressions;
mod values;

use std::collections::BTreeMap;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::expressions::Writer;
use self::values::Measured;
use super::oracle;
use crate::binary::{AT_ONCE, run_with_input};

/// Set these to look further than every run of the tests does: `SERIN_TEST_SEED=7 SERIN_TEST_CASES=200000`.
const SEED_VARIABLE: &str = "SERIN_TEST_SEED";
const CASES_VARIABLE: &str = "SERIN_TEST_CASES";
const SEED: u64 = 20_261_121;
const CASES: u64 = 5_000;
/// Differences that a failure shows.
const SHOWN: usize = 20;
/// A test whose conditions all fail compares nothing but failures.
const ANSWERED_LEAST: f64 = 0.4;

/// A line of a batch.
#[derive(Serialize)]
struct Question {
    id: u64,
    kind: &'static str,
    result: Value,
    success: String,
    failure: String,
}

#[derive(Deserialize)]
struct Answer {
    phase: String,
    #[serde(default)]
    error: String,
}

impl Question {
    fn random(id: u64, rng: &mut StdRng) -> Self {
        let measured = Measured::any(rng);
        let mut condition = || Writer::new(rng, &measured).condition();
        let (mut success, mut failure) = (condition(), condition());
        match rng.random_range(0..10) {
            0 => success.clear(),
            1..=6 => failure.clear(),
            _ => {}
        }
        Self {
            id,
            kind: measured.kind,
            result: measured.json,
            success,
            failure,
        }
    }
}

fn setting(variable: &str, default: u64) -> u64 {
    std::env::var(variable).map_or(default, |text| text.parse().unwrap())
}

#[tokio::test]
async fn random_conditions_have_the_phase_that_argo_gives_them() {
    let (seed, cases) = (setting(SEED_VARIABLE, SEED), setting(CASES_VARIABLE, CASES));
    let mut rng = StdRng::seed_from_u64(seed);
    let questions: Vec<Question> = (0..cases).map(|id| Question::random(id, &mut rng)).collect();
    let (argo, serin) = tokio::join!(oracle::ask::<_, Answer>("eval", &questions), serin(&questions));

    let differing: Vec<String> = questions
        .iter()
        .zip(argo.iter().zip(&serin))
        .filter(|(_, (argo, serin))| argo.phase != serin.phase)
        .map(|(question, (argo, serin))| {
            format!(
                "{}\n  Argo:  {} {}\n  Serin: {} {}",
                serde_json::to_string(question).unwrap(),
                argo.phase,
                argo.error,
                serin.phase,
                serin.error
            )
        })
        .collect();
    let shares = shares(&argo);
    println!("seed {seed}, {cases} cases: {shares:?}");
    assert!(
        differing.is_empty(),
        "{} of {cases} conditions of seed {seed} differ; the first ones:\n{}",
        differing.len(),
        differing[..differing.len().min(SHOWN)].join("\n")
    );
    let answered = shares.get("Successful").unwrap_or(&0.0) + shares.get("Failed").unwrap_or(&0.0);
    assert!(
        answered >= ANSWERED_LEAST,
        "too few conditions have an answer: {shares:?}"
    );
    assert!(shares.len() == 4, "every phase has to occur: {shares:?}");
}

/// Name, condition on a web value, the value, what Argo gives, what Serin gives. `docs/argo-compatibility.md` has the reasons.
const WANTED: [(&str, &str, &str, &str, &str); 7] = [
    (
        "steps",
        "let x = 1..4000; all(x, all(x, # > 0))",
        "null",
        "Successful",
        "Error",
    ),
    ("nodes", "NODES", "null", "Successful", "Error"),
    ("nesting", "NESTING", "null", "Successful", "Error"),
    (
        "half a character",
        "result[:2] < result",
        "\"hé\"",
        "Successful",
        "Failed",
    ),
    (
        "method",
        "date('2023-08-14').AddDate(0, 0, 1) > date('2023-08-14')",
        "null",
        "Successful",
        "Error",
    ),
    (
        "method as a value",
        "date('2023-08-14').Add != nil",
        "null",
        "Successful",
        "Error",
    ),
    (
        "zone",
        "let d = date('2023-08-14T10:00:00+02:00'); len(groupBy([1, 2], d)) == 1",
        "null",
        "Successful",
        "Failed",
    ),
];

#[tokio::test]
async fn wanted_differences() {
    let long = format!("{}1 > 0", "1 + ".repeat(600));
    let deep = format!("{}true{}", "(".repeat(100), ")".repeat(100));
    let questions: Vec<Question> = WANTED
        .iter()
        .zip(0..)
        .map(|((_, condition, result, ..), id)| Question {
            id,
            kind: "web",
            result: serde_json::from_str(result).unwrap(),
            success: condition.replace("NODES", &long).replace("NESTING", &deep),
            failure: String::new(),
        })
        .collect();
    let (argo, serin) = tokio::join!(oracle::ask::<_, Answer>("eval", &questions), serin(&questions));
    for ((name, condition, _, by_argo, by_serin), (argo, serin)) in WANTED.iter().zip(argo.iter().zip(&serin))
    {
        let found = (argo.phase.as_str(), serin.phase.as_str());
        assert_eq!(
            found,
            (*by_argo, *by_serin),
            "{name}: {condition}: {} {}",
            argo.error,
            serin.error
        );
    }
}

/// What the built binary answers to the lines.
async fn serin(questions: &[Question]) -> Vec<Answer> {
    let lines: Vec<String> = questions
        .iter()
        .map(|question| serde_json::to_string(question).unwrap() + "\n")
        .collect();
    let patience = AT_ONCE * (1 + u32::try_from(questions.len() / 5_000).unwrap());
    let ended = run_with_input(&["eval", "--batch", "-"], lines.concat().as_bytes(), patience).await;
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let answers: Vec<Answer> = ended
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(answers.len(), questions.len());
    answers
}

/// How large a part of the answers each phase is.
fn shares(answers: &[Answer]) -> BTreeMap<&str, f64> {
    let mut shares = BTreeMap::new();
    #[expect(clippy::cast_precision_loss, reason = "a share")]
    let one = 1.0 / answers.len() as f64;
    for answer in answers {
        *shares.entry(answer.phase.as_str()).or_default() += one;
    }
    shares
}
