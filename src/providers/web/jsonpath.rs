//! Kubernetes' JSONPath as far as a metric needs it: one path in braces, first match.
//!
//! The path is cut into segments, each is translated to RFC 9535, and `serde_json_path` walks them one
//! after the other; so the segment that finds nothing can be named as Kubernetes names it.

use serde_json::Value;
use serde_json_path::JsonPath;

mod segments;

/// A path that is ready to be walked.
#[derive(Clone, Debug)]
pub(super) struct Path(Vec<Segment>);

#[derive(Clone, Debug)]
pub(super) struct Segment {
    /// `$` and this segment alone.
    path: JsonPath,
    kind: Kind,
}

/// What a segment says when it finds nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name: not finding it is an error.
    Name(String),
    /// An index: being out of bounds is an error.
    Index(i64),
    /// A wildcard, filter, slice or descent: nothing is a result.
    Many,
}

impl Path {
    /// # Errors
    /// When the text is no such path, with what was found.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let fail = |reason: String| {
            format!("jsonPath `{text}`: {reason}; one path in braces such as `{{$.data.ok}}` is wanted")
        };
        let inside = text
            .trim()
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'))
            .ok_or_else(|| fail("it is not in braces".into()))?;
        let segments = segments::split(inside.trim()).map_err(fail)?;
        let segments = segments.into_iter().map(|(rfc, kind)| {
            let path =
                JsonPath::parse(&format!("${rfc}")).map_err(|error| fail(format!("`{rfc}`: {error}")))?;
            Ok(Segment { path, kind })
        });
        Ok(Self(segments.collect::<Result<_, String>>()?))
    }

    /// The first value that the path finds, worded as Argo does when there is none.
    ///
    /// # Errors
    /// When a name or index is not there, or nothing is found.
    pub(super) fn first<'a>(&self, document: &'a Value) -> Result<&'a Value, String> {
        let mut found = vec![document];
        for segment in &self.0 {
            let next: Vec<&Value> = found
                .iter()
                .flat_map(|value| segment.path.query(value).all())
                .collect();
            if next.is_empty() && !found.is_empty() {
                segment.missing(&found)?;
            }
            found = next;
        }
        found
            .first()
            .copied()
            .ok_or_else(|| "result of web metric produced no value".to_owned())
    }
}

impl Segment {
    fn missing(&self, searched: &[&Value]) -> Result<(), String> {
        match &self.kind {
            Kind::Many => Ok(()),
            Kind::Name(name) => Err(format!("Could not find JSONPath in body: {name} is not found")),
            Kind::Index(index) => Err(match searched.first().and_then(|value| value.as_array()) {
                Some(list) => format!(
                    "Could not find JSONPath in body: array index out of bounds: index {index}, length {}",
                    list.len()
                ),
                None => format!("Could not find JSONPath in body: [{index}] of something that is no list"),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn first(path: &str, document: &Value) -> Result<String, String> {
        Path::parse(path)?.first(document).map(ToString::to_string)
    }

    #[test]
    fn kubernetes_dialect() {
        let document = json!({
            "a": {"b": [10, 20], "my-key": 1, "b.c": 2},
            "items": [{"n": "x", "v": 1}, {"n": "y", "v": 2}],
            "nothing": null, "none": [],
        });
        for (path, expected) in [
            ("{$}", None),
            ("{}", None),
            ("{@}", None),
            ("{.}", None),
            ("{$.a.b[0]}", Some("10")),
            ("{.a.b[1]}", Some("20")),
            ("{a.b[-1]}", Some("20")),
            ("{ .a.b }", Some("[10,20]")),
            ("{.a['my-key']}", Some("1")),
            ("{.a.my-key}", Some("1")),
            (r"{.a.b\.c}", Some("2")),
            (r#"{$["a"]["b.c"]}"#, Some("2")),
            ("{.items[*].v}", Some("1")),
            ("{.items.*.v}", Some("1")),
            ("{.items[1:2].n}", Some("\"y\"")),
            (r#"{.items[?(@.n=="y")].v}"#, Some("2")),
            (r#"{.items[?(@.n == 'y')].v}"#, Some("2")),
            ("{.items[?(@.v>1)].n}", Some("\"y\"")),
            (
                "{.items[?(@.w)].n}",
                Some("!result of web metric produced no value"),
            ),
            ("{.items[0,1].n}", Some("\"x\"")),
            ("{..v}", Some("1")),
            ("{.nothing}", Some("null")),
            ("{.none[*]}", Some("!result of web metric produced no value")),
            ("{.none[*].x}", Some("!result of web metric produced no value")),
            ("{.c}", Some("!Could not find JSONPath in body: c is not found")),
            (
                "{.a.c.d}",
                Some("!Could not find JSONPath in body: c is not found"),
            ),
            (
                "{.nothing.x}",
                Some("!Could not find JSONPath in body: x is not found"),
            ),
            (
                "{.a.b[5]}",
                Some("!Could not find JSONPath in body: array index out of bounds: index 5, length 2"),
            ),
            (
                "{.a[0]}",
                Some("!Could not find JSONPath in body: [0] of something that is no list"),
            ),
        ] {
            let expected = match expected {
                None => Ok(document.to_string()),
                Some(text) => text
                    .strip_prefix('!')
                    .map_or_else(|| Ok(text.to_owned()), |error| Err(error.to_owned())),
            };
            assert_eq!(first(path, &document), expected, "{path}");
        }
    }

    #[test]
    fn what_is_no_path() {
        for (path, expected) in [
            ("$.a", "not in braces"),
            ("", "not in braces"),
            ("{.a} {.b}", "found `}` inside a name"),
            ("{.a}{.b}", "found `}` inside a name"),
            ("{range .a[*]}{.b}{end}", "blank"),
            ("{range .a[*]}", "blank"),
            ("{.a[}", "not closed"),
            ("{.a['x}", "not closed"),
            ("{.a[?(@.n=='y']}", "jsonPath"),
            ("{.a[x]}", "jsonPath"),
            ("{.a.}", "ends in a dot"),
        ] {
            let error = Path::parse(path).unwrap_err();
            assert!(error.contains(expected), "{path}: {error}");
        }
    }

    proptest! {
        #[test]
        fn no_path_panics(path in r#"\{[$@.a-c\[\]?()'"*=:,0-9 \\{}-]{0,24}\}"#) {
            let _ = first(&path, &json!({"a": [{"b": 1}], "b": {"c": [1, 2]}}));
        }
    }
}
