//! Texts as YAML: without quotes where nothing else could be meant.

use serde_json::Value;

/// What YAML 1.1 or 1.2 takes for something else than a text.
const WORDS: [&str; 9] = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"];

/// On one line, in flow style too.
pub(super) fn text(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    if text.contains(['"', '\\']) && !text.contains(is_escaped) {
        return format!("'{}'", text.replace('\'', "''"));
    }
    quoted(text)
}

/// In double quotes: JSON's escapes are YAML's too.
fn quoted(text: &str) -> String {
    let json = Value::from(text).to_string();
    let mut quoted = String::with_capacity(json.len());
    for char in json.chars() {
        if is_escaped(char) {
            quoted.push_str(&format!("\\u{:04x}", u32::from(char)));
        } else {
            quoted.push(char);
        }
    }
    quoted
}

/// Whether it cannot stand in a file of YAML as it is. None of them is beyond U+FFFF.
pub(super) fn is_escaped(char: char) -> bool {
    let is_special = matches!(
        char,
        '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fdd0}'..='\u{fdef}' | '\u{fffe}' | '\u{ffff}'
    );
    char.is_control() || is_special
}

fn is_plain(text: &str) -> bool {
    let Some(first) = text.chars().next() else {
        return false;
    };
    let is_word = |char: char| char.is_ascii_alphanumeric() || "_-./$@+=%~()<>^;?&*!".contains(char);
    let mut before = ' ';
    for char in text.chars() {
        let is_fine = match char {
            ' ' => before != ' ' && before != ':',
            ':' => before.is_ascii_alphanumeric(),
            char => is_word(char),
        };
        if !is_fine {
            return false;
        }
        before = char;
    }
    let begins = first.is_ascii_alphabetic() || "/_$".contains(first) || is_time(text);
    begins && before != ' ' && before != ':' && !WORDS.contains(&text.to_ascii_lowercase().as_str())
}

/// Such as `30s`, which is no number.
fn is_time(text: &str) -> bool {
    text.starts_with(|char: char| char.is_ascii_digit())
        && text.ends_with(['s', 'm', 'h'])
        && text
            .chars()
            .all(|char| char.is_ascii_digit() || ".smhun".contains(char))
}
