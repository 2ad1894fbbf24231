//! The steps of a transfer: one for each URL.

use super::address::absolute;
use super::data::{body, query};
use super::glob::expanded;
use super::transfer::{Retry, Transfer};
use crate::import::call::{Body, Call, origin_of};
use crate::import::draft::Draft;
use crate::import::text::shown;
use crate::import::yaml::Map;

/// Redirects that curl follows unless `--max-redirs` says otherwise.
const REDIRECTS: u64 = 50;

impl Transfer {
    /// A step for each URL.
    pub(super) fn put_steps(self, draft: &mut Draft) {
        let mut body = self.body(draft);
        let mut pairs: String = self
            .queries
            .iter()
            .map(|data| query(data, draft))
            .collect::<Vec<_>>()
            .join("&");
        if self.is_get
            && let Some(data) = body.take_text()
        {
            pairs = [pairs, data]
                .into_iter()
                .filter(|part| !part.is_empty())
                .collect::<Vec<_>>()
                .join("&");
        }
        for (at, url) in self.urls.iter().enumerate() {
            let urls = if self.is_literal {
                Ok(vec![url.clone()])
            } else {
                expanded(url)
            };
            let urls = urls.unwrap_or_else(|why| {
                draft.lose(format!("the braces and brackets of {url}: {why}"));
                vec![url.clone()]
            });
            for url in urls {
                let call = self.call(&url, &pairs, body.clone());
                let path = origin_of(&call.url).map_or(call.url.as_str(), |(_, path)| path);
                let path = path
                    .split(['?', '#'])
                    .next()
                    .filter(|path| !path.is_empty())
                    .unwrap_or("/");
                let usual = if matches!(call.body, Body::Empty) {
                    "GET"
                } else {
                    "POST"
                };
                let method = if call.method.is_empty() {
                    usual
                } else {
                    &call.method
                };
                let name = format!("{method} {}", shown(path));
                let mut step = call.step(name, draft);
                if at == 0 {
                    step.remarks.join(self.remarks.clone());
                }
                step.after.append(self.after.clone());
                self.retry.put(&mut step.after);
                draft.steps.push(step);
            }
        }
    }

    fn body(&self, draft: &mut Draft) -> Body {
        if let Some(path) = &self.upload {
            return Body::File(path.clone(), None);
        }
        if !self.parts.is_empty() {
            return Body::Multipart(self.parts.clone());
        }
        body(&self.data, self.is_json, draft)
    }

    fn call(&self, url: &str, pairs: &str, body: Body) -> Call {
        let mut url = absolute(url, self.keeps_dots);
        if let Some(path) = self.upload.as_ref().filter(|_| url.ends_with('/')) {
            url.push_str(path.rsplit('/').next().unwrap_or_default());
        }
        if !pairs.is_empty() {
            let (before, fragment) = url.split_once('#').unwrap_or((&url, ""));
            let mark = if before.contains('?') { '&' } else { '?' };
            let fragment = if fragment.is_empty() {
                String::new()
            } else {
                format!("#{fragment}")
            };
            url = format!("{before}{mark}{pairs}{fragment}");
        }
        let method = match () {
            () if !self.method.is_empty() => self.method.as_str(),
            () if self.is_head => "HEAD",
            () if self.upload.is_some() => "PUT",
            () => "",
        };
        Call {
            method: method.to_owned(),
            url,
            headers: self.headers(),
            body,
            auth: self.auth.clone(),
            redirects: self.follows.then(|| self.redirects_max.unwrap_or(REDIRECTS)),
            version: self.version,
        }
    }

    /// `--json` says what is sent and wanted, unless headers do.
    fn headers(&self) -> Vec<(String, String)> {
        let mut headers = self.headers.clone();
        if self.is_json
            && !headers
                .iter()
                .any(|(name, _)| name.eq_ignore_ascii_case("accept"))
        {
            headers.push(("Accept".to_owned(), "application/json".to_owned()));
        }
        headers
    }
}

impl Retry {
    /// What curl takes for a passing fault; 408 and 5xx are among the statuses that are not as asserted.
    fn put(&self, after: &mut Map) {
        let Some(attempts) = self.attempts.filter(|attempts| *attempts > 0) else {
            return;
        };
        let pause = self.pause.clone().unwrap_or_else(|| "1s".to_owned());
        let mut retry = Map::of("attempts", attempts.min(100)).with("pause", pause);
        if !self.all_errors {
            let timeouts = ["dns_timeout", "connect_timeout", "ttfb_timeout", "body_timeout"];
            let statuses = ["status_mismatch", "rate_limited"];
            let refused = self.refused.then_some("connect_refused");
            let classes: Vec<_> = timeouts
                .into_iter()
                .chain(statuses)
                .chain(refused)
                .map(Into::into)
                .collect();
            retry.put("on", classes);
        }
        after.put("retry", retry);
    }
}
