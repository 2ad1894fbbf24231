mod body;
mod headers;
mod login;

use http::Method;

use super::fields::Fields;
use super::tls;
use crate::blackbox::http::{BodyRule, Http};

pub(super) fn read(mut fields: Fields<'_>) -> Option<Http> {
    lacking(&mut fields);
    let follow = fields.flag("follow_redirects", true);
    let follows = match fields.has("no_follow_redirects") {
        true => !fields.flag("no_follow_redirects", false),
        false => {
            fields.pass_over("no_follow_redirects");
            follow
        }
    };
    let mut body_rules = Vec::new();
    for (key, fails_if_matches) in [
        ("fail_if_body_matches_regexp", true),
        ("fail_if_body_not_matches_regexp", false),
    ] {
        let rules = fields.regexes(key).into_iter();
        body_rules.extend(rules.map(|regex| BodyRule {
            regex,
            fails_if_matches,
        }));
    }
    let mut header_rules = headers::rules(&mut fields, "fail_if_header_matches", true);
    header_rules.extend(headers::rules(&mut fields, "fail_if_header_not_matches", false));
    let codes = fields.items("valid_status_codes");
    let coding = body::coding(&mut fields);
    let http = Http {
        valid_status_codes: codes
            .iter()
            .filter_map(|node| u16::try_from(fields.integer_of(node, 100..=999)?).ok())
            .collect(),
        any_status: fields.flag("accept_any_response", false),
        valid_versions: fields.texts("valid_http_versions"),
        addressing: fields.addressing(),
        follows_redirects: follows,
        fails_if_tls: fields.flag("fail_if_ssl", false),
        fails_if_not_tls: fields.flag("fail_if_not_ssl", false),
        method: method(&mut fields)?,
        headers: headers::sent(&mut fields),
        body: fields.content("body", "body_file"),
        body_rules,
        header_rules,
        coding,
        body_bytes_max: body::size(&mut fields),
        login: login::read(&mut fields),
        tls: tls::read(&mut fields),
        http2: fields.flag("enable_http2", true),
    };
    body::check_accepted(&http, &mut fields);
    fields.finish();
    Some(http)
}

/// What Serin cannot do.
fn lacking(fields: &mut Fields<'_>) {
    let direct = "nothing of it: targets are asked directly";
    for key in [
        "proxy_url",
        "proxy_connect_header",
        "proxy_from_environment",
        "skip_resolve_phase_with_proxy",
        "use_proxy_dns",
    ] {
        fields.lacks(key, "proxies", direct);
    }
    // Without a proxy it says nothing.
    fields.pass_over("no_proxy");
    fields.lacks("oauth2", "OAuth 2.0", "`authorization` or `basic_auth`");
    fields.lacks("enable_http3", "HTTP/3", "`enable_http2`");
    for key in [
        "fail_if_body_json_matches_cel",
        "fail_if_body_json_not_matches_cel",
    ] {
        fields.lacks(key, "CEL", "`fail_if_body_matches_regexp` and its like");
    }
}

fn method(fields: &mut Fields<'_>) -> Option<Method> {
    let text = fields.text("method").filter(|text| !text.is_empty());
    let text = text.unwrap_or_else(|| "GET".to_owned());
    match Method::from_bytes(text.as_bytes()) {
        Ok(method) if method != Method::CONNECT => Some(method),
        _ => {
            fields.refuse("method", format!("{text:?}"), "a method such as `GET`");
            None
        }
    }
}
