//! From documents to the plan of one run.

use std::collections::BTreeMap;

use serin_judge::analysis::plan::{Plan, Population, Provider};
use serin_judge::analysis::{Diagnostic, Documents, Source};

/// The plan of a document that is at hand as text.
///
/// # Errors
/// Everything that is wrong with it, rendered.
pub fn from_text(name: &str, text: &str, args: &BTreeMap<String, String>) -> Result<Plan, String> {
    let (documents, diagnostics) = Documents::read(vec![Source::new(name, text)]);
    if diagnostics.iter().any(Diagnostic::is_error) {
        return Err(rendered(&diagnostics));
    }
    documents
        .plan(None, args)
        .map(|(plan, _)| plan)
        .map_err(|diagnostics| rendered(&diagnostics))
}

/// All diagnostics as text for people, each followed by an empty line.
pub(super) fn rendered(diagnostics: &[Diagnostic]) -> String {
    diagnostics
        .iter()
        .map(|diagnostic| format!("{diagnostic}\n"))
        .collect()
}

/// `1 error`, `2 errors`.
pub(super) fn counted(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

/// Where a document's address is really to be reached: `FROM=TO`, both with scheme and host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connect {
    from: String,
    to: String,
}

impl std::str::FromStr for Connect {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (from, to) = text
            .split_once('=')
            .ok_or("FROM=TO is wanted, such as http://prometheus:9090=http://127.0.0.1:9090")?;
        for address in [from, to] {
            if !address.starts_with("http://") && !address.starts_with("https://") {
                return Err(format!(
                    "`{address}` has no scheme: http:// or https:// is wanted"
                ));
            }
        }
        let plain = |address: &str| address.trim_end_matches('/').to_owned();
        Ok(Self {
            from: plain(from),
            to: plain(to),
        })
    }
}

/// Sends what the plan asks to the addresses of `connects` where those match.
pub(super) fn connect(plan: &mut Plan, connects: &[Connect]) {
    let redirect = |address: &mut String| {
        let matching = connects.iter().find(|connect| connect.matches(address));
        if let Some(connect) = matching {
            *address = format!("{}{}", connect.to, &address[connect.from.len()..]);
        }
    };
    for metric in &mut plan.metrics {
        match &mut metric.provider {
            Provider::Prometheus(query) => query.access.address.iter_mut().for_each(redirect),
            Provider::Web(request) => redirect(&mut request.url),
            Provider::Scrape(query) => query.addresses.iter_mut().for_each(redirect),
            Provider::Journey(metric) => metric.target.iter_mut().for_each(redirect),
            Provider::Unavailable { .. } => {}
        }
    }
    for comparison in &mut plan.comparisons {
        match &mut comparison.population {
            Population::Prometheus { access, .. } => access.address.iter_mut().for_each(redirect),
            Population::Scrape {
                canary,
                stable,
                control,
                ..
            } => canary.iter_mut().chain(stable).chain(control).for_each(redirect),
            Population::Journey(sides) => [&mut sides.canary, &mut sides.stable]
                .into_iter()
                .chain(&mut sides.control)
                .for_each(redirect),
            Population::Recorded => {}
        }
    }
}

impl Connect {
    /// The same scheme, host and port; what follows is a path or nothing.
    fn matches(&self, address: &str) -> bool {
        address
            .strip_prefix(&self.from)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
    }
}

/// `NAME=VALUE` of an option.
pub(super) fn key_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("NAME=VALUE is wanted".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_hosts_match() {
        let connect: Connect = "http://prometheus:9090/=http://127.0.0.1:9091".parse().unwrap();
        assert!(
            connect.matches("http://prometheus:9090") && connect.matches("http://prometheus:9090/metrics")
        );
        assert!(!connect.matches("http://prometheus:90901") && !connect.matches("https://prometheus:9090"));
        assert!("prometheus=http://127.0.0.1".parse::<Connect>().is_err());
        assert!("http://prometheus".parse::<Connect>().is_err());
    }
}
