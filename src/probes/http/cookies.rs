use cookie_store::CookieStore;
use http::header::{COOKIE, SET_COOKIE};
use http::{HeaderMap, HeaderValue, Uri};
use url::Url;

/// What is sent of `store` to `uri`, after cookies that the request has of its own; `None` when the store has none for it.
pub(super) fn for_request(store: &CookieStore, uri: &Uri, headers: &HeaderMap) -> Option<HeaderValue> {
    // Most runs have no cookies, and reading an address again costs more than this look.
    store.iter_any().next()?;
    let url = Url::parse(&uri.to_string()).ok()?;
    let own = headers.get_all(COOKIE).iter().filter_map(|own| own.to_str().ok());
    let stored: Vec<String> = store
        .get_request_values(&url)
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    if stored.is_empty() {
        return None;
    }
    let all: Vec<&str> = own.chain(stored.iter().map(String::as_str)).collect();
    HeaderValue::try_from(all.join("; ")).ok()
}

/// Takes up what an answer sets. `true` when it set something that was taken.
pub(super) fn remember(store: &mut CookieStore, uri: &Uri, headers: &HeaderMap) -> bool {
    if !headers.contains_key(SET_COOKIE) {
        return false;
    }
    let Ok(url) = Url::parse(&uri.to_string()) else {
        return false;
    };
    let mut taken = false;
    for value in headers.get_all(SET_COOKIE) {
        // What is no cookie, or one for somebody else, is left out, as browsers do.
        taken |= value.to_str().is_ok_and(|text| store.parse(text, &url).is_ok());
    }
    taken
}
