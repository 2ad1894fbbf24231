//! What is true or false.

use super::{Want, Writer};

impl Writer<'_> {
    pub(super) fn truth(&mut self, depth: usize) -> String {
        match self.below(24) {
            0..=3 => self.compared(Want::Number, depth),
            4 => self.compared(Want::Integer, depth),
            5 => self.compared(Want::Text, depth),
            6 => self.compared(Want::Time, depth),
            7 => self.compared(Want::Span, depth),
            8 => self.equal(depth),
            9..=11 => {
                let operator = self.pick(&["&&", "||", "and", "or"]);
                format!(
                    "{} {operator} {}",
                    self.write(Want::Truth, depth),
                    self.write(Want::Truth, depth)
                )
            }
            12 => {
                let not = self.pick(&["!", "not "]);
                format!("{not}({})", self.write(Want::Truth, depth))
            }
            _ => self.truth_of_parts(depth),
        }
    }

    /// What is true of parts of texts and lists.
    fn truth_of_parts(&mut self, depth: usize) -> String {
        match 13 + self.below(11) {
            13..=15 => {
                let fold = self.pick(&["all", "any", "none", "one"]);
                self.fold(fold, Want::Truth, depth)
            }
            16 => {
                let within = self.pick(&["in", "not in"]);
                let (needle, list) = match self.below(4) {
                    0 => (Want::Text, Want::Texts),
                    1 => (Want::Text, Want::Map),
                    2 => (Want::Anything, Want::List),
                    _ => (Want::Number, Want::Numbers),
                };
                format!(
                    "{} {within} {}",
                    self.write(needle, depth),
                    self.write(list, depth)
                )
            }
            17 => {
                let operator = self.pick(&[
                    "contains",
                    "startsWith",
                    "endsWith",
                    "not contains",
                    "not startsWith",
                ]);
                format!(
                    "{} {operator} {}",
                    self.write(Want::Text, depth),
                    self.write(Want::Text, depth)
                )
            }
            18 => {
                let pattern = self.pick(&[
                    "'^a'",
                    "'[a-z]+'",
                    "'\\\\d'",
                    "'(?i)B'",
                    "'^$'",
                    "'x|y'",
                    "'[^a]{2,}'",
                    "'\\\\bh'",
                    "'('",
                ]);
                format!("{} matches {pattern}", self.write(Want::Text, depth))
            }
            _ => self.truth_of_calls(depth),
        }
    }

    /// What a call says, and what is nil or in between.
    fn truth_of_calls(&mut self, depth: usize) -> String {
        match 19 + self.below(5) {
            19 => {
                let test = self.pick(&["isNaN", "isInf"]);
                let argument = if self.chance(0.1) {
                    Want::Integer
                } else {
                    Want::Number
                };
                format!("{test}({})", self.write(argument, depth))
            }
            20 => {
                let test = self.pick(&["hasPrefix", "hasSuffix"]);
                format!(
                    "{test}({}, {})",
                    self.write(Want::Text, depth),
                    self.write(Want::Text, depth)
                )
            }
            21 => format!("{} == nil", self.write(Want::Anything, depth)),
            22 => {
                let (fold, list) = (
                    self.pick(&["all", "any", "none", "one"]),
                    self.write(Want::Numbers, depth),
                );
                format!(
                    "({list} | {fold}({}))",
                    self.predicate(Want::Number, Want::Truth, depth)
                )
            }
            _ => {
                let number = |writer: &mut Self| writer.write(Want::Number, depth.saturating_sub(1));
                format!("{} < {} <= {}", number(self), number(self), number(self))
            }
        }
    }

    pub(super) fn compared(&mut self, want: Want, depth: usize) -> String {
        let operators = ["==", "!=", "<", ">", "<=", ">="];
        let operator = self.pick(&operators);
        let other = match want {
            Want::Number if self.chance(0.3) => Want::Integer,
            other => other,
        };
        format!(
            "{} {operator} {}",
            self.write(want, depth),
            self.write(other, depth)
        )
    }

    pub(super) fn equal(&mut self, depth: usize) -> String {
        let operator = self.pick(&["==", "!="]);
        let want = Want::any(self.rng);
        format!(
            "{} {operator} {}",
            self.write(want, depth),
            self.write(want, depth)
        )
    }
}
