//! Kubernetes' JSONPath, of which a metric takes the first value that is found.
//!
//! Source: client-go v0.34, `util/jsonpath`, which differs from RFC 9535 in much: texts outside of the braces are values,
//! `['a.b']` is a path, numbers of the document are compared with no integer, and what is missing is an error.

mod node;
mod parse;
mod walk;

use serde_json::Value as Json;

use self::node::Node;
use self::walk::Walk;

pub(super) use self::walk::Found;

/// A path that is ready to be walked.
#[derive(Clone, Debug)]
pub(super) struct Path(Vec<Node>);

impl Path {
    /// # Errors
    /// When the text is no such path, with what was found.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        parse::parse(text)
            .map(Self)
            .map_err(|reason| format!("jsonPath `{text}`: {reason}; one such as `{{$.data.ok}}` is wanted"))
    }

    /// The first value that the path finds, worded as Argo does when there is none.
    ///
    /// # Errors
    /// When something on the way is not there, does not fit, or nothing is found.
    pub(super) fn first<'document>(&self, document: &'document Json) -> Result<Found<'document>, String> {
        let found = Walk::new(&self.0)
            .find(0, &Found::Part(document))
            .map_err(|reason| format!("Could not find JSONPath in body: {reason}"))?;
        let mut found = found.into_iter();
        found
            .next()
            .ok_or_else(|| "result of web metric produced no value".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn first(path: &str, document: &Json) -> String {
        match Path::parse(path).and_then(|path| path.first(document).map(|found| format!("{found:?}"))) {
            Ok(found) => found,
            Err(error) => error.rsplit(": ").next().unwrap_or_default().to_owned(),
        }
    }

    /// Argo's own answers; `tests/it/argo/measurements.rs` compares many more with them.
    #[test]
    fn kubernetes_dialect() {
        let document = json!({
            "a": {"b": [10, 20], "my-key": 1, "b.c": 2},
            "items": [{"n": "x", "v": 1}, {"n": "y", "v": 2}],
            "nothing": null, "none": [],
        });
        let part = |json: Json| format!("{:?}", Found::Part(&json));
        for (path, expected) in [
            ("{$}", part(document.clone())),
            ("{}", part(document.clone())),
            ("{@}", part(document.clone())),
            ("{$.a.b[0]}", part(json!(10))),
            ("{.a.b[1]}", part(json!(20))),
            ("{ .a.b[-1] }", part(json!(20))),
            ("{.a.b[-2:]}", part(json!(10))),
            ("{.a['my-key']}", part(json!(1))),
            ("{.a.my-key}", part(json!(1))),
            (r"{.a.b\.c}", part(json!(2))),
            ("{.items[*].v}", part(json!(1))),
            ("{.items.*.v}", part(json!(1))),
            ("{.items[1:2].n}", part(json!("y"))),
            (r#"{.items[?(@.n=="y")].v}"#, part(json!(2))),
            ("{.items[?(@.n == 'y')].v}", part(json!(2))),
            ("{.items[?(@.v>1.0)].n}", part(json!("y"))),
            ("{.items[0,1].n}", part(json!("x"))),
            ("{..v}", part(json!(1))),
            ("{.nothing}", part(json!(null))),
            ("{.a.b[1]}{.items}", part(json!(20))),
            ("{range .items[*]}{.v}{end}", part(json!(1))),
            ("{range .none[*]}{.v}{end}{.a.b[0]}", "v is not found".into()),
            ("$.a", format!("{:?}", Found::Text("$.a".into()))),
            ("{'it\\'s'}", format!("{:?}", Found::Text("it's".into()))),
            ("{7}", "Int(7)".into()),
            ("{1.5}", "Float(1.5)".into()),
            ("{true}", "Bool(true)".into()),
            ("{.items[0].n.*}", "Byte(120)".into()),
            ("", "result of web metric produced no value".into()),
            ("{.none[*]}", "result of web metric produced no value".into()),
            (
                "{.items[?(@.w)].n}",
                "result of web metric produced no value".into(),
            ),
            ("{.}", " is not found".into()),
            ("{a.b}", "unrecognized identifier a".into()),
            ("{.a['b.c']}", "c is not found".into()),
            ("{.c}", "c is not found".into()),
            ("{.nothing.x}", "x is not found".into()),
            ("{.a.b[5]}", "index 5, length 2".into()),
            ("{.a[0]}", "map[string]interface {} is not array or slice".into()),
            ("{.items[?(@.v>1)].n}", "incompatible types for comparison".into()),
            (
                "{.a[?(@.b)]}",
                "map[string]interface {} is not array or slice and cannot be filtered".into(),
            ),
        ] {
            let found = first(path, &document);
            assert!(
                found.ends_with(expected.trim_start()),
                "{path}: {found}, not {expected}"
            );
        }
    }

    #[test]
    fn what_is_no_path() {
        for (path, expected) in [
            ("{.a", "unclosed action"),
            ("{.a[}", "unterminated array"),
            ("{.a['x}", "unterminated array"),
            ("{.a[?(@.n=='y']}", "unterminated filter"),
            ("{.a[?(@.n)}", "unclosed array expect ]"),
            ("{.a[x]}", "invalid array index x"),
            (r#"{$["a"]}"#, "invalid array index"),
            ("{'a}", "unterminated quoted string"),
            ("{....}", "invalid multiple recursive descent"),
            ("{.a#}{#}", "unrecognized character in action"),
            ("{+}", "cannot parse number"),
            ("{[?([?(@.a)])]}", "unterminated filter"),
            ("{..*}", "unrecognized character in action"),
        ] {
            let error = Path::parse(path).unwrap_err();
            assert!(error.contains(expected), "{path}: {error}");
        }
    }

    #[test]
    fn what_grows_without_end_is_held() {
        let deep = (0..100).fold(json!(1), |inside, _| json!([inside]));
        let error = first("{...*...*...*}", &deep);
        assert_eq!(error, "more than 100000 values");
    }

    proptest! {
        #[test]
        fn no_path_panics(path in r#"\{[$@.a-c\[\]?()'"*=:,0-9 \\{}-]{0,24}\}"#) {
            let _ = first(&path, &json!({"a": [{"b": 1}], "b": {"c": [1, 2]}}));
        }
    }
}
