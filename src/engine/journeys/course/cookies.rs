use std::convert::Infallible;

use cookie_store::{Cookie, CookieStore};

/// What one of several branches has changed since all of them knew `before`: what it set is set, what it deleted is gone,
/// and what it left alone stays as others have made it.
pub(super) fn take_changes(all: &mut CookieStore, before: &CookieStore, after: &CookieStore) {
    let is_in = |store: &CookieStore, cookie: &Cookie<'_>| find(store, cookie).is_some();
    let kept = all
        .iter_unexpired()
        .filter(|cookie| is_in(after, cookie) || !is_in(before, cookie));
    let set = after
        .iter_unexpired()
        .filter(|cookie| find(before, cookie).is_none_or(|known| known.value() != cookie.value()));
    let cookies: Vec<Cookie<'static>> = kept.chain(set).cloned().collect();
    // The later of two with the same name, domain and path wins.
    let Ok(changed) = CookieStore::from_cookies(cookies.into_iter().map(Ok::<_, Infallible>), false);
    *all = changed;
}

fn find<'s>(store: &'s CookieStore, cookie: &Cookie<'_>) -> Option<&'s Cookie<'static>> {
    let mut unexpired = store.iter_unexpired();
    unexpired.find(|known| {
        known.name() == cookie.name() && known.domain == cookie.domain && known.path == cookie.path
    })
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;

    fn url() -> Url {
        Url::parse("http://shop.test/").unwrap()
    }

    fn store(cookies: &[&str]) -> CookieStore {
        let mut store = CookieStore::default();
        for cookie in cookies {
            let _set = store.parse(cookie, &url()).unwrap();
        }
        store
    }

    fn shown(store: &CookieStore) -> Vec<String> {
        let cookies = store.get_request_values(&url());
        let mut shown: Vec<String> = cookies.map(|(name, value)| format!("{name}={value}")).collect();
        shown.sort();
        shown
    }

    #[test]
    fn what_a_branch_deletes_is_gone_and_what_it_leaves_alone_is_not_brought_back() {
        let before = store(&["session=1", "cart=1", "theme=dark"]);
        let mut logged_out = before.clone();
        let _deleted = logged_out.parse("session=; Max-Age=0", &url()).unwrap();
        let mut bought = before.clone();
        let _set = bought.parse("cart=2", &url()).unwrap();
        let _new = bought.parse("order=7", &url()).unwrap();
        for branches in [[&logged_out, &bought], [&bought, &logged_out]] {
            let mut all = before.clone();
            for branch in branches {
                take_changes(&mut all, &before, branch);
            }
            assert_eq!(shown(&all), ["cart=2", "order=7", "theme=dark"]);
        }
    }
}
