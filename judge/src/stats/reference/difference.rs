//! Comparing a case with what is computed.

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::Case;
use super::arguments::number_of;
use super::compute::{Field, Fields, fields};

/// One field of a case that is not as expected, or a case that cannot be computed.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Difference {
    /// The case.
    pub id: String,
    /// Its method.
    pub test: String,
    /// The field, with its place in a list; none when the whole case could not be computed.
    pub field: Option<String>,
    /// What the file expects, as written there.
    pub expected: Value,
    /// What was computed.
    #[serde(serialize_with = "with_words")]
    pub got: Option<f64>,
    /// `|got - expected| / |expected|` where that is a number.
    pub relative_error: Option<f64>,
    /// Why there is no number to compare.
    pub problem: Option<String>,
}

/// JSON has no word for a number that is not finite; these are the public ones.
#[expect(clippy::ref_option, reason = "the signature that serde calls")]
fn with_words<S: Serializer>(number: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    match number {
        Some(number) if number.is_nan() => serializer.serialize_str("NaN"),
        Some(number) if number.is_infinite() => {
            serializer.serialize_str(if *number > 0.0 { "+Inf" } else { "-Inf" })
        }
        number => number.serialize(serializer),
    }
}

/// Recomputes a case: empty when every field agrees.
#[must_use]
pub fn differences(case: &Case) -> Vec<Difference> {
    let whole = |problem: String| {
        vec![Difference {
            id: case.id.clone(),
            test: case.test.clone(),
            field: None,
            expected: Value::Object(case.expected.clone()),
            got: None,
            relative_error: None,
            problem: Some(problem),
        }]
    };
    match fields(case) {
        None => whole(format!("the test \"{}\" is not known", case.test)),
        Some(Err(error)) => whole(format!("it cannot be computed: {error}")),
        Some(Ok(computed)) => {
            let expected = case.expected.iter();
            expected
                .flat_map(|(name, expected)| compare(case, name, expected, &computed))
                .collect()
        }
    }
}

fn compare(case: &Case, name: &str, expected: &Value, computed: &Fields) -> Vec<Difference> {
    let differs = |field: String, expected: &Value, got: Option<f64>, problem: Option<String>| Difference {
        id: case.id.clone(),
        test: case.test.clone(),
        field: Some(field),
        expected: expected.clone(),
        got,
        relative_error: got.and_then(|got| relative_error(number_of(expected)?, got)),
        problem,
    };
    let one = |field: String, expected: &Value, got: f64| match number_of(expected) {
        Some(number) if case.accepts(number, got) => None,
        Some(_) => Some(differs(field, expected, Some(got), None)),
        None => Some(differs(
            field,
            expected,
            Some(got),
            Some("a number is computed here".to_owned()),
        )),
    };
    match (computed.iter().find(|(field, _)| *field == name), expected) {
        (None, _) => {
            let problem = format!("the test \"{}\" gives no such field", case.test);
            vec![differs(name.to_owned(), expected, None, Some(problem))]
        }
        (Some((_, Field::Number(got))), expected) => {
            one(name.to_owned(), expected, *got).into_iter().collect()
        }
        (Some((_, Field::Numbers(got))), Value::Array(expected)) if got.len() == expected.len() => {
            let pairs = expected.iter().zip(got).enumerate();
            pairs
                .filter_map(|(place, (expected, got))| one(format!("{name}[{place}]"), expected, *got))
                .collect()
        }
        (Some((_, Field::Numbers(got))), expected) => {
            let problem = format!("a list of {} numbers is computed here", got.len());
            vec![differs(name.to_owned(), expected, None, Some(problem))]
        }
    }
}

fn relative_error(expected: f64, got: f64) -> Option<f64> {
    let error = (got - expected).abs() / expected.abs();
    error.is_finite().then_some(error)
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    fn of(case: &str) -> Vec<Difference> {
        differences(&parse(&format!("{{\"cases\": [{case}]}}")).unwrap()[0])
    }

    const HOLM: &str = r#""test": "holm_adjust", "inputs": {"p": [0.01, 0.5]}"#;

    #[test]
    fn what_agrees_is_not_mentioned_and_what_does_not_is_shown() {
        let case =
            |expected: &str| format!(r#"{{"id": "1", {HOLM}, "rel_tol": 1e-6, "expected": {expected}}}"#);
        assert!(of(&case(r#"{"adjusted": [0.02, 0.5]}"#)).is_empty());
        let wrong = of(&case(r#"{"adjusted": [0.02, 0.6]}"#));
        assert_eq!(wrong.len(), 1);
        assert_eq!(
            (wrong[0].field.as_deref(), wrong[0].got),
            (Some("adjusted[1]"), Some(0.5))
        );
        assert!((wrong[0].relative_error.unwrap() - 0.1 / 0.6).abs() < 1e-12);
        for (expected, part) in [
            (r#"{"adjusted": [0.02]}"#, "a list of 2 numbers"),
            (r#"{"adjusted": 0.02}"#, "a list of 2 numbers"),
            (r#"{"adjusted": [0.02, "half"]}"#, "a number is computed"),
            (r#"{"adjusted": [0.02, null]}"#, ""),
            (r#"{"adjusted": [0.02, "NaN"]}"#, ""),
            (r#"{"p": 1}"#, "no such field"),
        ] {
            let found = of(&case(expected));
            assert_eq!(found.len(), 1, "{expected}");
            assert!(
                found[0].problem.clone().unwrap_or_default().contains(part),
                "{expected}: {found:?}"
            );
        }
    }

    #[test]
    fn unknown_tests_and_unusable_inputs_fail() {
        let unknown = of(r#"{"id": "1", "test": "tarot", "rel_tol": 0, "expected": {"p": 1}}"#);
        assert!(
            unknown[0]
                .problem
                .as_ref()
                .unwrap()
                .contains("\"tarot\" is not known")
        );
        let unusable =
            of(r#"{"id": "1", "test": "holm_adjust", "rel_tol": 0, "expected": {"adjusted": []}}"#);
        assert!(unusable[0].problem.as_ref().unwrap().contains("`p` is missing"));
    }

    #[test]
    fn an_absolute_tolerance_replaces_the_relative_one() {
        let case = |tolerance: &str| {
            of(&format!(
                r#"{{"id": "1", {HOLM}, {tolerance}, "expected": {{"adjusted": [0.021, 0.5]}}}}"#
            ))
            .len()
        };
        assert_eq!(case(r#""rel_tol": 0.1"#), 0);
        assert_eq!(case(r#""rel_tol": 0.1, "abs_tol": 1e-4"#), 1);
        assert_eq!(case(r#""abs_tol": 0.0011"#), 0);
        assert_eq!(case(r#""rel_tol": 0"#), 1);
    }

    #[test]
    fn files_that_are_none() {
        for (text, part) in [
            ("", "no file of reference cases"),
            ("[]", "no file of reference cases"),
            ("{\"cases\": []}", "no cases"),
            ("{\"cases\": [{}]}", "missing field"),
            ("{\"count\": 2, \"cases\": []}", "announces 2 cases and has 0"),
            (
                "{\"cases\": [{\"id\": \"7\", \"test\": \"t\", \"expected\": {}}]}",
                "case 7: `expected` is empty",
            ),
            (
                "{\"cases\": [{\"id\": \"7\", \"test\": \"t\", \"expected\": {\"p\": 1}}]}",
                "`rel_tol` or `abs_tol`",
            ),
            (
                "{\"cases\": [{\"id\": \"7\", \"test\": \"t\", \"expected\": {\"p\": 1}, \"rel_tol\": -1}]}",
                "at least 0",
            ),
        ] {
            let error = parse(text).unwrap_err().to_string();
            assert!(error.contains(part), "{text}: {error}");
        }
    }
}
