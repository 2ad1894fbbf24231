//! `[Options]` of an entry.

use super::Variables;
use super::entry::Pairs;
use crate::analysis::duration;
use crate::import::call::{Auth, Call, is_path};
use crate::import::draft::{Draft, Remarks};
use crate::import::text::{has_value, quiet_line};
use crate::import::yaml::Map;

/// What only changes what hurl shows.
const SHOWN: [&str; 6] = [
    "verbose",
    "very-verbose",
    "verbosity",
    "output",
    "pretty",
    "color",
];
/// Tries again of a step.
const ATTEMPTS_MAX: u64 = 100;

/// What options say of a step.
#[derive(Default)]
pub(super) struct Options {
    pub(super) before: Map,
    pub(super) after: Map,
    pub(super) is_skipped: bool,
    retry: Option<u64>,
    retry_interval: Option<String>,
    location: bool,
    redirects_max: Option<u64>,
}

/// Takes options into a request and what stands beside it.
pub(super) fn apply(
    pairs: &Pairs,
    call: &mut Call,
    draft: &mut Draft,
    known: &Variables,
    remarks: &mut Remarks,
) -> Options {
    let mut options = Options::default();
    for (name, value) in pairs {
        if has_value(value) || value.contains("{{") {
            remarks.lose(format!("the option `{name}`: an argument cannot stand there"));
        } else if !options.take(name, value, call, draft, known) {
            remarks.lose(format!("the option `{name}: {}`", quiet_line(value)));
        }
    }
    if options.location {
        call.redirects = Some(options.redirects_max.unwrap_or(50));
    }
    if let Some(attempts) = options.retry.filter(|attempts| *attempts > 0) {
        let pause = options.retry_interval.clone().unwrap_or_else(|| "1s".to_owned());
        if attempts > ATTEMPTS_MAX {
            remarks.lose(format!("more than {ATTEMPTS_MAX} retries"));
        }
        let retry = Map::of("attempts", attempts.min(ATTEMPTS_MAX)).with("pause", pause);
        options.after.put("retry", retry);
    }
    options
}

impl Options {
    fn take(
        &mut self,
        name: &str,
        value: &str,
        call: &mut Call,
        draft: &mut Draft,
        known: &Variables,
    ) -> bool {
        let is_on = value == "true";
        match name {
            "location" | "location-trusted" => self.location = is_on,
            "max-redirs" => self.redirects_max = Some(value.parse().unwrap_or(50)),
            "skip" => self.is_skipped = is_on,
            "retry" => self.retry = Some(value.parse().unwrap_or(u64::MAX)),
            "retry-interval" => self.retry_interval = time(value, "ms"),
            "delay" => self.before.put_some(
                "think",
                time(value, "ms").map_or(crate::import::yaml::Yaml::Null, Into::into),
            ),
            "max-time" => match time(value, "s") {
                Some(time) => self.after.put("timeout", time),
                None => return false,
            },
            "repeat" => match value.parse::<u64>() {
                Ok(times @ 1..=10_000) => self.after.put("repeat", Map::of("times", times)),
                _ => return false,
            },
            "insecure" => draft.of_all("insecure", is_on.into(), "insecure"),
            "cacert" if is_path(value) => draft.of_all("ca", value.into(), "cacert"),
            "cert" | "key" if is_path(value) => draft.client(name == "cert", value),
            "http1.1" if is_on => call.version = Some("1.1"),
            "http2" if is_on => {}
            "compressed" if is_on => {
                call.headers
                    .push(("Accept-Encoding".to_owned(), "gzip, deflate".to_owned()));
            }
            "user" => {
                let (user, password) = value.split_once(':').unwrap_or((value, ""));
                call.auth = Some(Auth::Basic {
                    user: user.to_owned(),
                    password: password.to_owned(),
                });
            }
            "header" => match value.split_once(':') {
                Some((name, value)) => call
                    .headers
                    .push((name.trim().to_owned(), known.filled(value.trim(), draft))),
                None => return false,
            },
            "variable" => match value.split_once('=') {
                Some((name, value)) => {
                    draft.scope.arg(name.trim(), Some(value.trim().trim_matches('"')));
                }
                None => return false,
            },
            name if SHOWN.contains(&name) => draft.note(format!("`{name}` only changes what hurl shows.")),
            _ => return false,
        }
        true
    }
}

/// A time with its unit, or in `unit` without one.
fn time(text: &str, unit: &str) -> Option<String> {
    let with_unit = if text.bytes().all(|byte| byte.is_ascii_digit()) {
        format!("{text}{unit}")
    } else {
        text.to_owned()
    };
    let time = duration::parse(&with_unit).ok()?;
    let fits = time.as_millis() > 0 && time.as_secs() <= 24 * 3600;
    fits.then(|| duration::format(time))
}
