use super::Kind;

/// Cuts a path without its braces into segments in the words of RFC 9535.
pub(super) fn split(path: &str) -> Result<Vec<(String, Kind)>, String> {
    let mut rest = path.strip_prefix(['$', '@']).unwrap_or(path);
    let mut segments = Vec::new();
    if rest == "." {
        return Ok(segments);
    }
    // `{a.b}` is `{.a.b}`.
    if !rest.is_empty() && !rest.starts_with(['.', '[']) {
        rest = name(rest, "", &mut segments)?;
    }
    while !rest.is_empty() {
        rest = if let Some(after) = rest.strip_prefix("..") {
            name(after, "..", &mut segments)?
        } else if let Some(after) = rest.strip_prefix('.') {
            // `.[0]` is `[0]`.
            if after.starts_with('[') {
                after
            } else {
                name(after, "", &mut segments)?
            }
        } else if rest.starts_with('[') {
            bracket(rest, &mut segments)?
        } else {
            return Err(format!("found `{rest}` where `.` or `[` is wanted"));
        };
    }
    Ok(segments)
}

/// A name up to the next dot or bracket; a backslash takes the next character as it is.
fn name<'a>(text: &'a str, descent: &str, segments: &mut Vec<(String, Kind)>) -> Result<&'a str, String> {
    let mut name = String::new();
    let mut characters = text.char_indices();
    let mut ends = text.len();
    while let Some((index, character)) = characters.next() {
        match character {
            '.' | '[' => {
                ends = index;
                break;
            }
            '\\' => name.extend(characters.next().map(|(_, escaped)| escaped)),
            '{' | '}' | ']' => {
                return Err(format!(
                    "found `{character}` inside a name; only one path is read"
                ));
            }
            _ if character.is_whitespace() => {
                return Err("found a blank inside a name; `range` and texts are not read".into());
            }
            _ => name.push(character),
        }
    }
    if name.is_empty() {
        return Err(if text.is_empty() {
            "it ends in a dot".into()
        } else {
            format!("found `{text}` where a name is wanted")
        });
    }
    segments.push(match name.as_str() {
        "*" => (format!("{descent}[*]"), Kind::Many),
        _ if descent.is_empty() => (format!("[{}]", quoted(&name)), Kind::Name(name)),
        _ => (format!("{descent}[{}]", quoted(&name)), Kind::Many),
    });
    Ok(&text[ends..])
}

/// One bracket up to its end; brackets and quotes inside are respected.
fn bracket<'a>(text: &'a str, segments: &mut Vec<(String, Kind)>) -> Result<&'a str, String> {
    let ends = closing(text).ok_or_else(|| format!("`{text}` is not closed"))?;
    let (segment, rest) = text.split_at(ends + 1);
    let inside = segment[1..ends].trim();
    let kind = match unquoted(inside) {
        Some(name) => Kind::Name(name),
        None => inside.parse().map_or(Kind::Many, Kind::Index),
    };
    segments.push(match kind {
        Kind::Name(name) => (format!("[{}]", quoted(&name)), Kind::Name(name)),
        kind => (segment.to_owned(), kind),
    });
    Ok(rest)
}

/// The bracket that closes the one the text begins with.
fn closing(text: &str) -> Option<usize> {
    let (mut depth, mut quote, mut escaped) = (0_usize, None, false);
    for (index, character) in text.char_indices() {
        match (character, quote) {
            _ if escaped => escaped = false,
            ('\\', Some(_)) => escaped = true,
            (_, Some(open)) if character == open => quote = None,
            (_, Some(_)) => {}
            ('"' | '\'', None) => quote = Some(character),
            ('[', None) => depth += 1,
            (']', None) => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(index);
        }
    }
    None
}

/// The text of a single quoted name, `None` for anything else.
fn unquoted(inside: &str) -> Option<String> {
    let quote = inside
        .chars()
        .next()
        .filter(|quote| matches!(quote, '"' | '\''))?;
    let content = inside.strip_prefix(quote)?.strip_suffix(quote)?;
    let mut name = String::new();
    let mut characters = content.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => name.push(characters.next()?),
            _ if character == quote => return None,
            _ => name.push(character),
        }
    }
    Some(name)
}

/// As a name between quotes in RFC 9535, whose escapes are JSON's.
fn quoted(name: &str) -> String {
    serde_json::Value::from(name).to_string()
}
