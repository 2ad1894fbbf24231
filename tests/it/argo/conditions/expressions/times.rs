//! Instants and durations.

use super::{Want, Writer};

impl Writer<'_> {
    pub(super) fn time(&mut self, depth: usize) -> String {
        match self.below(4) {
            0 => {
                let operator = self.pick(&["+", "-"]);
                format!(
                    "({} {operator} {})",
                    self.write(Want::Time, depth),
                    self.write(Want::Span, depth)
                )
            }
            1 => {
                let zone = self.pick(&["'UTC'", "'America/New_York'", "'Asia/Kolkata'", "'Nowhere/X'"]);
                format!("{}.In(timezone({zone}))", self.write(Want::Time, depth))
            }
            2 => format!(
                "{}.Add({})",
                self.write(Want::Time, depth),
                self.write(Want::Span, depth)
            ),
            _ => self.leaf(Want::Time),
        }
    }

    pub(super) fn span(&mut self, depth: usize) -> String {
        match self.below(4) {
            0 => format!(
                "({} - {})",
                self.write(Want::Time, depth),
                self.write(Want::Time, depth)
            ),
            1 => {
                let operator = self.pick(&["+", "-"]);
                format!(
                    "({} {operator} {})",
                    self.write(Want::Span, depth),
                    self.write(Want::Span, depth)
                )
            }
            2 => format!(
                "({} * {})",
                self.write(Want::Span, depth),
                self.leaf(Want::Integer)
            ),
            _ => self.leaf(Want::Span),
        }
    }
}
