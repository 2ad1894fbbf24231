//! Regular expressions with Go's syntax, which differs in corners from that of the `regex` crate.

mod translate;

use regex::{Regex, RegexBuilder};

use super::error::{Answer, fail};

/// Bytes of memory for one compiled pattern. Patterns in conditions are a few words long; a megabyte already holds
/// hundreds of alternatives.
const COMPILED_BYTES_LIMIT: usize = 1024 * 1024;

/// Groups and classes inside of one another.
const NESTING_LIMIT: u32 = 64;

/// A compiled pattern. Matching takes time linear in the text.
#[derive(Clone, Debug)]
pub(super) struct Pattern(Regex);

impl Pattern {
    pub(super) fn new(text: &str) -> Answer<Self> {
        let translated = match translate::translate(text) {
            Ok(translated) => translated,
            Err(message) => return fail(format!("error parsing regexp: {message}: `{text}`")),
        };
        let built = RegexBuilder::new(&translated)
            .size_limit(COMPILED_BYTES_LIMIT)
            .dfa_size_limit(COMPILED_BYTES_LIMIT)
            .nest_limit(NESTING_LIMIT)
            .build();
        match built {
            Ok(regex) => Ok(Self(regex)),
            Err(regex::Error::CompiledTooBig(_)) => {
                fail(format!("error parsing regexp: expression too large: `{text}`"))
            }
            Err(_) => fail(format!("error parsing regexp: `{text}` is not well formed")),
        }
    }

    pub(super) fn is_match(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}
