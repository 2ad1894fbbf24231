//! From text to nodes, in the order in which client-go's `util/jsonpath/parser.go` looks at it.

use super::node::{Filter, Node, Slice};

struct Parser<'text> {
    rest: &'text str,
}

/// The nodes of a template: texts, and actions in braces.
pub(super) fn parse(text: &str) -> Result<Vec<Node>, String> {
    let mut parser = Parser { rest: text };
    let mut nodes = Vec::new();
    while let Some((before, after)) = parser.rest.split_once('{') {
        if !before.is_empty() {
            nodes.push(Node::Text(before.to_owned()));
        }
        parser.rest = after;
        nodes.push(Node::Action(parser.action()?));
    }
    if !parser.rest.is_empty() {
        nodes.push(Node::Text(parser.rest.to_owned()));
    }
    Ok(nodes)
}

/// The first action of what stands inside of another one. It never goes far: a filter ends at its first bracket.
fn inner(text: &str) -> Result<Vec<Node>, String> {
    match parse(&format!("{{{text}}}"))?.into_iter().next() {
        Some(Node::Action(nodes)) => Ok(nodes),
        _ => Ok(Vec::new()),
    }
}

impl<'text> Parser<'text> {
    /// Up to the closing brace.
    fn action(&mut self) -> Result<Vec<Node>, String> {
        let mut nodes = Vec::new();
        loop {
            if let Some(after) = self.rest.strip_prefix('}') {
                self.rest = after;
                return Ok(nodes);
            }
            if let Some(after) = self.rest.strip_prefix("[?(") {
                self.rest = after;
                nodes.push(self.filter()?);
                continue;
            }
            if let Some(after) = self.rest.strip_prefix("..") {
                self.rest = after;
                self.descent(&mut nodes)?;
                continue;
            }
            let Some(next) = self
                .rest
                .chars()
                .next()
                .filter(|next| !matches!(next, '\r' | '\n'))
            else {
                return Err("unclosed action".into());
            };
            match next {
                ' ' | '@' | '$' => self.skip(1),
                '[' => self.bracket(&mut nodes)?,
                '"' | '\'' => nodes.push(self.quote(next)?),
                '.' => {
                    self.skip(1);
                    nodes.push(self.field());
                }
                '+' | '-' => nodes.push(self.number()?),
                digit if digit.is_numeric() => nodes.push(self.number()?),
                letter if letter == '_' || letter.is_alphabetic() => nodes.push(self.word()),
                other => return Err(format!("unrecognized character in action: {other:?}")),
            }
        }
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = &self.rest[bytes..];
    }

    fn take(&mut self, bytes: usize) -> &'text str {
        let (taken, rest) = self.rest.split_at(bytes);
        self.rest = rest;
        taken
    }

    fn descent(&mut self, nodes: &mut Vec<Node>) -> Result<(), String> {
        if nodes.last() == Some(&Node::Descent) {
            return Err("invalid multiple recursive descent".into());
        }
        nodes.push(Node::Descent);
        if self
            .rest
            .starts_with(|next: char| next == '_' || next.is_alphanumeric())
        {
            nodes.push(self.field());
        }
        Ok(())
    }

    fn field(&mut self) -> Node {
        let mut is_escaped = false;
        let ends = self.rest.find(|next| {
            let ends = !is_escaped && is_terminator(next);
            is_escaped = !is_escaped && next == '\\';
            ends
        });
        match self.take(ends.unwrap_or(self.rest.len())) {
            "*" => Node::Wildcard,
            name => Node::Field(name.replace('\\', "")),
        }
    }

    fn word(&mut self) -> Node {
        let ends = self.rest.find(is_terminator).unwrap_or(self.rest.len());
        match self.take(ends) {
            "true" => Node::Bool(true),
            "false" => Node::Bool(false),
            word => Node::Word(word.to_owned()),
        }
    }

    fn number(&mut self) -> Result<Node, String> {
        let sign = usize::from(self.rest.starts_with(['+', '-']));
        let digits = self.rest[sign..].find(|next: char| next != '.' && !next.is_numeric());
        let text = self.take(digits.map_or(self.rest.len(), |digits| sign + digits));
        if let Ok(int) = text.parse() {
            return Ok(Node::Int(int));
        }
        match text.parse() {
            Ok(float) => Ok(Node::Float(float)),
            Err(_) => Err(format!("cannot parse number {text}")),
        }
    }

    fn quote(&mut self, quote: char) -> Result<Node, String> {
        let mut before = quote;
        let ends = self.rest[1..].find(|next| {
            let ends = next == '\n' || next == quote && before != '\\';
            before = next;
            ends
        });
        let ends = ends.filter(|ends| !self.rest[ends + 1..].starts_with('\n'));
        let Some(ends) = ends else {
            return Err("unterminated quoted string".into());
        };
        let text = self.take(ends + 2);
        unquoted(&text[1..=ends], quote)
            .map(Node::Text)
            .ok_or_else(|| format!("unquote string {text} error invalid syntax"))
    }

    /// `[…]`: an index, a slice, a name in single quotes, or several of them.
    fn bracket(&mut self, nodes: &mut Vec<Node>) -> Result<(), String> {
        let ends = self
            .rest
            .find([']', '\n'])
            .filter(|ends| self.rest[*ends..].starts_with(']'));
        let Some(ends) = ends else {
            return Err("unterminated array".into());
        };
        let text = &self.take(ends + 1)[1..ends];
        let parts: Vec<&str> = text.split(',').collect();
        if parts.len() > 1 {
            let lists = parts
                .into_iter()
                .map(|part| inner(&format!("[{}]", part.trim_matches(' '))));
            nodes.push(Node::Union(lists.collect::<Result<_, _>>()?));
            return Ok(());
        }
        let name = text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
        if let Some(name) = name.filter(|name| !name.contains('\'')) {
            // A name with a dot in it is a path here, as it is there.
            nodes.extend(inner(&format!(".{name}"))?);
            return Ok(());
        }
        nodes.push(Node::Slice(slice(if text == "*" { ":" } else { text })?));
        Ok(())
    }

    /// `[?(…)]`, of which the beginning is gone.
    fn filter(&mut self) -> Result<Node, String> {
        let (mut opened, mut closed, mut before) = (None, false, '(');
        let ends = self.rest.find(|next| {
            match next {
                '\n' => return true,
                '"' | '\'' if opened.is_none() => opened = Some(next),
                '"' | '\'' => closed |= before != '\\' && opened == Some(next),
                ')' => return opened.is_some() == closed,
                _ => {}
            }
            before = next;
            false
        });
        let Some(ends) = ends.filter(|ends| self.rest[*ends..].starts_with(')')) else {
            return Err("unterminated filter".into());
        };
        let text = &self.take(ends + 1)[..ends];
        let Some(after) = self.rest.strip_prefix(']') else {
            return Err("unclosed array expect ]".into());
        };
        self.rest = after;
        let (left, comparison) = match comparison(text) {
            None => (text, None),
            Some((left, operator, right)) => (left, Some((operator.to_owned(), inner(right)?))),
        };
        let left = inner(left)?;
        Ok(Node::Filter(Box::new(Filter { left, comparison })))
    }
}

fn is_terminator(next: char) -> bool {
    matches!(
        next,
        ' ' | '\t' | '\r' | '\n' | '.' | ',' | '[' | ']' | '$' | '@' | '{' | '}'
    )
}

/// Both sides and the operator, which leaves one character at least to the right side.
fn comparison(text: &str) -> Option<(&str, &str, &str)> {
    let is_operator = |next: char| matches!(next, '!' | '<' | '>' | '=');
    let from = text.find(is_operator).filter(|from| *from > 0)?;
    let length = text[from..].find(|next| !is_operator(next));
    let to = length.map_or(text.len() - 1, |length| from + length);
    (to > from).then(|| (&text[..from], &text[from..to], &text[to..]))
}

fn slice(text: &str) -> Result<Slice, String> {
    let parts: Vec<&str> = text.split(':').collect();
    let is_number = |part: &&str| {
        let digits = part.strip_prefix('-').unwrap_or(part);
        digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    if parts.len() > 3 || !parts.iter().all(is_number) {
        return Err(format!("invalid array index {text}"));
    }
    let number = |index: usize| match parts.get(index) {
        None | Some(&"") => Ok(None),
        Some(part) => part
            .parse()
            .map(Some)
            .map_err(|_| format!("array index {part} is not a number")),
    };
    let from: Option<i64> = number(0)?;
    let is_index = parts.len() == 1;
    Ok(Slice {
        from,
        to: if is_index {
            Some(from.unwrap_or(0).saturating_add(1))
        } else {
            number(1)?
        },
        is_index,
        step: number(2)?,
    })
}

/// Go's `strconv.Unquote` for both kinds of quotes.
fn unquoted(text: &str, quote: char) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(next) = rest.next() {
        if next != '\\' {
            bytes.extend(next.encode_utf8(&mut [0; 4]).as_bytes());
            continue;
        }
        let code = match rest.next()? {
            'a' => 7,
            'b' => 8,
            'f' => 12,
            'n' => 10,
            'r' => 13,
            't' => 9,
            'v' => 11,
            '\\' => 92,
            escaped if escaped == quote => u32::from(escaped),
            'x' => {
                bytes.push(u8::try_from(digits(&mut rest, 2, 16)?).ok()?);
                continue;
            }
            first @ '0'..='7' => {
                let code = first.to_digit(8)? * 64 + digits(&mut rest, 2, 8)?;
                bytes.push(u8::try_from(code).ok()?);
                continue;
            }
            'u' => digits(&mut rest, 4, 16)?,
            'U' => digits(&mut rest, 8, 16)?,
            _ => return None,
        };
        bytes.extend(char::from_u32(code)?.encode_utf8(&mut [0; 4]).as_bytes());
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

fn digits(rest: &mut std::str::Chars<'_>, count: usize, radix: u32) -> Option<u32> {
    (0..count).try_fold(0_u32, |code, _| {
        code.checked_mul(radix)?
            .checked_add(rest.next()?.to_digit(radix)?)
    })
}
