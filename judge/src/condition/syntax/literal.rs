//! Quoted strings and numbers.

use crate::condition::error::{Answer, fail};
use crate::condition::value::Value;

/// Reads from behind the opening quote to behind the closing one; `position` follows.
pub(super) fn unquote(text: &str, position: &mut usize, quote: char) -> Answer<String> {
    let mut out = String::new();
    loop {
        let Some(char) = take(text, position) else {
            return fail("literal not terminated");
        };
        match char {
            '\n' => return fail("literal not terminated"),
            '\\' => out.push(escape(text, position, quote)?),
            // Go normalises line ends inside of quotes; a bare line feed is refused above.
            '\r' if text[*position..].starts_with('\n') => return fail("literal not terminated"),
            '\r' => out.push('\n'),
            char if char == quote => return Ok(out),
            char => out.push(char),
        }
    }
}

fn take(text: &str, position: &mut usize) -> Option<char> {
    let char = text[*position..].chars().next()?;
    *position += char.len_utf8();
    Some(char)
}

fn escape(text: &str, position: &mut usize, quote: char) -> Answer<char> {
    Ok(match take(text, position) {
        Some('a') => '\u{7}',
        Some('b') => '\u{8}',
        Some('f') => '\u{c}',
        Some('n') => '\n',
        Some('r') => '\r',
        Some('t') => '\t',
        Some('v') => '\u{b}',
        Some('\\') => '\\',
        Some(char) if char == quote => quote,
        Some(first @ '0'..='3') => {
            let low = digits(text, position, 2, 8)?;
            code(((u32::from(first) - u32::from('0')) << 6) | low)?
        }
        Some('x') => code(digits(text, position, 2, 16)?)?,
        Some('u') if text[*position..].starts_with('{') => {
            *position += 1;
            braced(text, position)?
        }
        Some('u') => code(digits(text, position, 4, 16)?)?,
        Some('U') => code(digits(text, position, 8, 16)?)?,
        _ => return fail("invalid char escape"),
    })
}

fn digits(text: &str, position: &mut usize, count: usize, radix: u32) -> Answer<u32> {
    let mut number = 0_u32;
    for _ in 0..count {
        let digit = take(text, position).and_then(|char| char.to_digit(radix));
        let Some(digit) = digit else {
            return fail("invalid char escape");
        };
        number = number.wrapping_mul(radix) | digit;
    }
    Ok(number)
}

fn braced(text: &str, position: &mut usize) -> Answer<char> {
    let Some(length) = text[*position..]
        .find('}')
        .filter(|length| (1..=6).contains(length))
    else {
        return fail("invalid char escape");
    };
    let number = digits(text, position, length, 16)?;
    *position += 1;
    code(number)
}

/// Surrogates, and what wraps to a negative number in Go's 32 bits, become U+FFFD; other numbers beyond Unicode fail.
fn code(number: u32) -> Answer<char> {
    match number {
        0x0011_0000..=0x7fff_ffff => fail("unable to unescape string"),
        number => Ok(char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER)),
    }
}

/// The value of a number as the lexer cut it out.
pub(super) fn number(text: &str) -> Answer<Value> {
    let digits = text.replace('_', "").to_lowercase();
    let integer = |prefix: &str, radix, name| match digits.strip_prefix(prefix) {
        Some(number) => match i64::from_str_radix(number, radix) {
            Ok(int) if !number.starts_with(['+', '-']) => Ok(Value::Int(int)),
            _ => fail(format!(
                "invalid {name} literal: strconv.ParseInt: parsing {text:?}: invalid syntax"
            )),
        },
        None => fail(format!("invalid {name} literal: {text}")),
    };
    if digits.starts_with("0x") {
        integer("0x", 16, "hex")
    } else if digits.contains(['.', 'e']) {
        match digits.parse::<f64>() {
            Ok(float) if float.is_finite() => Ok(Value::Float(float)),
            Ok(_) => fail(format!(
                "invalid float literal: strconv.ParseFloat: parsing {text:?}: value out of range"
            )),
            Err(_) => fail(format!(
                "invalid float literal: strconv.ParseFloat: parsing {text:?}: invalid syntax"
            )),
        }
    } else if digits.starts_with("0b") {
        integer("0b", 2, "binary")
    } else if digits.starts_with("0o") {
        integer("0o", 8, "octal")
    } else {
        integer("", 10, "integer")
    }
}
