//! The text of a `/metrics` endpoint: Prometheus' format 0.0.4, and what OpenMetrics adds to it.

use super::series::{NAME_LABEL, Series};

/// What one text may hold at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExpositionLimits {
    /// Sample lines.
    pub samples: usize,
    /// Bytes of one line, so that a text without line ends is refused early.
    pub line_bytes: usize,
    /// Labels of one sample.
    pub labels: usize,
}

impl Default for ExpositionLimits {
    /// 100,000 samples (a large exporter has a tenth of that), lines of 64 KiB, 64 labels.
    fn default() -> Self {
        Self {
            samples: 100_000,
            line_bytes: 64 * 1024,
            labels: 64,
        }
    }
}

/// One series with its current value.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// Which.
    pub series: Series,
    /// As the text has it; NaN and infinities are legal there.
    pub value: f64,
}

/// Why a text is not Prometheus' format.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("metrics text, line {line}: {message}")]
pub struct ExpositionError {
    /// 1-based.
    pub line: usize,
    /// What was found.
    pub message: String,
}

/// Reads all samples, sorted by series. Comments, timestamps and exemplars are skipped.
///
/// # Errors
/// When any line is no sample, a series stands there twice, the text is cut off, or a limit is passed:
/// half a text would count the missing series as dead.
pub fn parse_exposition(text: &str, limits: &ExpositionLimits) -> Result<Vec<Sample>, ExpositionError> {
    let mut samples: Vec<(Sample, usize)> = Vec::new();
    let mut ended = false;
    let mut line = 0;
    for piece in text.split_inclusive('\n') {
        line += 1;
        let fail = |message: String| Err(ExpositionError { line, message });
        if piece.len() > limits.line_bytes {
            return fail(format!(
                "{} bytes; at most {} are read",
                piece.len(),
                limits.line_bytes
            ));
        }
        let content = piece.trim();
        if ended && !content.is_empty() {
            return fail("text after `# EOF`".into());
        }
        if content == "# EOF" {
            ended = true;
        } else if !piece.ends_with('\n') {
            return fail("the text ends inside this line: it was cut off".into());
        }
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        if samples.len() == limits.samples {
            return fail(format!("more than {} samples", limits.samples));
        }
        match sample(content, limits.labels) {
            Ok(sample) => samples.push((sample, line)),
            Err(message) => return fail(message),
        }
    }
    sorted_unique(samples)
}

fn sorted_unique(mut samples: Vec<(Sample, usize)>) -> Result<Vec<Sample>, ExpositionError> {
    samples.sort_by(|(one, one_line), (other, other_line)| {
        one.series.cmp(&other.series).then(one_line.cmp(other_line))
    });
    if let Some([(one, first), (_, line)]) = samples
        .array_windows::<2>()
        .find(|[(one, _), (other, _)]| one.series == other.series)
    {
        return Err(ExpositionError {
            line: *line,
            message: format!("{} stands in line {first} already", one.series),
        });
    }
    Ok(samples.into_iter().map(|(sample, _)| sample).collect())
}

fn sample(content: &str, labels_max: usize) -> Result<Sample, String> {
    let name_ends = content
        .find(|c: char| c == '{' || c.is_whitespace())
        .unwrap_or(content.len());
    let (name, rest) = content.split_at(name_ends);
    if !name.is_empty() && !is_identifier(name, true) {
        return Err(format!("`{}` is no metric name", shown(name)));
    }
    let mut labels: Vec<(String, String)> = Vec::new();
    if !name.is_empty() {
        labels.push((NAME_LABEL.to_owned(), name.to_owned()));
    }
    let rest = match rest.trim_start().strip_prefix('{') {
        Some(inside) => braces(inside, &mut labels, labels_max)?,
        None => rest,
    };
    let named = labels.first();
    if named.is_none_or(|(label, name)| label != NAME_LABEL || name.is_empty()) {
        return Err(format!("`{}` has no metric name", shown(content)));
    }
    // An exemplar comes after ` # `; it is not part of the sample.
    let mut words = rest.split(" # ").next().unwrap_or_default().split_whitespace();
    let value = words
        .next()
        .ok_or_else(|| format!("`{}` has no value", shown(content)))?;
    let value = number(value).ok_or_else(|| format!("`{}` is no value", shown(value)))?;
    if let Some(timestamp) = words.next()
        && number(timestamp).is_none()
    {
        return Err(format!("`{}` is no timestamp", shown(timestamp)));
    }
    match words.next() {
        Some(word) => Err(format!("`{}` after the sample", shown(word))),
        None => Ok(Sample {
            series: Series::new(labels),
            value,
        }),
    }
}

/// Reads `a="b",c="d"}` and returns what follows.
fn braces<'a>(
    mut rest: &'a str,
    labels: &mut Vec<(String, String)>,
    labels_max: usize,
) -> Result<&'a str, String> {
    loop {
        rest = rest.trim_start();
        if let Some(after) = rest.strip_prefix('}') {
            return Ok(after);
        }
        if labels.len() > labels_max {
            return Err(format!("more than {labels_max} labels"));
        }
        let (label, after) = label_name(rest)?;
        let after = after.trim_start();
        if let Some(value) = after.strip_prefix('=') {
            let value = value
                .trim_start()
                .strip_prefix('"')
                .ok_or_else(|| format!("label `{label}` has no quoted value"))?;
            let (value, after) = quoted(value)?;
            if labels.iter().any(|(name, _)| *name == label) {
                return Err(format!("label `{label}` stands there twice"));
            }
            labels.push((label, value));
            rest = after;
        } else if labels.is_empty() && rest.starts_with('"') {
            // Prometheus 3: the quoted name of the metric itself.
            labels.push((NAME_LABEL.to_owned(), label));
            rest = after;
        } else {
            return Err(format!("label `{}` has no `=`", shown(&label)));
        }
        rest = rest.trim_start();
        match rest.strip_prefix(',') {
            Some(after) => rest = after,
            None if rest.starts_with('}') => {}
            None => return Err(format!("found `{}` where `,` or `}}` is wanted", shown(rest))),
        }
    }
}

fn label_name(rest: &str) -> Result<(String, &str), String> {
    if let Some(inside) = rest.strip_prefix('"') {
        return quoted(inside);
    }
    let ends = rest
        .find(|c: char| c == '=' || c == '}' || c == ',' || c.is_whitespace())
        .unwrap_or(rest.len());
    let (label, after) = rest.split_at(ends);
    if is_identifier(label, false) {
        Ok((label.to_owned(), after))
    } else {
        Err(format!("`{}` is no label name", shown(rest)))
    }
}

/// The text up to the closing quote, and what follows it.
fn quoted(text: &str) -> Result<(String, &str), String> {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((index, character)) = characters.next() {
        match character {
            '"' => return Ok((value, &text[index + 1..])),
            '\\' => match characters.next() {
                Some((_, 'n')) => value.push('\n'),
                Some((_, escaped @ ('"' | '\\'))) => value.push(escaped),
                // As Prometheus' own parser: an unknown escape stays as it is.
                Some((_, other)) => value.extend(['\\', other]),
                None => break,
            },
            _ => value.push(character),
        }
    }
    Err(format!("the quote before `{}` is not closed", shown(text)))
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok()
}

fn is_identifier(text: &str, colons: bool) -> bool {
    !text.is_empty()
        && !text.starts_with(|c: char| c.is_ascii_digit())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || (colons && c == ':'))
}

/// The beginning of what was found, short enough for a message.
fn shown(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(text: &str) -> Result<Vec<Sample>, ExpositionError> {
        parse_exposition(text, &ExpositionLimits::default())
    }

    #[test]
    fn a_text_with_everything() {
        let samples = parse(concat!(
            "# HELP a Some \\n help.\n# TYPE a counter\n",
            "a 1\n",
            "a{} 2 # not a comment but an exemplar marker needs a blank\n",
        ));
        assert!(samples.unwrap_err().message.contains("stands in line 3 already"));

        let samples = parse(concat!(
            "\n# a comment\r\n",
            "z{path=\"C:\\\\dir\\n\\\"q\\\"\", code = \"200\", } 1.5e3 1712345678901\r\n",
            "nan NaN\nplus +Inf\nminus -Inf\n",
            "o_total{a=\"} # {\"} 7 123.4 # {trace_id=\"x\"} 0.5 1.0\n",
            "{\"dotted.name\",b=\"c\"} 3\n",
            "# EOF\n",
        ))
        .unwrap();
        let text: Vec<String> = samples
            .iter()
            .map(|s| format!("{} {}", s.series, s.value))
            .collect();
        assert_eq!(
            text,
            [
                r#"dotted.name{b="c"} 3"#,
                "minus -inf",
                "nan NaN",
                r#"o_total{a="} # {"} 7"#,
                "plus inf",
                r#"z{code="200",path="C:\\dir\n\"q\""} 1500"#,
            ]
        );
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        for (text, line, expected) in [
            ("a 1\nb 2", 2, "cut off"),
            ("a 1\nb{x=\"y", 2, "cut off"),
            ("a 1\nb{x=\"1\"} 2\nb{x=\"1\"} 3\n", 3, "line 2 already"),
            ("a 1\n<!doctype html>\n", 2, "`<!doctype` is no metric name"),
            ("a\n", 1, "no value"),
            ("a one\n", 1, "`one` is no value"),
            ("a 1 then\n", 1, "no timestamp"),
            ("a 1 2 3\n", 1, "after the sample"),
            ("a{b} 1\n", 1, "no `=`"),
            ("a{b=1} 1\n", 1, "no quoted value"),
            ("a{b=\"1} 1\n", 1, "not closed"),
            ("a{b=\"1\" c=\"2\"} 1\n", 1, "`,` or `}`"),
            ("a{b=\"1\",b=\"2\"} 1\n", 1, "twice"),
            ("{b=\"1\"} 1\n", 1, "no metric name"),
            ("{\"\"} 1\n", 1, "no metric name"),
            ("# EOF\na 1\n", 2, "after `# EOF`"),
        ] {
            let error = parse(text).unwrap_err();
            assert_eq!(error.line, line, "{text:?}: {error}");
            assert!(error.message.contains(expected), "{text:?}: {error}");
        }
    }

    #[test]
    fn limits_hold() {
        let limits = ExpositionLimits {
            samples: 2,
            line_bytes: 20,
            labels: 1,
        };
        for (text, expected) in [
            ("a 1\nb 1\nc 1\n", "more than 2 samples"),
            ("aaaaaaaaaaaaaaaaaaaaaaa 1\n", "at most 20"),
            ("a{b=\"\",c=\"\"} 1\n", "more than 1 labels"),
        ] {
            let error = parse_exposition(text, &limits).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
        assert_eq!(parse("").unwrap(), []);
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC{0,80}\n?") {
            let _ = parse(&text);
        }

        #[test]
        fn metric_like_text_never_panics(text in r#"[ab{}=", \\#0-9.\n]{0,60}"#) {
            let _ = parse(&text);
        }

        #[test]
        fn any_label_value_survives(value in "\\PC{1,20}", number in any::<f64>()) {
            let escaped = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            let samples = parse(&format!("a{{b=\"{escaped}\"}} {number}\n")).unwrap();
            prop_assert_eq!(samples[0].series.get("b"), value.as_str());
            prop_assert!(samples[0].value.total_cmp(&number).is_eq() || number.is_nan());
        }
    }
}
