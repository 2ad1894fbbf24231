//! The few forms of YAML that are written.

use serde_json::Value;

/// Columns of a comment.
const WIDTH: usize = 110;

/// Text in double quotes, as JSON and YAML both read it.
pub(super) fn text(text: &str) -> String {
    Value::String(text.to_owned()).to_string()
}

/// Lines of a comment after `indent` blanks; nothing for no text.
pub(super) fn comment(text: &str, indent: usize) -> String {
    let prefix = format!("{}# ", " ".repeat(indent));
    let mut lines = String::new();
    let mut line = String::new();
    let clean = text.replace(|character: char| character.is_control(), " ");
    for word in clean.split_whitespace() {
        if !line.is_empty() && prefix.len() + line.chars().count() + 1 + word.chars().count() > WIDTH {
            lines.push_str(&format!("{prefix}{line}\n"));
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if !line.is_empty() {
        lines.push_str(&format!("{prefix}{line}\n"));
    }
    lines
}
