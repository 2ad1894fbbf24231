//! Reading the text of a selector, character by character.

use super::selector::{Operator, SelectorError};
use super::series::NAME_LABEL;

/// A matcher as it stands in the text: its 1-based character, label, operator and value.
pub(super) type RawMatcher = (usize, String, Operator, String);

pub(super) struct Scanner {
    characters: Vec<char>,
    next: usize,
}

impl Scanner {
    pub(super) fn new(text: &str) -> Self {
        Self {
            characters: text.chars().collect(),
            next: 0,
        }
    }

    pub(super) fn error(&self, message: impl Into<String>) -> SelectorError {
        SelectorError {
            at: self.next + 1,
            message: message.into(),
        }
    }

    /// The whole text as one selector.
    pub(super) fn selector(&mut self) -> Result<Vec<RawMatcher>, SelectorError> {
        self.blanks();
        let at = self.next + 1;
        let mut matchers = Vec::new();
        let name = self.identifier(true);
        self.blanks();
        if !name.is_empty() {
            if self.peek() == Some('(') {
                return Err(SelectorError {
                    at,
                    message: format!(
                        "function `{name}(`: a raw selector is wanted, Serin counts the increments itself"
                    ),
                });
            }
            matchers.push((at, NAME_LABEL.to_owned(), Operator::Equal, name));
        } else if self.peek().is_none() {
            return Err(
                self.error("it is empty; a selector such as `http_requests_total{job=\"api\"}` is wanted")
            );
        }
        if self.take('{') {
            self.braces(&mut matchers)?;
        }
        self.end(!matchers.is_empty())?;
        Ok(matchers)
    }

    fn end(&mut self, something: bool) -> Result<(), SelectorError> {
        self.blanks();
        let rest: String = self.characters[self.next..].iter().take(20).collect();
        Err(match rest.chars().next() {
            None => return Ok(()),
            Some('[') => self.error(format!(
                "a range `{rest}`: a raw selector is wanted, Serin sets the range itself"
            )),
            Some('@') => self.error("`@`: a raw selector is wanted, Serin sets the time itself"),
            Some(_) if rest.starts_with("offset") => {
                self.error("`offset`: a raw selector is wanted, Serin sets the time itself")
            }
            Some(_) if something => self.error(format!("`{rest}` after the end of the selector")),
            Some(_) => self.error(format!("`{rest}`: a metric name or `{{` is wanted")),
        })
    }

    fn braces(&mut self, matchers: &mut Vec<RawMatcher>) -> Result<(), SelectorError> {
        loop {
            self.blanks();
            if self.take('}') {
                return Ok(());
            }
            let matcher = self.matcher()?;
            let named =
                |(_, label, operator, _): &RawMatcher| label == NAME_LABEL && *operator == Operator::Equal;
            if named(&matcher) && matchers.iter().any(named) {
                return Err(SelectorError {
                    at: matcher.0,
                    message: "the metric's name is given twice".into(),
                });
            }
            matchers.push(matcher);
            self.blanks();
            if !self.take(',') && self.peek() != Some('}') {
                return Err(self.unexpected("`,` or `}`"));
            }
        }
    }

    fn matcher(&mut self) -> Result<RawMatcher, SelectorError> {
        let at = self.next + 1;
        let quoted = matches!(self.peek(), Some('"' | '\'' | '`'));
        let label = if quoted {
            self.string()?
        } else {
            self.identifier(false)
        };
        if label.is_empty() {
            return Err(self.unexpected("a label"));
        }
        self.blanks();
        // Prometheus 3 writes names that are no identifiers as a bare string in the braces.
        if quoted && matches!(self.peek(), Some(',' | '}')) {
            return Ok((at, NAME_LABEL.to_owned(), Operator::Equal, label));
        }
        let operator = self.operator()?;
        self.blanks();
        if !matches!(self.peek(), Some('"' | '\'' | '`')) {
            return Err(self.unexpected("a quoted value"));
        }
        Ok((at, label, operator, self.string()?))
    }

    fn operator(&mut self) -> Result<Operator, SelectorError> {
        let pair = (self.peek(), self.characters.get(self.next + 1));
        let (operator, length) = match pair {
            (Some('='), Some('~')) => (Operator::Match, 2),
            (Some('!'), Some('~')) => (Operator::NoMatch, 2),
            (Some('!'), Some('=')) => (Operator::NotEqual, 2),
            (Some('='), _) => (Operator::Equal, 1),
            _ => return Err(self.unexpected("an operator (`=`, `!=`, `=~` or `!~`)")),
        };
        self.next += length;
        Ok(operator)
    }

    /// A quoted string with Go's escapes; between backticks there are none.
    fn string(&mut self) -> Result<String, SelectorError> {
        let opened = self.next;
        let quote = self.advance();
        let mut value = String::new();
        loop {
            match self.advance() {
                None => {
                    return Err(SelectorError {
                        at: opened + 1,
                        message: "the quote is not closed".into(),
                    });
                }
                character if character == quote => return Ok(value),
                Some('\\') if quote != Some('`') => value.push(self.escape()?),
                Some(character) => value.push(character),
            }
        }
    }

    fn escape(&mut self) -> Result<char, SelectorError> {
        let at = self.next;
        let kind = self.advance().unwrap_or(' ');
        let (digits, radix) = match kind {
            'n' => return Ok('\n'),
            't' => return Ok('\t'),
            'r' => return Ok('\r'),
            'a' => return Ok('\u{7}'),
            'b' => return Ok('\u{8}'),
            'f' => return Ok('\u{c}'),
            'v' => return Ok('\u{b}'),
            '\\' | '"' | '\'' => return Ok(kind),
            'x' => (2, 16),
            'u' => (4, 16),
            'U' => (8, 16),
            '0'..='7' => {
                self.next = at;
                (3, 8)
            }
            _ => (0, 10),
        };
        let text: String = self.characters[self.next..].iter().take(digits).collect();
        self.next += text.chars().count();
        u32::from_str_radix(&text, radix)
            .ok()
            .filter(|_| text.chars().count() == digits)
            .and_then(char::from_u32)
            .ok_or_else(|| SelectorError {
                at,
                message: format!("the escape `\\{kind}{text}` is none of Go's"),
            })
    }

    fn identifier(&mut self, colons: bool) -> String {
        let start = self.next;
        while let Some(character) = self.peek() {
            let digit = character.is_ascii_digit() && self.next > start;
            if !(character.is_ascii_alphabetic() || character == '_' || digit || (colons && character == ':'))
            {
                break;
            }
            self.next += 1;
        }
        self.characters[start..self.next].iter().collect()
    }

    fn unexpected(&self, wanted: &str) -> SelectorError {
        match self.peek() {
            None => self.error(format!("the text ends where {wanted} is wanted; `}}` is missing")),
            Some(character) => self.error(format!("found `{character}`, {wanted} is wanted")),
        }
    }

    fn blanks(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.next += 1;
        }
    }

    fn peek(&self) -> Option<char> {
        self.characters.get(self.next).copied()
    }

    fn advance(&mut self) -> Option<char> {
        let character = self.peek();
        self.next = (self.next + 1).min(self.characters.len());
        character
    }

    fn take(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.next += 1;
        }
        found
    }
}
