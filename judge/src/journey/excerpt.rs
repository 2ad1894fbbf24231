//! Foreign texts in messages: without secrets, and short.

use super::Values;

/// Characters of a foreign text that are shown.
const SHOWN_MAX: usize = 200;
/// Bytes of a foreign text that are looked at for what is shown.
const BYTES_MAX: usize = 16 * 1024;

/// The beginning of a text on one line. Secrets are taken out before it is cut, lest half of one stays.
pub(super) fn excerpt(values: &Values, text: String) -> String {
    let text = values.masked(capped(text));
    let mut shown = String::new();
    for (at, char) in text.chars().enumerate() {
        if at == SHOWN_MAX {
            shown.push('…');
            break;
        }
        shown.push(if char.is_control() { ' ' } else { char });
    }
    shown
}

pub(super) fn capped(mut text: String) -> String {
    if text.len() > BYTES_MAX {
        text.truncate(text.floor_char_boundary(BYTES_MAX));
    }
    text
}
