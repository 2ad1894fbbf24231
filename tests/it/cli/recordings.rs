//! `serin compare A B`: two recordings, in every format.

mod broken;
mod files;
mod formats;
mod page;
mod stream;

use serde_json::Value;

use crate::binary::{AT_ONCE, Ended, Files, run};
use files::{csv, latencies};

async fn compare(arguments: &[&str]) -> Ended {
    run(["compare"].iter().chain(arguments), AT_ONCE).await
}

async fn compared(arguments: &[&str]) -> Value {
    let ended = compare(&[arguments, &["--output", "json"]].concat()).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    ended.json()
}

#[tokio::test]
async fn a_slower_recording_is_a_regression_and_only_fails_when_asked_to() {
    let files = Files::empty();
    let usual = files.write("usual.csv", csv(&latencies(1, 1.0, 9000)).as_bytes());
    let same = files.write("same.csv", csv(&latencies(2, 1.0, 9000)).as_bytes());
    let slow = files.write("slow.csv", csv(&latencies(3, 1.3, 9000)).as_bytes());
    for (a, b, options, code, result) in [
        (&usual, &slow, &[][..], 0, "regression"),
        (&usual, &slow, &["--fail-on-regression"], 1, "regression"),
        (
            &usual,
            &slow,
            &["--fail-on-regression", "--tolerance", "120%"],
            0,
            "same",
        ),
        (&slow, &usual, &["--fail-on-regression"], 0, "improvement"),
        (&usual, &same, &["--fail-on-regression"], 0, "undecided"),
        (
            &usual,
            &same,
            &["--fail-on-regression", "--tolerance", "0.5"],
            0,
            "same",
        ),
        (
            &usual,
            &usual,
            &["--fail-on-regression", "--tolerance", "0"],
            0,
            "undecided",
        ),
    ] {
        for output in ["json", "human", "html"] {
            let ended = compare(&[&[a, b, "--output", output], options].concat()).await;
            assert_eq!(ended.code, Some(code), "{options:?} {output}: {ended:?}");
            assert_eq!(ended.stderr, "", "{options:?} {output}");
            if output == "json" {
                assert_eq!(
                    ended.json()["result"],
                    result,
                    "{options:?}: {}",
                    ended.json()["summary"]
                );
                assert_eq!(ended.json()["regression"], result == "regression");
            } else {
                assert!(
                    ended.stdout.to_lowercase().contains(result),
                    "{options:?}: {}",
                    ended.stdout
                );
            }
        }
    }
}

/// Values of the first hundred whole numbers against those ten higher: every figure can be checked by hand.
#[tokio::test]
async fn figures_are_exact() {
    let files = Files::empty();
    let numbers = |from: u32| (from..from + 100).map(f64::from).collect::<Vec<f64>>();
    let a = files.write("a.csv", csv(&numbers(1)).as_bytes());
    let b = files.write("b.csv", csv(&numbers(11)).as_bytes());
    let found = compared(&[&a, &b]).await;
    for (side, low) in [("a", 0.0), ("b", 10.0)] {
        let side = &found[side];
        assert_eq!(
            (&side["count"], &side["mean"]),
            (&100.into(), &(low + 50.5).into())
        );
        assert_eq!(
            (&side["min"], &side["max"]),
            (&(low + 1.0).into(), &(low + 100.0).into())
        );
        // scipy.stats.binom gives ranks 40 and 61 for the median, 83 and 96 for the p90, none above for the p99.
        let quantile = |place: usize| {
            let quantile = &side["quantiles"][place];
            [
                quantile["value"].as_f64(),
                quantile["lower"].as_f64(),
                quantile["upper"].as_f64(),
            ]
            .map(|number| number.map(|number| number - low))
        };
        assert_eq!(quantile(0), [Some(50.0), Some(40.0), Some(61.0)]);
        assert_eq!(quantile(2).map(|end| end.is_some()), [true, true, true]);
        assert_eq!(side["quantiles"][4]["upper"], "+Inf");
    }
    // scipy.stats.mannwhitneyu(b, a): U = 5950, p = 0.0204 (normal, ties and continuity).
    let effect = &found["effect"];
    assert_eq!(effect["probabilityLarger"], 0.595);
    assert!(
        (effect["mannWhitneyPValue"].as_f64().unwrap() - 0.0204).abs() < 5e-4,
        "{effect}"
    );
    assert_eq!(
        (&effect["shiftMs"]["estimate"], &effect["kolmogorovSmirnov"]),
        (&10.0.into(), &0.1.into())
    );
    assert_eq!(found["quantileRatios"][0]["estimate"], 1.2);
}

#[tokio::test]
async fn one_value_and_constants_are_compared_without_pretending() {
    let files = Files::empty();
    let one = files.write("one.csv", b"12\n");
    let constant = files.write("constant.csv", csv(&[12.0; 1000]).as_bytes());
    let other = files.write("other.csv", csv(&[15.0; 1000]).as_bytes());
    let zeros = files.write("zeros.csv", csv(&[0.0; 1000]).as_bytes());
    let alone = compared(&[&one, &one]).await;
    assert_eq!(alone["result"], "undecided");
    assert_eq!(alone["quantileRatios"][0]["upper"], "+Inf");
    assert_eq!(
        compared(&[&constant, &constant]).await["quantileRatios"][0]["shows"],
        "same"
    );
    assert_eq!(compared(&[&constant, &other]).await["result"], "regression");
    assert_eq!(compared(&[&other, &constant]).await["result"], "improvement");
    let zeros = compared(&[&zeros, &constant]).await;
    assert_eq!(
        (&zeros["result"], &zeros["quantileRatios"][0]["estimate"]),
        (&"undecided".into(), &Value::Null)
    );
    assert_eq!(zeros["effect"]["shiftMs"]["estimate"], 12.0);
    let shown = compare(&[&one, &constant]).await;
    assert!(
        shown.stdout.contains("12.0 ms [.., ..]") && shown.code == Some(0),
        "{shown:?}"
    );
}

#[tokio::test]
async fn the_two_shapes_of_the_command_do_not_mix() {
    let files = Files::empty();
    let csv = files.write("a.csv", b"1\n2\n");
    let a = csv.as_str();
    for (arguments, expected) in [
        (&[][..], "required"),
        (&[a], "required"),
        (&[a, a, "--windows", a], "cannot be used with"),
        (&["--windows", a, "--tolerance", "5%"], "cannot be used with"),
        (
            &["--windows", a, "--output", "html"],
            "--output html shows two recordings",
        ),
        (&[a, a, "--analysis", a], "cannot be used with"),
        (&[a, a, "--output", "junit"], "--output junit shows a verdict"),
        (&[a, a, "--tolerance", "much"], "such as 5% or 0.05"),
        (&[a, a, "--level", "100%"], "such as 95% or 0.95"),
        (&[a, a, "--unit", "h"], "possible values: ns, us, ms, s"),
        (
            &[a, a, "--series", "1", "--series", "1", "--series", "1"],
            "--series more than twice",
        ),
        (&["-", "-"], "one of them has to be a file"),
    ] {
        let ended = compare(arguments).await;
        assert_eq!(ended.code, Some(2), "{arguments:?}: {ended:?}");
        assert!(ended.stderr.contains(expected), "{arguments:?}: {}", ended.stderr);
    }
}
