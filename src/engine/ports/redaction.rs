/// Characters of a foreign answer that are shown in an error.
const EXCERPT_CHARACTERS_MAX: usize = 160;
/// Bytes of a foreign answer that are looked at for an excerpt.
const EXCERPT_BYTES_MAX: usize = 8 * 1024;

/// What is shorter stays in values: tokens are longer, and words such as `team` or `ok` are not.
const SECRET_BYTES_MIN: usize = 8;

/// Takes secrets out of texts that may repeat them: a proxy's error page may show the request's headers.
#[derive(Clone, Default)]
pub struct Redaction {
    /// Longest first, so that a secret inside another leaves nothing behind.
    secrets: Vec<String>,
}

impl Redaction {
    /// Of a source that sends no secret.
    pub const NONE: Self = Self { secrets: Vec::new() };

    /// Knows these secrets, also as they are when they are quoted.
    #[must_use]
    pub fn new(secrets: impl IntoIterator<Item = String>) -> Self {
        let mut secrets: Vec<String> = secrets
            .into_iter()
            .filter(|secret| !secret.is_empty())
            .flat_map(spellings)
            .collect();
        secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        secrets.dedup();
        Self { secrets }
    }

    /// The text with `*****` in place of each secret.
    #[must_use]
    pub fn apply(&self, text: &str) -> String {
        self.secrets
            .iter()
            .fold(text.to_owned(), |text, secret| text.replace(secret, "*****"))
    }

    /// The text of a measured value with `*****` in place of each secret that is long enough to be one: a header's
    /// value may also be a common word.
    #[must_use]
    pub fn apply_to_value(&self, text: &str) -> String {
        let secrets = self.secrets.iter();
        secrets
            .filter(|secret| secret.len() >= SECRET_BYTES_MIN)
            .fold(text.to_owned(), |text, secret| text.replace(secret, "*****"))
    }

    /// The beginning of a foreign answer on one line, without secrets. They are taken out before the text is cut,
    /// lest half of one stays.
    #[must_use]
    pub fn excerpt(&self, body: &[u8]) -> String {
        let text = self.apply(&String::from_utf8_lossy(
            &body[..body.len().min(EXCERPT_BYTES_MAX)],
        ));
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        line.chars().take(EXCERPT_CHARACTERS_MAX).collect()
    }
}

/// A secret as it is, as an error quotes it, as JSON, and as JSON that Go writes.
fn spellings(secret: String) -> [String; 4] {
    let unquoted = |text: &str| text[1..text.len() - 1].to_owned();
    let json = unquoted(&serde_json::Value::from(secret.as_str()).to_string());
    let go = [("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026")]
        .iter()
        .fold(json.clone(), |text, (from, to)| text.replace(from, to));
    [unquoted(&format!("{secret:?}")), json, go, secret]
}

impl std::fmt::Debug for Redaction {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Redaction({} secrets)", self.secrets.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_do_not_come_through() {
        let redaction = Redaction::new(["abc".to_owned(), String::new(), "abcdef".to_owned()]);
        assert_eq!(redaction.apply("x abcdef abc y"), "x ***** ***** y");
        assert_eq!(redaction.excerpt(b"<p>\n abcdef </p>"), "<p> ***** </p>");
        assert_eq!(redaction.excerpt(&[b'x'; 500]).len(), 160);
        assert_eq!(format!("{redaction:?}"), "Redaction(2 secrets)");
        let redaction = Redaction::new(["to\"ken<\\1".to_owned()]);
        for text in ["to\"ken<\\1", r#"to\"ken<\\1"#, r#"to\"ken\u003c\\1"#] {
            assert_eq!(redaction.apply(text), "*****", "{text}");
        }
        let redaction = Redaction::new(["ok".to_owned(), "t0ken-and-more".to_owned()]);
        assert_eq!(redaction.apply_to_value("ok t0ken-and-more"), "ok *****");
    }
}
