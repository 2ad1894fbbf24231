//! What one curl command does: its options put together, up to each `--next`.

use std::sync::Arc;

use super::apply::apply;
use super::arguments::{Given, given};
use super::data::Data;
use super::words::Word;
use crate::analysis::{Diagnostic, Source};
use crate::import::call::{Auth, Part};
use crate::import::draft::{Draft, Remarks};
use crate::import::refused;
use crate::import::text::shown;
use crate::import::yaml::Map;

/// What is known of the requests up to a `--next`.
#[derive(Clone, Debug, Default)]
pub(super) struct Transfer {
    pub(super) urls: Vec<String>,
    pub(super) method: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) data: Vec<Data>,
    pub(super) queries: Vec<Data>,
    pub(super) parts: Vec<Part>,
    pub(super) upload: Option<String>,
    pub(super) is_json: bool,
    pub(super) is_get: bool,
    pub(super) is_head: bool,
    pub(super) is_literal: bool,
    pub(super) keeps_dots: bool,
    pub(super) auth: Option<Auth>,
    pub(super) follows: bool,
    pub(super) redirects_max: Option<u64>,
    pub(super) version: Option<&'static str>,
    pub(super) retry: Retry,
    /// `-b` or `-c`: cookies are kept.
    pub(super) keeps_cookies: bool,
    pub(super) fails: bool,
    pub(super) after: Map,
    pub(super) remarks: Remarks,
}

/// `--retry` and what goes with it.
#[derive(Clone, Debug, Default)]
pub(super) struct Retry {
    pub(super) attempts: Option<u64>,
    pub(super) pause: Option<String>,
    pub(super) all_errors: bool,
    pub(super) refused: bool,
}

/// A command as a Journey.
pub(super) fn draft(source: &Arc<Source>, words: &[Word]) -> Result<Draft, Vec<Diagnostic>> {
    let given = given(source, words)?;
    let transfers: Vec<&[Given]> = given.split(|given| given.name == "next").collect();
    let name = given
        .iter()
        .find(|given| given.name == "url")
        .map_or("", |given| &given.value);
    let mut draft = Draft::new(&name_of(name));
    let mut shown_only = Vec::new();
    let mut all = Vec::new();
    for options in transfers {
        let mut transfer = Transfer::default();
        for given in options {
            apply(given, &mut transfer, &mut draft, &mut shown_only);
        }
        all.push(transfer);
    }
    if all.iter().all(|transfer| transfer.urls.is_empty()) {
        let place = words.first().map_or(0..0, |word| word.span.clone());
        return Err(refused(
            source,
            place,
            "a curl command without a URL",
            "`curl https://...`",
        ));
    }
    if !shown_only.is_empty() {
        shown_only.dedup();
        draft.note(format!(
            "Left out, since it only changes what curl shows: {}.",
            shown_only.join(", ")
        ));
    }
    let keeps_cookies = all.iter().any(|transfer| transfer.keeps_cookies);
    let fails = all.iter().all(|transfer| transfer.fails);
    let follows = all.iter().any(|transfer| transfer.follows);
    all.into_iter()
        .for_each(|transfer| transfer.put_steps(&mut draft));
    if !fails {
        draft.note("A status of 400 or more fails a step; curl without --fail takes any.");
    }
    if !keeps_cookies && (draft.steps.len() > 1 || follows) {
        draft.of_all("cookies", false.into(), "cookies");
    }
    Ok(draft)
}

/// Of the host and the path.
fn name_of(url: &str) -> String {
    let url = shown(url);
    let url = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
    let url = url.split(['?', '#']).next().unwrap_or_default();
    let host = url.rsplit_once('@').map_or(url, |(_, rest)| rest);
    format!("curl-{host}")
}
