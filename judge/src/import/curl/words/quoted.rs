//! What quotes hold, and what a dollar begins.

use super::Reader;
use crate::analysis::Diagnostic;
use crate::import::text::{value, word};

type Read = Result<String, Vec<Diagnostic>>;

/// `'...'`: everything as it is.
pub(super) fn single(reader: &mut Reader<'_>) -> Read {
    let start = reader.at;
    reader.next();
    let Some(length) = reader.text[reader.at..].find('\'') else {
        return Err(reader.open(start, "`'` without an end", "a second `'`"));
    };
    let text = reader.text[reader.at..reader.at + length].to_owned();
    reader.at += length + 1;
    Ok(text)
}

/// `"..."`: with variables, and a backslash before what has a meaning.
pub(super) fn double(reader: &mut Reader<'_>) -> Read {
    let start = reader.at;
    reader.next();
    let mut text = String::new();
    loop {
        match reader.peek() {
            None => return Err(reader.open(start, "`\"` without an end", "a second `\"`")),
            Some('"') => break,
            Some('$') => text.push_str(&dollar(reader)?),
            Some('`') => text.push_str(&backquoted(reader)?),
            Some('\\') => {
                reader.next();
                match reader.next() {
                    Some('\n') => {}
                    Some(char @ ('$' | '`' | '"' | '\\')) => text.push(char),
                    other => {
                        text.push('\\');
                        text.extend(other);
                    }
                }
            }
            Some(_) => text.extend(reader.next()),
        }
    }
    reader.next();
    Ok(text)
}

/// `` `command` ``.
pub(super) fn backquoted(reader: &mut Reader<'_>) -> Read {
    let start = reader.at;
    reader.next();
    let Some(length) = reader.text[reader.at..].find('`') else {
        return Err(reader.open(start, "`` ` `` without an end", "a second one"));
    };
    let command = &reader.text[reader.at..reader.at + length];
    reader.at += length + 1;
    Ok(output_of(command))
}

/// `$NAME`, `${NAME}`, `$(command)`; a dollar alone is one.
pub(super) fn dollar(reader: &mut Reader<'_>) -> Read {
    let start = reader.at;
    reader.next();
    if reader.take("(") {
        return command(reader, start);
    }
    if reader.take("{") {
        let Some(length) = reader.text[reader.at..].find('}') else {
            return Err(reader.open(start, "`${` without an end", "`}` after the name"));
        };
        let inner = &reader.text[reader.at..reader.at + length];
        reader.at += length + 1;
        let end = inner.find(|char: char| !is_of_name(char)).unwrap_or(inner.len());
        return Ok(value(&format!("env.{}", variable(&inner[..end]))));
    }
    let rest = &reader.text[reader.at..];
    let end = rest.find(|char: char| !is_of_name(char)).unwrap_or(rest.len());
    let name = &rest[..end];
    if name.is_empty() {
        return Ok("$".to_owned());
    }
    reader.at += end;
    Ok(value(&format!("env.{}", variable(name))))
}

/// What a command says stands for a variable that is named after it.
fn command(reader: &mut Reader<'_>, start: usize) -> Read {
    let mut depth = 1;
    let begin = reader.at;
    loop {
        match reader.next() {
            None => return Err(reader.open(start, "`$(` without an end", "`)` after the command")),
            Some('(') => depth += 1,
            Some(')') => depth -= 1,
            Some(_) => {}
        }
        if depth == 0 {
            return Ok(output_of(&reader.text[begin..reader.at - 1]));
        }
    }
}

fn output_of(command: &str) -> String {
    let name: Vec<&str> = command
        .split(|char: char| !char.is_ascii_alphanumeric())
        .filter(|part| !part.is_empty())
        .collect();
    value(&format!("env.{}", variable(&name.join("_").to_uppercase())))
}

fn variable(name: &str) -> String {
    word(name).replace('-', "_")
}

fn is_of_name(char: char) -> bool {
    char.is_ascii_alphanumeric() || char == '_'
}

/// `$'...'`: with the escapes of ANSI C (bash's manual, 3.1.2.4).
pub(super) fn ansi_c(reader: &mut Reader<'_>) -> Read {
    let start = reader.at;
    reader.at += 2;
    let mut bytes = Vec::new();
    loop {
        let char = reader.next();
        let Some(char) = char else {
            return Err(reader.open(start, "`$'` without an end", "a second `'`"));
        };
        if char == '\'' {
            break;
        }
        if char != '\\' {
            bytes.extend(char.to_string().bytes());
            continue;
        }
        let Some(escape) = reader.next() else { continue };
        match escape {
            'n' => bytes.push(b'\n'),
            'r' => bytes.push(b'\r'),
            't' => bytes.push(b'\t'),
            'a' => bytes.push(7),
            'b' => bytes.push(8),
            'f' => bytes.push(12),
            'v' => bytes.push(11),
            'e' | 'E' => bytes.push(27),
            '0'..='7' => {
                reader.at -= 1;
                let number = digits(reader, 3, 8);
                bytes.push(u8::try_from(number & 0xff).unwrap_or_default());
            }
            'x' => {
                let number = digits(reader, 2, 16);
                bytes.push(u8::try_from(number).unwrap_or_default());
            }
            'u' | 'U' => {
                let number = digits(reader, if escape == 'u' { 4 } else { 8 }, 16);
                let char = char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER);
                bytes.extend(char.to_string().bytes());
            }
            '\\' | '\'' | '"' | '?' => bytes.extend(escape.to_string().bytes()),
            other => bytes.extend(format!("\\{other}").bytes()),
        }
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    Ok(text.replace(['\0', '\u{fdd0}', '\u{fdd1}'], "\u{fffd}"))
}

fn digits(reader: &mut Reader<'_>, most: usize, radix: u32) -> u32 {
    let mut number = 0_u32;
    for _ in 0..most {
        let Some(digit) = reader.peek().and_then(|char| char.to_digit(radix)) else {
            break;
        };
        number = number.wrapping_mul(radix).wrapping_add(digit);
        reader.next();
    }
    number
}
