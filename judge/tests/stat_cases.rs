//! The published and independently computed reference values of `data/stat_cases.json`.
#![expect(
    clippy::unwrap_used,
    reason = "a reference file of another shape has to fail the test"
)]

use serde_json::Value;
use serin_judge::stats::{Stratum, combine, hypergeometric, log_sum, planning, rate_ratio};

const CASES: &str = include_str!("data/stat_cases.json");

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(number).collect()
}

/// What the crate computes for a case, field by field.
fn compute(case: &Value) -> Vec<(&'static str, Vec<f64>)> {
    let (params, inputs) = (&case["params"], &case["inputs"]);
    match case["test"].as_str().unwrap() {
        "rate_ratio_e_process" => rate_ratio_fields(params, inputs),
        "rate_ratio_e_process_null_expectation" => {
            let [nc, ns, p] = ["nc", "ns", "p"].map(|field| number(&inputs[field]));
            vec![(
                "expectation",
                vec![rate_ratio::null_expectation(nc, ns, p, number(&params["theta"]))],
            )]
        }
        "conditional_hypergeometric_log_lr" => {
            let [nc, ns, xc, xs] = ["nc", "ns", "xc", "xs"].map(|field| inputs[field].as_u64().unwrap());
            let stratum = Stratum::from_counts(nc, ns, xc, xs);
            let value = hypergeometric::log_increment(&stratum, 1.0, number(&params["odds_ratio"]));
            vec![("log_lr", vec![value])]
        }
        "e_bh" => {
            let e = numbers(&inputs["e"]);
            let rejected = combine::e_bh(&e, number(&params["alpha"]))
                .iter()
                .map(|index| *index as f64)
                .collect();
            vec![
                ("rejected_zero_based", rejected),
                ("mean_e", vec![e.iter().sum::<f64>() / e.len() as f64]),
            ]
        }
        "e_closed_adjust" => vec![("adjusted_e", combine::closed_adjust(&numbers(&inputs["e"])))],
        "wald_bound" => {
            let (canary, stable) = (number(&inputs["p_canary"]), number(&inputs["p_stable"]));
            vec![
                (
                    "kl_bernoulli",
                    vec![planning::bernoulli_divergence(canary, stable)],
                ),
                (
                    "n",
                    vec![planning::wald_bound(number(&params["alpha"]), canary, stable)],
                ),
            ]
        }
        other => panic!("no such test: {other}"),
    }
}

fn rate_ratio_fields(params: &Value, inputs: &Value) -> Vec<(&'static str, Vec<f64>)> {
    let null = number(&params["null_ratio"]);
    let windows = inputs["windows_nc_ns_xc_xs"].as_array().unwrap();
    let log_lr: Vec<f64> = numbers(&params["theta_grid"])
        .iter()
        .map(|theta| {
            windows
                .iter()
                .map(|window| {
                    let counts: Vec<u64> = window
                        .as_array()
                        .unwrap()
                        .iter()
                        .map(|n| n.as_u64().unwrap())
                        .collect();
                    let stratum = Stratum::from_counts(counts[0], counts[1], counts[2], counts[3]);
                    rate_ratio::log_increment(&stratum, null, theta / null)
                })
                .sum()
        })
        .collect();
    let log_e = log_sum::log_mean_exp(&log_lr);
    vec![
        ("log_lr", log_lr),
        ("log_e", vec![log_e]),
        ("e_value", vec![libm::exp(log_e)]),
    ]
}

#[test]
fn every_case_agrees() {
    let file: Value = serde_json::from_str(CASES).unwrap();
    let cases = file["cases"].as_array().unwrap();
    assert_eq!(cases.len() as u64, file["count"].as_u64().unwrap());
    for case in cases {
        let computed = compute(case);
        for (field, expected) in case["expected"].as_object().unwrap() {
            let (_, got) = computed.iter().find(|(name, _)| name == field).unwrap();
            let expected = if expected.is_array() {
                numbers(expected)
            } else {
                vec![number(expected)]
            };
            assert_eq!(got.len(), expected.len(), "{case}");
            for (got, expected) in got.iter().zip(&expected) {
                let tolerance = number(&case["rel_tol"]) * expected.abs().max(1e-12);
                assert!(
                    (got - expected).abs() <= tolerance,
                    "{field}: {got}, not {expected}: {case}"
                );
            }
        }
    }
}
