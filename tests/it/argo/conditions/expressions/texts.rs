//! Texts and lists of them.

use super::{Want, Writer};

impl Writer<'_> {
    pub(super) fn text(&mut self, depth: usize) -> String {
        match self.below(11) {
            0 | 1 => format!(
                "({} + {})",
                self.write(Want::Text, depth),
                self.write(Want::Text, depth)
            ),
            2 => {
                let function = self.pick(&["upper", "lower", "trim", "toBase64"]);
                format!("{function}({})", self.write(Want::Text, depth))
            }
            3 => {
                let function = self.pick(&["string", "type", "toJSON"]);
                format!("{function}({})", self.write(Want::Anything, depth))
            }
            4 => {
                let function = self.pick(&["trim", "trimPrefix", "trimSuffix"]);
                format!(
                    "{function}({}, {})",
                    self.write(Want::Text, depth),
                    self.write(Want::Text, depth)
                )
            }
            5 => {
                let count = self.pick(&["", ", 1", ", -1", ", 0"]);
                format!(
                    "replace({}, {}, {}{count})",
                    self.write(Want::Text, depth),
                    self.write(Want::Text, depth),
                    self.write(Want::Text, depth)
                )
            }
            6 => {
                let count = self.pick(&["0", "2", "3", "-1"]);
                format!("repeat({}, {count})", self.write(Want::Text, depth))
            }
            7 => {
                let glue = self.pick(&["", ", ','", ", ''"]);
                format!("join({}{glue})", self.write(Want::Texts, depth))
            }
            8 => {
                // Half a character is a difference of its own.
                let ascii = format!("toBase64({})", self.write(Want::Text, depth));
                let text = if self.chance(0.5) {
                    ascii
                } else {
                    "'Hello, world'".to_owned()
                };
                let from = self.pick(&["", "1", "-1", "0"]);
                let to = self.pick(&["", "2", "-1", "9"]);
                format!("{text}[{from}:{to}]")
            }
            9 => {
                let layout = self.pick(&[
                    "'2006-01-02'",
                    "'Mon Jan _2 15:04:05 MST 2006'",
                    "'15:04 -0700'",
                    "'.000 PM'",
                ]);
                format!("{}.Format({layout})", self.write(Want::Time, depth))
            }
            _ => format!("fromBase64(toBase64({}))", self.write(Want::Text, depth)),
        }
    }

    pub(super) fn texts(&mut self, depth: usize) -> String {
        match self.below(6) {
            0 => {
                let function = self.pick(&["split", "splitAfter"]);
                let count = self.pick(&["", ", 2", ", -1"]);
                format!(
                    "{function}({}, {}{count})",
                    self.write(Want::Text, depth),
                    self.write(Want::Text, depth)
                )
            }
            1 => {
                let list = self.write(Want::List, depth);
                format!(
                    "map({list}, {})",
                    self.predicate(Want::Anything, Want::Text, depth)
                )
            }
            2 => format!("sort(keys({}))", self.write(Want::Map, depth)),
            3 => {
                let function = self.pick(&["sort", "reverse", "uniq"]);
                format!("{function}({})", self.write(Want::Texts, depth))
            }
            4 => {
                let list = self.write(Want::Texts, depth);
                format!(
                    "filter({list}, {})",
                    self.predicate(Want::Text, Want::Truth, depth)
                )
            }
            _ => format!(
                "[{}, {}]",
                self.write(Want::Text, depth),
                self.write(Want::Text, depth)
            ),
        }
    }
}
