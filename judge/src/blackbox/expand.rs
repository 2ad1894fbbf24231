use regex::Regex;

use crate::analysis::plan::journey::Said;

/// A text with groups of a match in it, as Go expands it (regexp, `Regexp.Expand`): `$name`, `${name}` with numbers or
/// names, `$$`. A group that there is not is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template(Vec<Said<String>>);

impl Template {
    /// Nothing of it stands for anything else.
    pub(super) fn plain(text: &str) -> Self {
        Self(vec![Said::Text(text.to_owned())])
    }

    pub(super) fn of(text: &str, regex: &Regex) -> Self {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            plain.push_str(&rest[..at]);
            rest = &rest[at + 1..];
            if let Some(after) = rest.strip_prefix('$') {
                plain.push('$');
                rest = after;
            } else if let Some((name, after)) = name(rest) {
                rest = after;
                if let Some(group) = group(name, regex) {
                    parts.push(Said::Text(std::mem::take(&mut plain)));
                    parts.push(Said::Group(group));
                }
            } else {
                plain.push('$');
            }
        }
        plain.push_str(rest);
        parts.push(Said::Text(plain));
        Self(parts)
    }

    /// Its parts, with this at the end.
    pub(super) fn said(&self, end: &str) -> Vec<Said<String>> {
        let mut parts = self.0.clone();
        parts.push(Said::Text(end.to_owned()));
        parts
    }

    /// With the groups of a match, the whole of it first.
    pub(super) fn expanded(&self, groups: &[&str]) -> String {
        let part = |part: &Said<String>| match part {
            Said::Text(text) => text.clone(),
            Said::Group(group) => groups.get(*group).copied().unwrap_or_default().to_owned(),
        };
        self.0.iter().map(part).collect()
    }
}

/// The name at the beginning of what follows a `$`, as long as it can be, and what is behind it.
fn name(text: &str) -> Option<(&str, &str)> {
    let is_name = |char: char| char.is_alphanumeric() || char == '_';
    if let Some(braced) = text.strip_prefix('{') {
        let (name, after) = braced.split_once('}')?;
        return (!name.is_empty() && name.chars().all(is_name)).then_some((name, after));
    }
    let end = text.find(|char| !is_name(char)).unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

fn group(name: &str, regex: &Regex) -> Option<usize> {
    if name.bytes().all(|byte| byte.is_ascii_digit()) {
        return name.parse().ok().filter(|group| *group < regex.captures_len());
    }
    regex.capture_names().position(|known| known == Some(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As Go 1.19's `Regexp.ExpandString` gives them.
    #[test]
    fn groups_stand_where_go_puts_them() {
        let regex = Regex::new(r"(\w+)-(?P<second>\w+)").unwrap();
        let groups = ["one-two", "one", "two"];
        for (text, expected) in [
            ("$1", "one"),
            ("${1}x", "onex"),
            ("$1x", ""),
            ("$0!", "one-two!"),
            ("a$second b", "atwo b"),
            ("${second}${nobody}.", "two."),
            ("$$1 $", "$1 $"),
            ("${", "${"),
            ("${a b}", "${a b}"),
            ("$9", ""),
            ("", ""),
        ] {
            assert_eq!(Template::of(text, &regex).expanded(&groups), expected, "{text}");
        }
        assert_eq!(Template::plain("${1}").expanded(&groups), "${1}");
    }
}
