//! An address as curl takes it.

use crate::import::call::origin_of;
use crate::import::text::OPEN;

/// With the scheme that curl guesses, and without the dot segments that it takes out (RFC 3986, 5.2.4).
pub(super) fn absolute(url: &str, keeps_dots: bool) -> String {
    let has_scheme = url
        .split_once("://")
        .is_some_and(|(scheme, _)| scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    let begins_with_value = url.starts_with(OPEN);
    let url = if has_scheme || begins_with_value {
        url.to_owned()
    } else {
        format!("http://{url}")
    };
    let Some((origin, rest)) = origin_of(&url).filter(|_| !keeps_dots) else {
        return url;
    };
    let end = rest.find(['?', '#']).unwrap_or(rest.len());
    let (path, rest) = rest.split_at(end);
    let is_dotted = path.split('/').any(|segment| segment == "." || segment == "..");
    if !is_dotted {
        return url;
    }
    let mut segments: Vec<&str> = Vec::new();
    let last = path.rsplit('/').next().unwrap_or_default();
    for segment in path.split('/').skip(1) {
        match segment {
            "." => {}
            ".." => drop(segments.pop()),
            segment => segments.push(segment),
        }
    }
    if matches!(last, "." | "..") {
        segments.push("");
    }
    format!("{origin}/{}{rest}", segments.join("/"))
}
