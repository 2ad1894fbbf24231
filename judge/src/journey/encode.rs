//! Texts as URLs and headers have them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// All but RFC 3986's unreserved characters.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
/// What has no meaning in a URL and cannot be there.
const LITERAL: &AsciiSet = &COMPONENT
    .remove(b':')
    .remove(b'/')
    .remove(b'?')
    .remove(b'#')
    .remove(b'[')
    .remove(b']')
    .remove(b'@')
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b'%');
/// The URL Standard, section 5.2; a blank becomes a plus.
const FORM: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'*')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b' ');

/// A value inside of a URL: encoded so that it can end neither its segment nor its part of the query.
pub(crate) fn component(value: &str) -> String {
    utf8_percent_encode(value, COMPONENT).to_string()
}

/// The author's own part of a URL: what has a meaning there stays, what cannot be there is encoded.
pub(super) fn literal(text: &str) -> String {
    utf8_percent_encode(text, LITERAL).to_string()
}

/// A value of `application/x-www-form-urlencoded`.
pub(crate) fn form(value: &str) -> String {
    utf8_percent_encode(value, FORM).to_string().replace(' ', "+")
}

/// RFC 4648, section 4, padded.
pub(super) fn base64(text: &str) -> String {
    STANDARD.encode(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decoded(text: &str) -> Vec<u8> {
        let bytes = text.as_bytes();
        let mut at = 0;
        let mut decoded = Vec::new();
        while at < bytes.len() {
            if bytes[at] == b'%' {
                decoded.push(u8::from_str_radix(&text[at + 1..at + 3], 16).unwrap());
                at += 3;
            } else {
                decoded.push(bytes[at]);
                at += 1;
            }
        }
        decoded
    }

    proptest! {
        #[test]
        fn what_is_encoded_can_be_read_again(text in ".*") {
            let component = component(&text);
            prop_assert!(component.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~%".contains(&byte)));
            prop_assert_eq!(decoded(&component), text.as_bytes());
            prop_assert_eq!(decoded(&form(&text).replace('+', " ")), text.as_bytes());
        }
    }

    #[test]
    fn base64_as_the_rfc_has_it() {
        for (text, expected) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("user:päss", "dXNlcjpww6Rzcw=="),
        ] {
            assert_eq!(base64(text), expected, "{text}");
        }
    }

    #[test]
    fn what_an_author_writes_keeps_its_meaning() {
        assert_eq!(literal("/a b/ä?x=1&y=%20"), "/a%20b/%C3%A4?x=1&y=%20");
    }
}
