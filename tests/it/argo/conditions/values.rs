//! What a provider may have answered, and what an expression finds in it.

use rand::RngExt;
use rand::rngs::StdRng;
use serde_json::{Value, json};

use super::expressions::Want;

/// A measured value as a line of a batch has it.
pub(super) struct Measured {
    pub(super) kind: &'static str,
    pub(super) json: Value,
    /// Every path into it, with what is there.
    paths: Vec<(String, Want)>,
}

impl Measured {
    /// One of the well-known shapes, or a random tree.
    pub(super) fn any(rng: &mut StdRng) -> Self {
        let known = known();
        let at = rng.random_range(0..known.len() + 5);
        match known.into_iter().nth(at) {
            Some((kind, json)) => Self::new(kind, json),
            None => Self::new("web", tree(rng, 3)),
        }
    }

    fn new(kind: &'static str, json: Value) -> Self {
        let mut paths = Vec::new();
        collect("result".to_owned(), &json, kind, &mut paths);
        Self { kind, json, paths }
    }

    /// A path to something of this sort, when there is one.
    pub(super) fn path(&self, rng: &mut StdRng, want: Want) -> Option<&str> {
        let fitting: Vec<&str> = self
            .paths
            .iter()
            .filter(|(_, found)| found.does_for(want))
            .map(|(path, _)| path.as_str())
            .collect();
        (!fitting.is_empty()).then(|| fitting[rng.random_range(0..fitting.len())])
    }
}

fn known() -> Vec<(&'static str, Value)> {
    let web = [
        json!(null),
        json!(true),
        json!(5.0),
        json!(-1.9),
        json!(0.0),
        json!("OK"),
        json!("1.5"),
        json!("NaN"),
        json!("12"),
        json!(""),
        json!([]),
        json!([1, 2, 3]),
        json!([3, "a", null, true]),
        json!(["b", "a", "c", "a"]),
        json!([[1, 2], [3]]),
        json!([{"n": 1, "t": ["x", "y"]}, {"n": 2, "t": []}, {"n": null}]),
        json!({}),
        json!({"a": 1, "b": true, "c": [1, 2, 3, 4], "d": null}),
        json!({"s": "2", "n": null, "f": 1.5, "m": {"x": {"y": [1, 2]}, "": 7}}),
        json!({"num": 1.2, "list": [5, 1, 4], "words": ["x", "yy", "x"], "flag": false, "s": "hello World"}),
        json!({"big": 1e300, "small": -5e-324, "at": "2023-08-14T10:11:12Z", "for": "1h30m", "rows": [[1, "a"], [2, "b"]]}),
    ];
    let prometheus = [
        json!(10),
        json!("NaN"),
        json!("+Inf"),
        json!("-Inf"),
        json!("1e-3"),
        json!(null),
        json!([10, 11]),
        json!([0.97]),
        json!(["NaN"]),
        json!([0.1, 0.2, "NaN", "+Inf", -3]),
        json!([3, 1, 2, 5, 4, 9, 8, 7, 6, 0, 11, 10, 15, 14]),
    ];
    let web = web.into_iter().map(|json| ("web", json));
    web.chain(prometheus.into_iter().map(|json| ("prometheus", json)))
        .collect()
}

fn tree(rng: &mut StdRng, depth: usize) -> Value {
    const NAMES: [&str; 8] = ["a", "b", "c", "n", "s", "x", "ok", "items"];
    let leaf = depth == 0 || rng.random_bool(0.3);
    if leaf {
        return match rng.random_range(0..8) {
            0 => json!(null),
            1 => json!(rng.random_bool(0.5)),
            2 => json!(["", "a", "abc", "1", "2.5", "x,y", "NaN", "B"][rng.random_range(0..8)]),
            3 => json!(rng.random_range(-3..30)),
            _ => json!(f64::from(rng.random_range(-40..400)) / 8.0),
        };
    }
    let length = rng.random_range(0..4);
    if rng.random_bool(0.5) {
        // Lists of one sort are what conditions are written for.
        let alike = rng.random_bool(0.7).then(|| tree(rng, 0));
        (0..length)
            .map(|_| match &alike {
                Some(Value::Number(_)) => json!(rng.random_range(-3..30)),
                Some(other) => other.clone(),
                None => tree(rng, depth - 1),
            })
            .collect()
    } else {
        (0..length)
            .map(|_| {
                (
                    NAMES[rng.random_range(0..NAMES.len())].to_owned(),
                    tree(rng, depth - 1),
                )
            })
            .collect::<serde_json::Map<_, _>>()
            .into()
    }
}

fn collect(path: String, json: &Value, kind: &str, paths: &mut Vec<(String, Want)>) {
    let is_prometheus = kind == "prometheus";
    let sort = match json {
        Value::Null if is_prometheus => Want::Numbers,
        Value::String(_) if is_prometheus => Want::Number,
        Value::Null => Want::Anything,
        Value::Bool(_) => Want::Truth,
        Value::Number(_) => Want::Number,
        Value::String(_) => Want::Text,
        Value::Array(list) if is_prometheus || list.iter().all(Value::is_number) => Want::Numbers,
        Value::Array(list) if list.iter().all(Value::is_string) => Want::Texts,
        Value::Array(_) => Want::List,
        Value::Object(_) => Want::Map,
    };
    match json {
        Value::Array(list) => {
            for (index, element) in list.iter().enumerate() {
                collect(format!("{path}[{index}]"), element, kind, paths);
            }
        }
        Value::Object(fields) => {
            for (name, field) in fields.iter().filter(|(name, _)| !name.is_empty()) {
                // `for` and the like are names of Go, not of the language.
                collect(format!("{path}.{name}"), field, kind, paths);
            }
        }
        _ => {}
    }
    paths.push((path, sort));
}
