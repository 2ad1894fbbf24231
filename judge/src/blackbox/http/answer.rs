use http::header::{CONTENT_LENGTH, LAST_MODIFIED, LOCATION, TRANSFER_ENCODING};
use http::{Method, Version};

use super::{Http, Question};
use crate::analysis::plan::journey::{Failure, FailureClass};
use crate::blackbox::Report;
use crate::journey::{Answer, Hop};

/// What came of a request.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// Each request of the chain.
    pub hops: &'a [Hop],
    /// The last answer, as far as it came; without a body where that broke.
    pub answer: Option<&'a Answer>,
    /// Why it is not whole, or why there is none.
    pub failure: Option<&'a Failure>,
}

impl Http {
    /// What came.
    pub fn judge(&self, question: &Question, seen: &Seen<'_>, report: &mut Report) {
        durations(seen, report);
        if let Some(failure) = seen.failure {
            report.error(
                "the request has no whole answer",
                [("seen", failure.message.clone())],
            );
        }
        report.gauges.set("probe_http_redirects", redirects(seen));
        let Some(answer) = seen.answer else { return };
        let status = answer.status.as_u16();
        report.info(
            "an answer came",
            [
                ("status_code", status.to_string()),
                ("url", answer.url.to_string()),
            ],
        );
        // The body of a redirect that is not followed is nobody's.
        let is_unfollowed = is_redirect(answer);
        let gauges = &mut report.gauges;
        gauges.set("probe_http_status_code", f64::from(status));
        gauges.set("probe_http_content_length", content_length(question, answer));
        let length = if is_unfollowed { 0 } else { answer.body_bytes };
        #[expect(clippy::cast_precision_loss, reason = "bytes of a body")]
        gauges.set("probe_http_uncompressed_body_length", length as f64);
        gauges.set("probe_http_version", version(answer.version).0);
        if let Some(at) = last_modified(answer) {
            gauges.set("probe_http_last_modified_timestamp_seconds", at);
        }
        if let Some(tls) = &answer.tls {
            gauges.set("probe_http_ssl", 1.0);
            report.secured(tls);
        }
        let is_cut = seen
            .failure
            .is_some_and(|failure| failure.class != FailureClass::Redirect);
        report.success = self.holds(answer, is_cut, report) && !is_cut;
    }

    /// Each check, where all before it hold; the first that does not is told.
    fn holds(&self, answer: &Answer, is_cut: bool, report: &mut Report) -> bool {
        let status = answer.status.as_u16();
        let is_valid = match self.valid_status_codes.as_slice() {
            _ if self.any_status => true,
            [] => answer.status.is_success(),
            codes => codes.contains(&status),
        };
        if !is_valid {
            report.error("the status is not valid", [("status_code", status.to_string())]);
            return false;
        }
        if let Some(why) = self
            .header_fault(answer)
            .or_else(|| self.body_fault(answer, is_cut))
        {
            report.gauges.set("probe_failed_due_to_regex", 1.0);
            report.error("the answer is not as a rule says", [("rule", why)]);
            return false;
        }
        let spoken = version(answer.version).1;
        if !self.valid_versions.is_empty() && !self.valid_versions.iter().any(|valid| valid == spoken) {
            report.error("the version is not valid", [("version", spoken.to_owned())]);
            return false;
        }
        let has_tls = answer.tls.is_some() || answer.url.scheme_str() == Some("https");
        if (has_tls && self.fails_if_tls) || (!has_tls && self.fails_if_not_tls) {
            let rule = if has_tls { "fail_if_ssl" } else { "fail_if_not_ssl" };
            report.error(
                "the last request has TLS, or has none",
                [("rule", rule.to_owned())],
            );
            return false;
        }
        true
    }

    fn header_fault(&self, answer: &Answer) -> Option<String> {
        self.header_rules.iter().find_map(|rule| {
            let mut values = answer.headers.get_all(&rule.header).iter().peekable();
            if values.peek().is_none() {
                return (!rule.may_miss).then(|| format!("there is no header {}", rule.header));
            }
            let matches = values.any(|value| rule.regex.is_match(value.as_bytes()));
            let word = if matches { "fits" } else { "does not fit" };
            (matches == rule.fails_if_matches).then(|| format!("{} {word} {}", rule.header, rule.regex))
        })
    }

    fn body_fault(&self, answer: &Answer, is_cut: bool) -> Option<String> {
        if is_cut && !self.body_rules.is_empty() {
            return Some("the body could not be read".to_owned());
        }
        let broken = self
            .body_rules
            .iter()
            .find(|rule| rule.regex.is_match(&answer.body) == rule.fails_if_matches)?;
        let word = if broken.fails_if_matches {
            "fits"
        } else {
            "does not fit"
        };
        Some(format!("the body {word} {}", broken.regex))
    }
}

/// Of a chain: what is resolved before the first request is told apart from here.
fn durations(seen: &Seen<'_>, report: &mut Report) {
    const NAME: &str = "probe_http_duration_seconds";
    let mut add = |phase: &str, parts: &[Option<std::time::Duration>]| {
        let sum: std::time::Duration = parts.iter().copied().flatten().sum();
        report.gauges.add_of(NAME, &[("phase", phase)], sum.as_secs_f64());
    };
    for (place, hop) in seen.hops.iter().enumerate() {
        let phases = &hop.phases;
        add("resolve", &[phases.dns]);
        let is_connected = phases.send.is_some() || phases.first_byte.is_some();
        if !is_connected {
            continue;
        }
        add("connect", &[phases.connect]);
        add("tls", &[phases.tls]);
        if hop.status.is_none() {
            continue;
        }
        add("processing", &[phases.send, phases.first_byte]);
        if place + 1 == seen.hops.len() {
            add("transfer", &[phases.body]);
        }
    }
}

fn redirects(seen: &Seen<'_>) -> f64 {
    let (last, before) = match seen.hops.split_last() {
        Some((_, before)) => (seen.answer.is_some_and(is_redirect), before.len()),
        None => (false, 0),
    };
    #[expect(clippy::cast_precision_loss, reason = "eleven at most")]
    let redirects = (before + usize::from(last)) as f64;
    redirects
}

/// It leads elsewhere.
fn is_redirect(answer: &Answer) -> bool {
    matches!(answer.status.as_u16(), 301 | 302 | 303 | 307 | 308) && answer.headers.contains_key(LOCATION)
}

/// Figure and name.
fn version(version: Version) -> (f64, &'static str) {
    match version {
        Version::HTTP_09 => (0.9, "HTTP/0.9"),
        Version::HTTP_10 => (1.0, "HTTP/1.0"),
        Version::HTTP_2 => (2.0, "HTTP/2.0"),
        Version::HTTP_3 => (3.0, "HTTP/3.0"),
        _ => (1.1, "HTTP/1.1"),
    }
}

/// As Go's client tells it: what the head says; 0 for answers that have no body, -1 where nobody says.
fn content_length(question: &Question, answer: &Answer) -> f64 {
    let status = answer.status.as_u16();
    let is_chunked = answer.headers.contains_key(TRANSFER_ENCODING);
    let told = answer
        .headers
        .get(CONTENT_LENGTH)
        .and_then(|told| told.to_str().ok()?.trim().parse().ok());
    match told {
        _ if matches!(status, 204 | 304) && question.method != Method::HEAD => 0.0,
        Some(told) if !is_chunked => told,
        None if answer.version == Version::HTTP_2
            && answer.body_bytes == 0
            && question.method != Method::HEAD =>
        {
            0.0
        }
        _ => -1.0,
    }
}

fn last_modified(answer: &Answer) -> Option<f64> {
    let told = answer.headers.get(LAST_MODIFIED)?.to_str().ok()?;
    let at = jiff::fmt::rfc2822::DateTimeParser::new()
        .parse_timestamp(told)
        .ok()?;
    #[expect(clippy::cast_precision_loss, reason = "seconds of some thousand years")]
    let seconds = at.as_second() as f64;
    Some(seconds)
}
