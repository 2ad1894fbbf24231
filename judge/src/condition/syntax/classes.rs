use std::sync::LazyLock;

use regex::Regex;

/// Go's `unicode.IsLetter` beyond ASCII. Rust's `char::is_alphabetic` takes in marks and letter numbers, too.
static LETTER: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^\p{L}$").ok());
/// Go's `unicode.IsDigit` beyond ASCII.
static DIGIT: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^\p{Nd}$").ok());

fn is_in(class: &LazyLock<Option<Regex>>, char: char) -> bool {
    let mut buffer = [0; 4];
    class
        .as_ref()
        .is_some_and(|regex| regex.is_match(char.encode_utf8(&mut buffer)))
}

/// True for what a name may begin with.
pub(super) fn is_alphabetic(char: char) -> bool {
    match char {
        '_' | '$' => true,
        char if char.is_ascii() => char.is_ascii_alphabetic(),
        char => is_in(&LETTER, char),
    }
}

/// True for what a name may go on with.
pub(super) fn is_alphanumeric(char: char) -> bool {
    is_alphabetic(char) || char.is_ascii_digit() || (!char.is_ascii() && is_in(&DIGIT, char))
}
