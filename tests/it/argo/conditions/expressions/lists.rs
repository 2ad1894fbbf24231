//! Lists and maps.

use super::{Want, Writer};

impl Writer<'_> {
    pub(super) fn numbers(&mut self, depth: usize) -> String {
        match self.below(10) {
            0 => {
                let count = self.below(4);
                let parts: Vec<String> = (0..count).map(|_| self.write(Want::Number, depth)).collect();
                format!("[{}]", parts.join(", "))
            }
            1 => {
                let list = self.write(Want::Numbers, depth);
                format!(
                    "filter({list}, {})",
                    self.predicate(Want::Number, Want::Truth, depth)
                )
            }
            2 => {
                let list = self.write(Want::List, depth);
                format!(
                    "map({list}, {})",
                    self.predicate(Want::Anything, Want::Number, depth)
                )
            }
            3 => {
                let (from, to) = (
                    self.pick(&["-1", "0", "1", "3"]),
                    self.pick(&["0", "2", "5", "len(toJSON(result))"]),
                );
                format!("({from}..{to})")
            }
            4 => {
                let function = self.pick(&["sort", "reverse", "uniq", "concat", "flatten"]);
                format!("{function}({})", self.write(Want::Numbers, depth))
            }
            5 => {
                let order = self.pick(&["'asc'", "'desc'"]);
                format!("sort({}, {order})", self.write(Want::Numbers, depth))
            }
            6 => {
                let (from, to) = (self.pick(&["", "1", "-2", "0"]), self.pick(&["", "2", "-1", "9"]));
                format!("{}[{from}:{to}]", self.write(Want::Numbers, depth))
            }
            7 => format!(
                "take({}, {})",
                self.write(Want::Numbers, depth),
                self.pick(&["0", "1", "2", "9"])
            ),
            8 => format!(
                "concat({}, {})",
                self.write(Want::Numbers, depth),
                self.write(Want::Numbers, depth)
            ),
            _ => {
                let list = self.write(Want::Numbers, depth);
                let order = self.pick(&["", ", 'desc'"]);
                format!(
                    "sortBy({list}, {}{order})",
                    self.predicate(Want::Number, Want::Number, depth)
                )
            }
        }
    }

    pub(super) fn list(&mut self, depth: usize) -> String {
        match self.below(8) {
            0 => {
                let count = self.below(4);
                let parts: Vec<String> = (0..count).map(|_| self.write(Want::Anything, depth)).collect();
                format!("[{}]", parts.join(", "))
            }
            1 => {
                let list = self.write(Want::List, depth);
                format!(
                    "filter({list}, {})",
                    self.predicate(Want::Anything, Want::Truth, depth)
                )
            }
            2 => {
                let list = self.write(Want::List, depth);
                format!(
                    "map({list}, {})",
                    self.predicate(Want::Anything, Want::Anything, depth)
                )
            }
            3 => format!(
                "concat({}, {})",
                self.write(Want::List, depth),
                self.write(Want::List, depth)
            ),
            4 => {
                let list = self.write(Want::Numbers, depth);
                let key = self.leaf(Want::Number);
                format!(
                    "(groupBy({list}, {})[{key}] ?? [])",
                    self.predicate(Want::Number, Want::Number, depth)
                )
            }
            5 => {
                let function = self.pick(&["reverse", "flatten", "uniq", "concat"]);
                format!("{function}({})", self.write(Want::List, depth))
            }
            6 => format!("fromJSON(toJSON({}))", self.write(Want::List, depth)),
            _ => {
                let want = if self.chance(0.5) {
                    Want::Numbers
                } else {
                    Want::Texts
                };
                self.write(want, depth)
            }
        }
    }

    pub(super) fn map(&mut self, depth: usize) -> String {
        match self.below(5) {
            0 | 1 => {
                let key = match self.below(3) {
                    0 => "'a'".to_owned(),
                    1 => "a".to_owned(),
                    _ => format!("({})", self.write(Want::Text, depth)),
                };
                format!(
                    "{{{key}: {}, b: {}}}",
                    self.write(Want::Anything, depth),
                    self.write(Want::Anything, depth)
                )
            }
            2 => {
                let list = self.write(Want::Texts, depth);
                format!(
                    "groupBy({list}, {})",
                    self.predicate(Want::Text, Want::Text, depth)
                )
            }
            3 => format!(
                "fromPairs([['a', {}], ['b', 2]])",
                self.write(Want::Anything, depth)
            ),
            _ => format!("fromJSON(toJSON({}))", self.write(Want::Map, depth)),
        }
    }
}
