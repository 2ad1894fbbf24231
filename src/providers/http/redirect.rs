//! Which redirects are followed.

use reqwest::Url;
use reqwest::redirect::Policy;

/// Scheme, host and port that a redirect led to and that was not followed.
#[derive(Debug, thiserror::Error)]
#[error("a redirect to {0}")]
struct OtherHost(String);

/// Follows so many redirects; with `same_host` only those to the host and port that was asked.
pub(super) fn policy(limit: usize, same_host: bool) -> Policy {
    if limit == 0 {
        return Policy::none();
    }
    Policy::custom(move |attempt| {
        let leaves = attempt
            .previous()
            .first()
            .is_some_and(|asked| place(asked) != place(attempt.url()));
        if same_host && leaves {
            let origin = super::origin(attempt.url());
            attempt.error(OtherHost(origin))
        } else {
            Policy::limited(limit).redirect(attempt)
        }
    })
}

fn place(url: &Url) -> (Option<&str>, Option<u16>) {
    (url.host_str(), url.port_or_known_default())
}

/// Where the redirect led that was refused for its host.
pub(super) fn other_host(error: &reqwest::Error) -> Option<String> {
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        if let Some(OtherHost(origin)) = cause.downcast_ref() {
            return Some(origin.clone());
        }
        source = cause.source();
    }
    None
}
