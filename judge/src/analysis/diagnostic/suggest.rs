//! What was probably meant.

/// Candidates that are compared, and words that are listed: enough for every closed list, and a bound for the names in
/// documents, of which there can be thousands.
const WORDS_MAX: usize = 50;

/// The candidate that a mistyped word is close to.
pub(crate) fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Words of a few letters differ from everything by a few letters, so the tolerance grows with the length.
    let tolerance = (word.chars().count() / 3).clamp(1, 4);
    let lower = word.to_lowercase();
    candidates
        .into_iter()
        .take(WORDS_MAX)
        .filter(|candidate| candidate.len().abs_diff(word.len()) <= 4 * tolerance)
        .map(|candidate| {
            (
                strsim::damerau_levenshtein(&lower, &candidate.to_lowercase()),
                candidate,
            )
        })
        .filter(|(distance, _)| *distance <= tolerance)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// `` `a`, `b` or `c` ``.
pub(crate) fn listed<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let mut all = words.into_iter();
    let mut words: Vec<String> = all
        .by_ref()
        .take(WORDS_MAX)
        .map(|word| format!("`{word}`"))
        .collect();
    match all.count() {
        0 => {}
        more => words.push(format!("{more} more")),
    }
    match (words.pop(), words.is_empty()) {
        (None, _) => "nothing".into(),
        (Some(last), true) => last,
        (Some(last), false) => format!("{} or {last}", words.join(", ")),
    }
}
