//! What Gatus fills in: variables of the environment, its placeholders, values of a suite's context.

use crate::import::draft::Draft;
use crate::import::text::{value, word};

/// What an endpoint's texts may name.
pub(super) struct Words<'a> {
    pub(super) name: &'a str,
    pub(super) group: &'a str,
    pub(super) url: &'a str,
    /// What earlier endpoints of the suite have stored.
    pub(super) stored: &'a [String],
}

impl Words<'_> {
    /// The text with placeholders as here.
    pub(super) fn filled(&self, text: &str, draft: &mut Draft) -> String {
        let text = environment(text);
        let text = text
            .replace("[ENDPOINT_NAME]", self.name)
            .replace("[ENDPOINT_GROUP]", self.group)
            .replace("[ENDPOINT_URL]", self.url);
        let text = random(&text, draft);
        self.context(&text, draft)
    }

    /// `[CONTEXT].key`.
    fn context(&self, text: &str, draft: &mut Draft) -> String {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("[CONTEXT].") {
            filled.push_str(before);
            let is_of_key = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | '-');
            let end = after.find(|char| !is_of_key(char)).unwrap_or(after.len());
            filled.push_str(&value(&self.context_value(&after[..end], draft)));
            rest = &after[end..];
        }
        filled.push_str(rest);
        filled
    }

    /// What a key of the context is called here: stored by a step before, or an argument.
    fn context_value(&self, key: &str, draft: &mut Draft) -> String {
        if self.stored.iter().any(|stored| stored == key) {
            return word(key);
        }
        draft.scope.arg(key, None)
    }
}

/// `$NAME` and `${NAME}`; `$$` is a dollar.
pub(super) fn environment(text: &str) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        filled.push_str(before);
        if let Some(after) = after.strip_prefix('$') {
            filled.push('$');
            rest = after;
            continue;
        }
        let braced = after.strip_prefix('{').and_then(|inner| inner.split_once('}'));
        let is_of_name = |char: char| char.is_ascii_alphanumeric() || char == '_';
        let end = after.find(|char| !is_of_name(char)).unwrap_or(after.len());
        match braced {
            Some((name, after)) if !name.is_empty() && name.chars().all(is_of_name) => {
                filled.push_str(&value(&format!("env.{name}")));
                rest = after;
            }
            _ if end > 0 => {
                filled.push_str(&value(&format!("env.{}", &after[..end])));
                rest = &after[end..];
            }
            _ => {
                filled.push('$');
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    filled
}

/// `[RANDOM_STRING_N]`: something that no other run says.
fn random(text: &str, draft: &mut Draft) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("[RANDOM_STRING_") {
        let Some((_, after)) = after.split_once(']') else {
            break;
        };
        draft.note("[RANDOM_STRING_N] is the run's id here, of another length.");
        filled.push_str(before);
        filled.push_str(&value("run.id"));
        rest = after;
    }
    filled.push_str(rest);
    filled
}
