/// Go's largest repeat count.
const REPEAT_LIMIT: u32 = 1000;

struct Translation<'text> {
    rest: std::str::Chars<'text>,
    out: String,
    /// What was written last can be repeated, is itself a repetition, or is neither.
    last: Last,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    Nothing,
    Item,
    Repetition,
}

/// Where a class is with respect to ranges such as `a-z`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Range {
    /// What came last cannot begin one.
    Closed,
    /// A single character came last.
    Possible,
    /// A hyphen after it came last.
    Open,
}

impl Range {
    fn after_character(self) -> Self {
        if self == Self::Open {
            Self::Closed
        } else {
            Self::Possible
        }
    }
}

/// The same pattern for the `regex` crate: Perl classes and word boundaries are ASCII in Go, escaped punctuation is the
/// punctuation, a brace that begins no repetition is a brace, classes do not nest, and repetitions are not repeated.
pub(super) fn translate(text: &str) -> Result<String, &'static str> {
    let mut translation = Translation {
        rest: text.chars(),
        out: String::with_capacity(text.len() + 16),
        last: Last::Nothing,
    };
    while let Some(char) = translation.rest.next() {
        translation.item(char)?;
    }
    Ok(translation.out)
}

impl Translation<'_> {
    fn item(&mut self, char: char) -> Result<(), &'static str> {
        match char {
            '\\' => self.escape(false)?,
            '[' => self.class()?,
            '*' | '+' | '?' => return self.repetition(&char.to_string()),
            '{' => {
                if let Some(length) = self.counted()? {
                    let text: String = self.rest.as_str()[..length].into();
                    self.rest = self.rest.as_str()[length..].chars();
                    return self.repetition(&format!("{{{text}"));
                }
                self.out.push_str("\\{");
            }
            '}' => self.out.push_str("\\}"),
            '(' => return self.group(),
            '|' => {
                self.out.push('|');
                self.last = Last::Nothing;
                return Ok(());
            }
            char => self.out.push(char),
        }
        self.last = Last::Item;
        Ok(())
    }

    fn repetition(&mut self, text: &str) -> Result<(), &'static str> {
        match self.last {
            Last::Nothing => return Err("missing argument to repetition operator"),
            Last::Repetition => return Err("invalid nested repetition operator"),
            Last::Item => {}
        }
        self.out.push_str(text);
        if self.rest.as_str().starts_with('?') {
            self.rest.next();
            self.out.push('?');
        }
        self.last = Last::Repetition;
        Ok(())
    }

    /// Bytes up to and with the closing brace, when what follows is `{n}`, `{n,}` or `{n,m}` behind its brace.
    fn counted(&self) -> Result<Option<usize>, &'static str> {
        let rest = self.rest.as_str();
        let Some(length) = rest.find('}') else {
            return Ok(None);
        };
        let (low, high) = match rest[..length].split_once(',') {
            Some((low, high)) => (low, high),
            None => (&rest[..length], &rest[..length]),
        };
        let is_number = |text: &str| {
            let is_canonical = text == "0" || !text.starts_with('0');
            !text.is_empty() && is_canonical && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        if !is_number(low) || !(high.is_empty() || is_number(high)) {
            return Ok(None);
        }
        let count = |text: &str| text.parse::<u32>().unwrap_or(u32::MAX);
        let is_too_large = count(low) > REPEAT_LIMIT || !high.is_empty() && count(high) > REPEAT_LIMIT;
        if is_too_large || !high.is_empty() && count(high) < count(low) {
            return Err("invalid repeat count");
        }
        Ok(Some(length + 1))
    }

    fn group(&mut self) -> Result<(), &'static str> {
        self.out.push('(');
        self.last = Last::Nothing;
        if !self.rest.as_str().starts_with('?') {
            return Ok(());
        }
        self.rest.next();
        self.out.push('?');
        // A name or flags: `?P<n>`, `?<n>`, `?:`, `?i`, `?i-s:`.
        for char in self.rest.by_ref() {
            self.out.push(char);
            match char {
                ':' | '>' => return Ok(()),
                ')' => return Ok(()),
                'x' | 'u' | 'R' if !self.out.contains('<') => {
                    return Err("invalid or unsupported Perl syntax");
                }
                _ => {}
            }
        }
        Err("missing closing )")
    }

    fn escape(&mut self, in_class: bool) -> Result<(), &'static str> {
        let Some(char) = self.rest.next() else {
            return Err("trailing backslash at end of expression");
        };
        match char {
            'd' => self.ascii(in_class, "0-9", false),
            'D' => self.ascii(in_class, "0-9", true),
            's' => self.ascii(in_class, r"\t\n\x0C\r ", false),
            'S' => self.ascii(in_class, r"\t\n\x0C\r ", true),
            'w' => self.ascii(in_class, "0-9A-Za-z_", false),
            'W' => self.ascii(in_class, "0-9A-Za-z_", true),
            'b' | 'B' if in_class => return Err("invalid escape sequence"),
            'b' => self.out.push_str(r"(?-u:\b)"),
            // The crate allows an ASCII `\B` on bytes only; beyond ASCII the two differ.
            'B' => self.out.push_str(r"\B"),
            'Q' if !in_class => self.quotation(),
            'E' if !in_class => {}
            'p' | 'P' | 'x' => self.with_braces(char),
            'a' | 'f' | 't' | 'n' | 'r' | 'v' => {
                self.out.push('\\');
                self.out.push(char);
            }
            'A' | 'z' if !in_class => {
                self.out.push('\\');
                self.out.push(char);
            }
            '0' => self.octal(0),
            '1'..='7' if self.rest.as_str().starts_with(|next| matches!(next, '0'..='7')) => {
                self.octal(u32::from(char) - u32::from('0'));
            }
            char if char.is_ascii() && !char.is_ascii_alphanumeric() => self.literal(char),
            _ => return Err("invalid escape sequence"),
        }
        Ok(())
    }

    /// `\p{Greek}` and `\x{10FFFF}` with what is in the braces, or with what stands for it.
    fn with_braces(&mut self, char: char) {
        self.out.push('\\');
        self.out.push(char);
        let rest = self.rest.as_str();
        if let (true, Some(length)) = (rest.starts_with('{'), rest.find('}')) {
            self.out.push_str(&rest[..=length]);
            self.rest = rest[length + 1..].chars();
            return;
        }
        // `\pL` and `\x41`
        let length = if char == 'x' { 2 } else { 1 };
        self.out.extend(self.rest.by_ref().take(length));
    }

    fn octal(&mut self, mut code: u32) {
        for _ in 0..2 {
            match self
                .rest
                .as_str()
                .chars()
                .next()
                .and_then(|char| char.to_digit(8))
            {
                Some(digit) => {
                    code = code * 8 + digit;
                    self.rest.next();
                }
                None => break,
            }
        }
        self.out.push_str(&format!("\\x{{{code:x}}}"));
    }

    fn ascii(&mut self, in_class: bool, members: &str, is_negated: bool) {
        match (in_class, is_negated) {
            (true, false) => self.out.push_str(members),
            (_, true) => self.out.push_str(&format!("[^{members}]")),
            (false, false) => self.out.push_str(&format!("[{members}]")),
        }
    }

    fn literal(&mut self, char: char) {
        self.out.push_str(&regex::escape(&char.to_string()));
    }

    /// `\Q…\E`
    fn quotation(&mut self) {
        let rest = self.rest.as_str();
        let (quoted, after) = rest.split_once("\\E").unwrap_or((rest, ""));
        self.out.push_str(&regex::escape(quoted));
        self.rest = after.chars();
    }

    /// `[…]`, of which the opening bracket is gone.
    fn class(&mut self) -> Result<(), &'static str> {
        self.out.push('[');
        if self.rest.as_str().starts_with('^') {
            self.rest.next();
            self.out.push('^');
        }
        let (mut is_first, mut range) = (true, Range::Closed);
        while let Some(char) = self.rest.next() {
            let rest = self.rest.as_str();
            range = match char {
                ']' if !is_first => {
                    self.out.push(']');
                    return Ok(());
                }
                // After a single character a hyphen makes a range, unless it is the last one.
                '-' if range == Range::Possible && !rest.starts_with(']') => {
                    self.out.push('-');
                    Range::Open
                }
                '\\' if rest.starts_with(['d', 'D', 's', 'S', 'w', 'W', 'p', 'P']) => {
                    if range == Range::Open {
                        return Err("invalid escape sequence");
                    }
                    self.escape(true)?;
                    Range::Closed
                }
                '\\' => {
                    self.escape(true)?;
                    range.after_character()
                }
                '[' if range != Range::Open && rest.starts_with(':') && rest.contains(":]") => {
                    let length = rest.find(":]").map_or(0, |at| at + 2);
                    self.out.push('[');
                    self.out.push_str(&rest[..length]);
                    self.rest = rest[length..].chars();
                    Range::Closed
                }
                '[' | ']' | '&' | '~' | '^' | '#' | ' ' | '-' => {
                    self.literal_in_class(char);
                    range.after_character()
                }
                char => {
                    self.out.push(char);
                    range.after_character()
                }
            };
            is_first = false;
        }
        Err("missing closing ]")
    }

    fn literal_in_class(&mut self, char: char) {
        self.out.push('\\');
        self.out.push(char);
    }
}
