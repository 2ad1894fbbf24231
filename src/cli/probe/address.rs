//! A URL as a journey of one step.

use serde_json::json;
use serin_judge::analysis::plan::journey::Journey;
use serin_judge::analysis::{Diagnostic, Documents, Inputs, Source};
use url::Url;

/// A server that stands still has this many requests under way at most; one URL asks for much less than a journey.
const IN_FLIGHT: u32 = 10_000;

/// It is no path of a file.
pub(super) fn is_url(what: &str) -> bool {
    what.starts_with("http://") || what.starts_with("https://")
}

/// Made and checked
pub(super) type Made = Result<(Journey, Vec<Diagnostic>), Vec<Diagnostic>>;

/// GET of this URL; its path is the name of the step, and what comes before it is the target.
///
/// # Errors
/// When it is no URL, or has credentials: others can see a command line.
pub(super) fn journey(text: &str) -> Result<Made, String> {
    let url = Url::parse(text).map_err(|error| format!("error: `{text}` is no URL: {error}"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(
            "error: a URL with credentials, which others can see on a command line; use a Journey with \
             `auth: {basic: ...}`"
                .to_owned(),
        );
    }
    let path = unfillable(url.path());
    let query = url
        .query()
        .map_or_else(String::new, |query| format!("?{}", unfillable(query)));
    let document = json!({
        "apiVersion": "serin.dev/v1",
        "kind": "Journey",
        "metadata": {"name": format!("{}{path}", url.authority())},
        "spec": {
            "target": url.origin().ascii_serialization(),
            "schedule": {"maxInFlight": IN_FLIGHT},
            "steps": [{"name": path, "request": {"url": format!("{path}{query}")}}],
        },
    });
    // JSON is YAML, and what checks documents checks this too.
    let (documents, diagnostics) = Documents::read(vec![Source::new(text, &document.to_string())]);
    if diagnostics.iter().any(Diagnostic::is_error) {
        return Ok(Err(diagnostics));
    }
    Ok(documents.journey(None, &Inputs::default()))
}

/// Without braces, which would be placeholders.
fn unfillable(text: &str) -> String {
    text.replace('{', "%7B").replace('}', "%7D")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_a_journey_of_one_step() {
        let (journey, warnings) = journey("https://shop.example.com:8443/a/{{x}}?q={{y}}&n=1")
            .unwrap()
            .unwrap();
        assert!(warnings.is_empty(), "{warnings:?}");
        assert_eq!(journey.target.as_deref(), Some("https://shop.example.com:8443"));
        assert_eq!(journey.steps.len(), 1);
        assert_eq!(journey.steps[0].name, "/a/%7B%7Bx%7D%7D");
        assert_eq!(journey.warm_up, 0);
        let refused = super::journey("http://ann:s3cret@shop/").unwrap_err();
        assert!(!refused.contains("s3cret"), "{refused}");
        assert!(super::journey("http://").is_err());
    }
}
