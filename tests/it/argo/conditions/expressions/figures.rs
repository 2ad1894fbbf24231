//! Numbers, whole and not.

use super::{Want, Writer};

impl Writer<'_> {
    pub(super) fn number(&mut self, depth: usize) -> String {
        match self.below(15) {
            0..=2 => {
                let operator = self.pick(&["+", "-", "*", "/", "**", "^"]);
                let other = if self.chance(0.3) {
                    Want::Integer
                } else {
                    Want::Number
                };
                format!(
                    "({} {operator} {})",
                    self.write(Want::Number, depth),
                    self.write(other, depth)
                )
            }
            3 => {
                let sign = self.pick(&["-", "+"]);
                format!("{sign}{}", self.leaf(Want::Number))
            }
            4 => {
                let function = self.pick(&["float", "abs", "ceil", "floor", "round", "asFloat"]);
                format!("{function}({})", self.write(Want::Number, depth))
            }
            5 => {
                let function = self.pick(&["max", "min", "mean", "median"]);
                format!(
                    "{function}({}, {})",
                    self.write(Want::Number, depth),
                    self.write(Want::Number, depth)
                )
            }
            6 => {
                let function = self.pick(&["max", "min", "mean", "median", "sum"]);
                format!("{function}({})", self.write(Want::Numbers, depth))
            }
            7 => format!(
                "default({}, {})",
                self.write(Want::Anything, depth),
                self.write(Want::Number, depth)
            ),
            _ => self.number_of_many(depth),
        }
    }

    /// A number that something else holds.
    fn number_of_many(&mut self, depth: usize) -> String {
        match 8 + self.below(7) {
            8 => {
                let list = self.write(Want::Numbers, depth);
                let index = self.pick(&["0", "1", "-1", "3"]);
                format!("{list}[{index}]")
            }
            9 => {
                let list = self.write(Want::List, depth);
                format!(
                    "sum({list}, {})",
                    self.predicate(Want::Anything, Want::Number, depth)
                )
            }
            10 => self.reduce(depth),
            11 => {
                let span = self.write(Want::Span, depth);
                let method = self.pick(&["Hours", "Minutes", "Seconds"]);
                format!("{span}.{method}()")
            }
            12 => {
                let text = self.pick(&["'1.5'", "'NaN'", "'Inf'", "'1e3'", "'0x1p-2'", "'1_0'", "'x'"]);
                let function = self.pick(&["float", "asFloat"]);
                format!("{function}({text})")
            }
            13 => {
                let fold = self.pick(&["find", "findLast"]);
                let list = self.write(Want::Numbers, depth);
                format!(
                    "{fold}({list}, {})",
                    self.predicate(Want::Number, Want::Truth, depth)
                )
            }
            _ => {
                let function = self.pick(&["first", "last"]);
                format!("{function}({})", self.write(Want::Numbers, depth))
            }
        }
    }

    pub(super) fn integer(&mut self, depth: usize) -> String {
        match self.below(12) {
            0 | 1 => {
                let operator = self.pick(&["+", "-", "*", "%"]);
                format!(
                    "({} {operator} {})",
                    self.write(Want::Integer, depth),
                    self.write(Want::Integer, depth)
                )
            }
            2 => {
                let sized = [Want::Text, Want::List, Want::Map, Want::Numbers][self.below(4)];
                format!("len({})", self.write(sized, depth))
            }
            3 => {
                let function = self.pick(&["int", "asInt"]);
                format!("{function}({})", self.write(Want::Number, depth))
            }
            4 => self.fold("count", Want::Truth, depth),
            5 => {
                let fold = self.pick(&["findIndex", "findLastIndex"]);
                self.fold(fold, Want::Truth, depth)
            }
            _ => self.integer_of_parts(depth),
        }
    }

    /// Bits, places, parts of an instant.
    fn integer_of_parts(&mut self, depth: usize) -> String {
        match 6 + self.below(6) {
            6 => {
                let function = self.pick(&[
                    "bitand", "bitor", "bitxor", "bitnand", "bitshl", "bitshr", "bitushr",
                ]);
                format!(
                    "{function}({}, {})",
                    self.write(Want::Integer, depth),
                    self.write(Want::Integer, depth)
                )
            }
            7 => format!("bitnot({})", self.write(Want::Integer, depth)),
            8 => {
                let function = self.pick(&["indexOf", "lastIndexOf"]);
                format!(
                    "{function}({}, {})",
                    self.write(Want::Text, depth),
                    self.write(Want::Text, depth)
                )
            }
            9 => {
                let method = self.pick(&[
                    "Year",
                    "Day",
                    "Hour",
                    "Minute",
                    "Second",
                    "YearDay",
                    "Unix",
                    "UnixMilli",
                ]);
                format!("{}.{method}()", self.write(Want::Time, depth))
            }
            10 => {
                let listed = self.pick(&["keys", "values", "toPairs"]);
                format!("len({listed}({}))", self.write(Want::Map, depth))
            }
            _ => {
                let text = self.pick(&[
                    "'12'",
                    "'-5'",
                    "'0x10'",
                    "'1.0'",
                    "'+7'",
                    "''",
                    "'9223372036854775808'",
                ]);
                let function = self.pick(&["int", "asInt"]);
                format!("{function}({text})")
            }
        }
    }
}
