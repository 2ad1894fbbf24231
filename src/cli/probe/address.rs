//! A URL as a journey of one step.

mod probes;

use serde_json::{Value, json};
use serin_judge::analysis::plan::journey::Journey;
use serin_judge::analysis::{Diagnostic, Documents, Inputs, Source};
use url::Url;

/// A server that stands still has this many requests under way at most; one URL asks for much less than a journey.
const IN_FLIGHT: u32 = 10_000;

/// It is no path of a file.
pub(super) fn is_url(what: &str) -> bool {
    let scheme = what.split_once("://").map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| matches!(scheme, "http" | "https") || probes::SCHEMES.contains(&scheme))
}

/// Made and checked
pub(super) type Made = Result<(Journey, Vec<Diagnostic>), Vec<Diagnostic>>;

/// What a URL asks for, as a journey: a GET, or a probe.
///
/// # Errors
/// When it is no URL, or has a password: others can see a command line.
pub(super) fn journey(text: &str) -> Result<Made, String> {
    let url = Url::parse(text).map_err(|error| format!("error: `{text}` is no URL: {error}"))?;
    let spec = match url.scheme() {
        "http" | "https" => request(&url)?,
        _ => probes::step(&url)?,
    };
    let document = json!({
        "apiVersion": "serin.dev/v1",
        "kind": "Journey",
        "metadata": {"name": name(&url)},
        "spec": spec,
    });
    // JSON is YAML, and what checks documents checks this too.
    let (documents, diagnostics) = Documents::read(vec![Source::new(text, &document.to_string())]);
    if diagnostics.iter().any(Diagnostic::is_error) {
        return Ok(Err(diagnostics));
    }
    Ok(documents.journey(None, &Inputs::default()))
}

/// GET of this URL; its path is the name of the step, and what comes before it is the target.
fn request(url: &Url) -> Result<Value, String> {
    if !url.username().is_empty() || url.password().is_some() {
        return Err(refused("a Journey with `auth: {basic: ...}`"));
    }
    let path = unfillable(url.path());
    let query = url
        .query()
        .map_or_else(String::new, |query| format!("?{}", unfillable(query)));
    Ok(json!({
        "target": url.origin().ascii_serialization(),
        "schedule": {"maxInFlight": IN_FLIGHT},
        "steps": [{"name": path, "request": {"url": format!("{path}{query}")}}],
    }))
}

fn name(url: &Url) -> String {
    match url.scheme() {
        "http" | "https" => format!("{}{}", url.authority(), unfillable(url.path())),
        _ => unfillable(url.as_str()),
    }
}

fn refused(instead: &str) -> String {
    format!("error: a URL with credentials, which others can see on a command line; use {instead}")
}

/// Without braces, which would be placeholders.
fn unfillable(text: &str) -> String {
    text.replace('{', "%7B").replace('}', "%7D")
}

#[cfg(test)]
mod tests;
