use std::borrow::Cow;

use super::classes::is_alphanumeric;
use super::literal::unquote;
use super::tree::Span;
use crate::condition::error::{Answer, fail};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    Identifier,
    Number,
    String,
    Operator,
    Bracket,
    End,
}

#[derive(Clone, Debug)]
pub(super) struct Token<'text> {
    pub(super) kind: TokenKind,
    pub(super) text: Cow<'text, str>,
    pub(super) span: Span,
}

impl Token<'_> {
    pub(super) fn is_operator(&self, text: &str) -> bool {
        self.kind == TokenKind::Operator && self.text == text
    }

    pub(super) fn is_bracket(&self, text: &str) -> bool {
        self.kind == TokenKind::Bracket && self.text == text
    }

    /// As Go's parser names a token in its errors: `Number("10.000000")`.
    pub(super) fn describe(&self) -> String {
        let kind = match self.kind {
            TokenKind::End => return "EOF".into(),
            TokenKind::Identifier => "Identifier",
            TokenKind::Number => "Number",
            TokenKind::String => "String",
            TokenKind::Operator => "Operator",
            TokenKind::Bracket => "Bracket",
        };
        if self.text.is_empty() {
            kind.into()
        } else {
            format!("{kind}({:?})", self.text)
        }
    }
}

/// Reads one token at a time, so that the first mistake in the text is the one that is reported.
pub(super) struct Lexer<'text> {
    text: &'text str,
    start: usize,
    end: usize,
    /// The word right after `#` is a name even when it is a keyword or a number: `#acc`, `#1`.
    after_pointer: bool,
}

impl<'text> Lexer<'text> {
    pub(super) fn new(text: &'text str) -> Self {
        Self {
            text,
            start: 0,
            end: 0,
            after_pointer: false,
        }
    }

    pub(super) fn next_token(&mut self) -> Answer<Token<'text>> {
        if self.after_pointer {
            self.after_pointer = false;
            self.take_while(is_alphanumeric);
            if self.end > self.start {
                return Ok(self.token(TokenKind::Identifier));
            }
        }
        self.skip_blanks_and_comments()?;
        let Some(char) = self.peek() else {
            return Ok(self.token(TokenKind::End));
        };
        match char {
            '\'' | '"' => self.quoted(char),
            '`' => self.raw(),
            '0'..='9' => self.number(),
            '.' if self.rest()[1..].starts_with(|char: char| char.is_ascii_digit()) => self.number(),
            '(' | '[' | '{' | ')' | ']' | '}' => {
                self.advance();
                Ok(self.token(TokenKind::Bracket))
            }
            char if is_alphanumeric(char) => Ok(self.word()),
            char => self.operator(char),
        }
    }

    fn word(&mut self) -> Token<'text> {
        self.take_while(is_alphanumeric);
        let kind = match &self.text[self.start..self.end] {
            "not" | "in" | "or" | "and" | "matches" | "contains" | "startsWith" | "endsWith" | "let"
            | "if" | "else" => TokenKind::Operator,
            _ => TokenKind::Identifier,
        };
        self.token(kind)
    }

    fn operator(&mut self, char: char) -> Answer<Token<'text>> {
        let follow = match char {
            '?' => ".?",
            '#' => "#",
            '|' => "|",
            ':' => ":",
            '.' => ".",
            '&' | '!' | '=' | '*' | '<' | '>' => "&=*",
            ',' | ';' | '%' | '+' | '-' | '^' | '/' => "",
            _ => {
                let end = self.end + char.len_utf8();
                return fail(format!(
                    "unrecognized character: U+{:04X} '{char}'",
                    u32::from(char)
                ))
                .map_err(|error: Box<_>| self.located(error, self.end, end));
            }
        };
        self.advance();
        self.accept(follow);
        self.after_pointer = char == '#';
        Ok(self.token(TokenKind::Operator))
    }

    fn number(&mut self) -> Answer<Token<'text>> {
        let mut digits = "0123456789_";
        if self.accept("0") {
            if self.accept("xX") {
                digits = "0123456789abcdefABCDEF_";
            } else if self.accept("oO") {
                digits = "01234567_";
            } else if self.accept("bB") {
                digits = "01_";
            }
        }
        self.take_while(|char| digits.contains(char));
        if self.rest().starts_with("..") {
            return Ok(self.token(TokenKind::Number));
        }
        if self.accept(".") {
            self.take_while(|char| digits.contains(char));
        }
        if self.accept("eE") {
            self.accept("+-");
            self.take_while(|char| digits.contains(char));
        }
        if self.peek().is_some_and(is_alphanumeric) {
            self.advance();
            let word = &self.text[self.start..self.end];
            return fail(format!("bad number syntax: {word:?}"))
                .map_err(|error: Box<_>| self.located(error, self.start, self.end));
        }
        Ok(self.token(TokenKind::Number))
    }

    fn quoted(&mut self, quote: char) -> Answer<Token<'text>> {
        self.advance();
        let text = unquote(self.text, &mut self.end, quote)
            .map_err(|error| self.located(error, self.start, self.end))?;
        let mut token = self.token(TokenKind::String);
        token.text = Cow::Owned(text);
        Ok(token)
    }

    /// Backticks: no escapes but a doubled backtick.
    fn raw(&mut self) -> Answer<Token<'text>> {
        self.advance();
        let mut text = String::new();
        loop {
            match self.peek() {
                None => {
                    return fail("literal not terminated")
                        .map_err(|error: Box<_>| self.located(error, self.start, self.end));
                }
                Some('`') => {
                    self.advance();
                    if !self.accept("`") {
                        break;
                    }
                    text.push('`');
                }
                Some(char) => {
                    text.push(char);
                    self.advance();
                }
            }
        }
        let mut token = self.token(TokenKind::String);
        token.text = Cow::Owned(text);
        Ok(token)
    }

    fn skip_blanks_and_comments(&mut self) -> Answer<()> {
        loop {
            self.take_while(char::is_whitespace);
            if self.rest().starts_with("//") {
                self.take_while(|char| char != '\n');
            } else if self.rest().starts_with("/*") {
                let Some(length) = self.rest()[2..].find("*/") else {
                    let end = self.text.len();
                    return fail("unclosed comment")
                        .map_err(|error: Box<_>| self.located(error, self.end, end));
                };
                self.end += length + 4;
            } else {
                self.start = self.end;
                return Ok(());
            }
        }
    }

    fn located(
        &self,
        mut error: Box<crate::condition::ConditionError>,
        start: usize,
        end: usize,
    ) -> Box<crate::condition::ConditionError> {
        let end = end.min(self.text.len());
        error.locate(Span { start, end });
        error
    }

    fn token(&mut self, kind: TokenKind) -> Token<'text> {
        let span = Span {
            start: self.start,
            end: self.end,
        };
        self.start = self.end;
        Token {
            kind,
            text: Cow::Borrowed(&self.text[span.start..span.end]),
            span,
        }
    }

    fn rest(&self) -> &'text str {
        &self.text[self.end..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn advance(&mut self) {
        self.end += self.peek().map_or(0, char::len_utf8);
    }

    fn accept(&mut self, chars: &str) -> bool {
        let accepted = self.peek().is_some_and(|char| chars.contains(char));
        if accepted {
            self.advance();
        }
        accepted
    }

    fn take_while(&mut self, accepts: impl Fn(char) -> bool) {
        while self.peek().is_some_and(&accepts) {
            self.advance();
        }
    }
}
