//! Captures and asserts, as they are written.

use super::cursor::{Cursor, Read};
use super::words::{ALONE, COMPARISONS, FILTERS, FLAGS, WITH_ARGUMENT};

/// `name: query filters`.
#[derive(Debug)]
pub(super) struct Captured {
    pub(super) name: String,
    pub(super) value: Looked,
    pub(super) is_secret: bool,
}

/// `query filters predicate`.
#[derive(Debug)]
pub(super) struct Asserted {
    pub(super) value: Looked,
    pub(super) is_negated: bool,
    pub(super) predicate: String,
    pub(super) operand: Option<Operand>,
    /// The whole line.
    pub(super) line: String,
}

/// A query with what is made of its value.
#[derive(Debug)]
pub(super) struct Looked {
    pub(super) query: String,
    pub(super) argument: Option<String>,
    pub(super) filters: Vec<(String, Vec<String>)>,
    pub(super) line: String,
}

/// What a value is compared with.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Operand {
    /// With templates perhaps.
    Text(String),
    Number(serde_json::Number),
    Bool(bool),
    Null,
    Regex(String),
    /// `{{name}}` without quotes.
    Template(String),
    /// Bytes, files and such.
    Other,
}

pub(super) fn captured(cursor: &mut Cursor<'_>) -> Read<Captured> {
    let name = cursor.key()?;
    let value = looked(cursor)?;
    cursor.blanks();
    let is_secret = cursor.take("redact");
    cursor.end_of_line("`redact`, or the end of the line")?;
    Ok(Captured {
        name,
        value,
        is_secret,
    })
}

pub(super) fn asserted(cursor: &mut Cursor<'_>) -> Read<Asserted> {
    let line = cursor.line().to_owned();
    let value = looked(cursor)?;
    cursor.blanks();
    let is_negated = is_word(cursor, "not");
    cursor.skip(if is_negated { 3 } else { 0 });
    cursor.blanks();
    let start = cursor.at();
    let flag = FLAGS.into_iter().find(|flag| is_word(cursor, flag));
    let found = flag.or_else(|| COMPARISONS.into_iter().find(|word| is_word(cursor, word)));
    let Some(predicate) = found else {
        return Err(cursor.wrong(
            start,
            "no predicate that is known",
            "such as `==`, `contains`, `exists`",
        ));
    };
    cursor.skip(predicate.len());
    cursor.blanks();
    let operand = if flag.is_some() {
        None
    } else {
        Some(operand(cursor)?)
    };
    cursor.end_of_line("the end of the line after an assert")?;
    Ok(Asserted {
        value,
        is_negated,
        predicate: predicate.to_owned(),
        operand,
        line,
    })
}

fn looked(cursor: &mut Cursor<'_>) -> Read<Looked> {
    cursor.blanks();
    let line = cursor.line().to_owned();
    let start = cursor.at();
    let query = cursor.name().to_owned();
    let argument = if WITH_ARGUMENT.contains(&query.as_str()) {
        cursor.blanks();
        Some(text(cursor)?)
    } else if ALONE.contains(&query.as_str()) {
        None
    } else {
        return Err(cursor.wrong(
            start,
            &format!("the query `{query}`"),
            "such as `status`, `jsonpath \"$.id\"`, `header \"Location\"`",
        ));
    };
    let mut filters = Vec::new();
    loop {
        cursor.blanks();
        let Some((name, count)) = FILTERS.into_iter().find(|(name, _)| is_word(cursor, name)) else {
            break;
        };
        cursor.skip(name.len());
        let mut arguments = Vec::new();
        for _ in 0..count {
            cursor.blanks();
            arguments.push(text(cursor)?);
        }
        filters.push((name.to_owned(), arguments));
    }
    Ok(Looked {
        query,
        argument,
        filters,
        line,
    })
}

/// Whether this word comes next, and ends there. Signs may be followed by anything.
fn is_word(cursor: &Cursor<'_>, word: &str) -> bool {
    let Some(after) = cursor.rest().strip_prefix(word) else {
        return false;
    };
    let is_sign = !word.starts_with(|char: char| char.is_ascii_alphabetic());
    is_sign || !after.starts_with(|char: char| char.is_ascii_alphanumeric())
}

/// A text, an expression or a number.
fn text(cursor: &mut Cursor<'_>) -> Read<String> {
    match cursor.peek() {
        Some('/') => cursor.regex(),
        Some('"') => cursor.quoted(),
        _ => {
            let start = cursor.at();
            let number = cursor.name().to_owned();
            let is_number = number.parse::<f64>().is_ok();
            if is_number {
                return Ok(number);
            }
            Err(cursor.wrong(start, "no argument", "a text in double quotes"))
        }
    }
}

fn operand(cursor: &mut Cursor<'_>) -> Read<Operand> {
    let start = cursor.at();
    Ok(match cursor.peek() {
        Some('"') => Operand::Text(cursor.quoted()?),
        Some('/') => Operand::Regex(cursor.regex()?),
        Some('`') => {
            let fence = if cursor.take("```") { "```" } else { "`" };
            cursor.take("`");
            let text = cursor.through(fence, "a text in backquotes")?;
            Operand::Text(
                if fence.len() == 3 {
                    text.strip_prefix('\n').unwrap_or(text)
                } else {
                    text
                }
                .to_owned(),
            )
        }
        _ if cursor.take("{{") => Operand::Template(cursor.through("}}", "a template")?.trim().to_owned()),
        _ if ["hex,", "base64,", "file,"].iter().any(|kind| cursor.take(kind)) => {
            cursor.through(";", "bytes")?;
            Operand::Other
        }
        _ => {
            let line = cursor.line();
            let end = line.find([' ', '\t', '#']).unwrap_or(line.len());
            let word = &line[..end];
            cursor.skip(end);
            match word {
                "true" => Operand::Bool(true),
                "false" => Operand::Bool(false),
                "null" => Operand::Null,
                number => match number.parse::<serde_json::Number>() {
                    Ok(number) => Operand::Number(number),
                    Err(_) => {
                        let expected =
                            "a text in double quotes, a number, `true`, `false`, `null` or `/expression/`";
                        return Err(cursor.wrong(start, &format!("{number:?}"), expected));
                    }
                },
            }
        }
    })
}
