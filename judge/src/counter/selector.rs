use std::fmt;

use regex::{Regex, RegexBuilder};

use super::selector_text::Scanner;
use super::series::{NAME_LABEL, Series};

/// Longest selector in bytes.
pub(super) const TEXT_BYTES_MAX: usize = 4096;
/// Largest compiled regular expression in bytes, so that `(a{1000}){1000}` cannot take the memory.
const REGEX_BYTES_MAX: usize = 1 << 20;

/// A PromQL series selector such as `http_requests_total{job="api",code=~"5.."}`.
#[derive(Clone, Debug)]
pub struct Selector {
    text: String,
    matchers: Vec<Matcher>,
}

/// Why a text is no selector of raw series.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("series selector, character {at}: {message}")]
pub struct SelectorError {
    /// 1-based, counted in characters.
    pub at: usize,
    /// What was found and what would be right.
    pub message: String,
}

#[derive(Clone, Debug)]
struct Matcher {
    label: String,
    operator: Operator,
    value: String,
    /// Anchored at both ends; only for the two regular expression operators.
    regex: Option<Regex>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    Match,
    NoMatch,
}

impl Selector {
    /// Reads a selector. Functions, ranges, `offset` and `@` are refused: raw series are wanted.
    ///
    /// # Errors
    /// When the text is anything else than one selector, with what was found.
    pub fn parse(text: &str) -> Result<Self, SelectorError> {
        let mut scanner = Scanner::new(text);
        if text.len() > TEXT_BYTES_MAX {
            return Err(scanner.error(format!(
                "{} bytes of text; at most {TEXT_BYTES_MAX} are read",
                text.len()
            )));
        }
        let matchers = scanner
            .selector()?
            .into_iter()
            .map(|(at, label, operator, value)| Matcher::new(at, label, operator, value))
            .collect::<Result<Vec<_>, _>>()?;
        if matchers.iter().all(|matcher| matcher.accepts("")) {
            return Err(SelectorError {
                at: 1,
                message:
                    "it selects every series there is; give a name, or one matcher that an empty label fails"
                        .into(),
            });
        }
        Ok(Self {
            text: text.trim().to_owned(),
            matchers,
        })
    }

    /// True when every matcher holds for the series.
    #[must_use]
    pub fn matches(&self, series: &Series) -> bool {
        self.matchers
            .iter()
            .all(|matcher| matcher.accepts(series.get(&matcher.label)))
    }

    /// True when every matcher of the metric's name holds; the other labels are not looked at.
    pub(super) fn names(&self, series: &Series) -> bool {
        self.matchers
            .iter()
            .filter(|matcher| matcher.label == NAME_LABEL)
            .all(|matcher| matcher.accepts(series.get(NAME_LABEL)))
    }

    /// Labels without which a series cannot match, whatever their values are.
    pub(super) fn needed_labels(&self) -> impl Iterator<Item = &str> {
        self.matchers
            .iter()
            .filter(|matcher| matcher.label != NAME_LABEL && !matcher.accepts(""))
            .map(|matcher| matcher.label.as_str())
    }

    /// The matchers of the metric's name alone, as PromQL writes them between braces; empty when there are none.
    #[must_use]
    pub fn name_matchers(&self) -> String {
        let names = self.matchers.iter().filter(|matcher| matcher.label == NAME_LABEL);
        let texts: Vec<String> = names
            .map(|matcher| {
                format!(
                    "{NAME_LABEL}{}{}",
                    matcher.operator.symbol(),
                    quoted(&matcher.value)
                )
            })
            .collect();
        texts.join(",")
    }

    /// As it was written, without blanks around it.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The metric's name when the selector fixes it.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.matchers
            .iter()
            .find(|matcher| matcher.label == NAME_LABEL && matcher.operator == Operator::Equal)
            .map(|matcher| matcher.value.as_str())
    }

    /// Whether a matcher looks at this label.
    #[must_use]
    pub fn asks_for(&self, label: &str) -> bool {
        self.matchers.iter().any(|matcher| matcher.label == label)
    }

    /// The same for metrics whose names end with `suffix` behind what this one selects; one that ends with it already
    /// stays as it is, and so does one that fixes no name.
    ///
    /// # Errors
    /// When the longer text is too long.
    pub fn with_suffix(&self, suffix: &str) -> Result<Self, SelectorError> {
        let Some(name) = self.name().filter(|name| !name.ends_with(suffix)) else {
            return Ok(self.clone());
        };
        let name = format!("{NAME_LABEL}={}", quoted(&format!("{name}{suffix}")));
        let others = self.matchers.iter().filter(|matcher| matcher.label != NAME_LABEL);
        let others = others.map(|matcher| {
            let Matcher {
                label,
                operator,
                value,
                ..
            } = matcher;
            format!("{label}{}{}", operator.symbol(), quoted(value))
        });
        let matchers: Vec<String> = std::iter::once(name).chain(others).collect();
        Self::parse(&format!("{{{}}}", matchers.join(",")))
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl Operator {
    fn symbol(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Match => "=~",
            Self::NoMatch => "!~",
        }
    }
}

/// A text as a string literal of PromQL.
#[must_use]
pub fn quoted(text: &str) -> String {
    let escaped = text
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n");
    format!("\"{escaped}\"")
}

impl Matcher {
    fn new(at: usize, label: String, operator: Operator, value: String) -> Result<Self, SelectorError> {
        let regex = match operator {
            Operator::Equal | Operator::NotEqual => None,
            Operator::Match | Operator::NoMatch => Some(anchored(&value).map_err(|error| SelectorError {
                at,
                message: format!("`{value}` is no regular expression: {error}"),
            })?),
        };
        Ok(Self {
            label,
            operator,
            value,
            regex,
        })
    }

    fn accepts(&self, value: &str) -> bool {
        let hit = self
            .regex
            .as_ref()
            .map_or_else(|| self.value == value, |regex| regex.is_match(value));
        hit == matches!(self.operator, Operator::Equal | Operator::Match)
    }
}

/// Prometheus anchors regular expressions at both ends. The expression is tried by itself first, so that
/// `a)|(b` is refused instead of slipping out of the group.
fn anchored(expression: &str) -> Result<Regex, String> {
    let build = |text: &str| {
        RegexBuilder::new(text)
            .size_limit(REGEX_BYTES_MAX)
            .build()
            .map_err(|error| last_line(&error.to_string()))
    };
    build(expression)?;
    build(&format!("^(?s:{expression})$"))
}

fn last_line(text: &str) -> String {
    text.lines()
        .last()
        .unwrap_or_default()
        .trim_start_matches("error: ")
        .to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn series(labels: &[(&str, &str)]) -> Series {
        Series::new(labels.iter().copied())
    }

    #[test]
    fn matching() {
        let api = series(&[
            ("__name__", "http_requests_total"),
            ("job", "api"),
            ("code", "503"),
        ]);
        for (text, expected) in [
            ("http_requests_total", true),
            ("http_requests", false),
            (r#"http_requests_total{}"#, true),
            (r#"http_requests_total{job="api",code=~"5.."}"#, true),
            (r#" http_requests_total { job = 'api' , } "#, true),
            (r#"{__name__="http_requests_total"}"#, true),
            (r#"{__name__=~"http_.*",job!="web"}"#, true),
            (r#"{"http_requests_total", "job"=`api`}"#, true),
            (r#"http_requests_total{code=~"5"}"#, false),
            (r#"http_requests_total{code=~"4..|5.."}"#, true),
            (r#"http_requests_total{code!~"5.."}"#, false),
            (r#"http_requests_total{pod=""}"#, true),
            (r#"http_requests_total{pod!=""}"#, false),
            (r#"http_requests_total{pod=~".*"}"#, true),
        ] {
            assert_eq!(Selector::parse(text).unwrap().matches(&api), expected, "{text}");
        }
    }

    #[test]
    fn a_suffix_goes_behind_the_name() {
        for (text, expected) in [
            ("a", r#"{__name__="a_bucket"}"#),
            (
                r#"a{b="x\"y",c!~"z.*"}"#,
                r#"{__name__="a_bucket",b="x\"y",c!~"z.*"}"#,
            ),
            ("a_bucket{b='1'}", "a_bucket{b='1'}"),
            (r#"{__name__=~"a|b"}"#, r#"{__name__=~"a|b"}"#),
        ] {
            let selector = Selector::parse(text).unwrap().with_suffix("_bucket").unwrap();
            assert_eq!(selector.text(), expected);
        }
    }

    #[test]
    fn escapes_in_values() {
        let selector = Selector::parse(r#"a{b="x\"\\\n\x41\u00e9"}"#).unwrap();
        assert!(selector.matches(&series(&[("__name__", "a"), ("b", "x\"\\\nA\u{e9}")])));
    }

    #[test]
    fn errors_say_what_was_found() {
        for (text, expected) in [
            ("", "is empty"),
            ("{}", "selects every series"),
            (r#"{a=~".*"}"#, "selects every series"),
            ("rate(a[1m])", "function `rate(`"),
            ("a[1m]", "a range"),
            ("a offset 5m", "`offset`"),
            ("a @ 5", "`@`"),
            ("a{b=1}", "a quoted value"),
            (r#"a{b "1"}"#, "an operator"),
            (r#"a{b="1" c="2"}"#, "`,` or `}`"),
            (r#"a{b="1""#, "`}` is missing"),
            (r#"a{b="1"#, "quote is not closed"),
            (r#"a{b=~"("}"#, "no regular expression"),
            (r#"a{b=~"x)|(y"}"#, "no regular expression"),
            (r#"a{__name__="b"}"#, "name is given twice"),
            (r#"a{b="\q"}"#, "escape `\\q`"),
            ("a + b", "`+ b`"),
            ("5xx", "`5xx`"),
        ] {
            let error = Selector::parse(text).unwrap_err().to_string();
            assert!(error.contains(expected), "{text}: {error}");
        }
        assert_eq!(Selector::parse("äöü[1m]").unwrap_err().at, 1);
        assert_eq!(Selector::parse("a{b=\"ä\"}[1m]").unwrap_err().at, 9);
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,60}") {
            let _ = Selector::parse(&text);
        }

        #[test]
        fn selector_like_text_never_panics(text in r#"[a{}=~!",'\\x0-9 ()\[\]|]{0,40}"#) {
            let _ = Selector::parse(&text);
        }
    }
}
