//! How it looks: short maps on one line, long texts as blocks, comments above what they speak of.

use super::scalar::{is_escaped, text};
use super::{Entry, Map, Yaml};

/// Columns of a line.
const WIDTH: usize = 110;

/// The whole document.
pub(in crate::import) fn written(map: &Map) -> String {
    let mut out = String::new();
    write_map(&mut out, map, 0);
    out
}

/// Lines of a comment after `indent` blanks; nothing for no text.
pub(in crate::import) fn comment(remark: &str, indent: usize) -> String {
    let prefix = format!("{}# ", " ".repeat(indent));
    let clean = remark.replace(is_escaped, " ");
    let mut lines = String::new();
    let mut line = String::new();
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

fn write_map(out: &mut String, map: &Map, indent: usize) {
    for entry in &map.entries {
        for remark in &entry.remarks {
            out.push_str(&comment(remark, indent));
        }
        write_entry(out, entry, indent);
    }
}

fn write_entry(out: &mut String, entry: &Entry, indent: usize) {
    let key = format!("{}{}:", " ".repeat(indent), text(&entry.key));
    out.push_str(&key);
    write_value(out, &entry.value, indent, key.chars().count());
}

/// What follows a key or a dash; `column` is where it begins.
fn write_value(out: &mut String, value: &Yaml, indent: usize, column: usize) {
    if let Yaml::Text(text) = value
        && let Some(block) = block(text, indent + 2)
    {
        out.push_str(&block);
    } else if let Some(line) = flow(value)
        && (is_short(value) || column + line.chars().count() < WIDTH)
    {
        out.push_str(&format!(" {line}\n"));
    } else {
        out.push('\n');
        match value {
            Yaml::Map(map) => write_map(out, map, indent + 2),
            Yaml::List(items) => items.iter().for_each(|item| write_item(out, item, indent)),
            _ => {}
        }
    }
}

/// What cannot be on several lines.
fn is_short(value: &Yaml) -> bool {
    match value {
        Yaml::Map(map) => map.is_empty(),
        Yaml::List(items) => items.is_empty(),
        _ => true,
    }
}

fn write_item(out: &mut String, item: &Yaml, indent: usize) {
    let dash = format!("{}-", " ".repeat(indent));
    let fits = |line: &String| dash.len() + line.chars().count() < WIDTH;
    match item {
        Yaml::Map(map) if !map.is_empty() && flow(item).filter(fits).is_none() => {
            for remark in map.entries.first().map_or(&[][..], |first| &first.remarks) {
                out.push_str(&comment(remark, indent));
            }
            let mut lines = String::new();
            for (at, entry) in map.entries.iter().enumerate() {
                for remark in entry.remarks.iter().filter(|_| at > 0) {
                    lines.push_str(&comment(remark, indent + 2));
                }
                write_entry(&mut lines, entry, indent + 2);
            }
            out.push_str(&dash);
            out.push_str(&lines[dash.len()..]);
        }
        _ => {
            out.push_str(&dash);
            write_value(out, item, indent + 2, dash.len());
        }
    }
}

/// On one line, where nothing in it wants more.
fn flow(value: &Yaml) -> Option<String> {
    Some(match value {
        Yaml::Null => "null".to_owned(),
        Yaml::Bool(flag) => flag.to_string(),
        Yaml::Number(number) => number.clone(),
        Yaml::Text(line) => text(line),
        Yaml::List(items) if items.iter().any(|item| matches!(item, Yaml::Map(_))) => return None,
        Yaml::List(items) => {
            let items: Option<Vec<String>> = items.iter().map(flow).collect();
            format!("[{}]", items?.join(", "))
        }
        Yaml::Map(map) if map.is_tall && !map.is_empty() => return None,
        Yaml::Map(map) => {
            let entries: Option<Vec<String>> = map.entries.iter().map(flow_entry).collect();
            format!("{{{}}}", entries?.join(", "))
        }
    })
}

fn flow_entry(entry: &Entry) -> Option<String> {
    let has_lines = matches!(&entry.value, Yaml::Text(text) if text.contains('\n'));
    if has_lines || !entry.remarks.is_empty() {
        return None;
    }
    Some(format!("{}: {}", text(&entry.key), flow(&entry.value)?))
}

/// A text of several lines as a block, where that is the same text.
fn block(text: &str, indent: usize) -> Option<String> {
    let (body, chomping) = match text.strip_suffix('\n') {
        Some(body) => (body, ""),
        None => (text, "-"),
    };
    let is_fine = |line: &str| (line.is_empty() || !line.trim().is_empty()) && !line.contains(is_escaped);
    let begins = !body.starts_with([' ', '\n', '\t']) && !body.ends_with('\n') && !body.is_empty();
    if !text.contains('\n') || !begins || !body.split('\n').all(is_fine) {
        return None;
    }
    let mut block = format!(" |{chomping}\n");
    for line in body.split('\n') {
        if !line.is_empty() {
            block.push_str(&" ".repeat(indent));
            block.push_str(line);
        }
        block.push('\n');
    }
    Some(block)
}
