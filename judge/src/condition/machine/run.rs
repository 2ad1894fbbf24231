use std::collections::BTreeMap;
use std::sync::Arc;

use crate::condition::arithmetic;
use crate::condition::budget::{Budget, ELEMENTS_LIMIT, VALUE_DEPTH_LIMIT};
use crate::condition::error::{Answer, fail};
use crate::condition::value::{Table, Value};
use crate::time::Timestamp;

/// What builtins may use: the budget, and what time it is.
pub(in crate::condition) struct Run {
    pub(in crate::condition) budget: Budget,
    /// `None` for callers without a clock.
    pub(in crate::condition) now: Option<Timestamp>,
}

impl Run {
    pub(super) fn new(now: Option<Timestamp>) -> Self {
        Self {
            budget: Budget::new(),
            now,
        }
    }

    /// A list of the program's making, which counts as Go counts it.
    pub(in crate::condition) fn list(&mut self, values: Vec<Value>) -> Answer<Value> {
        self.budget.make_list(values.len())?;
        self.uncounted_list(values)
    }

    /// A list that Go does not count.
    pub(in crate::condition) fn uncounted_list(&mut self, values: Vec<Value>) -> Answer<Value> {
        self.budget.steps(values.len())?;
        for value in &values {
            self.check_depth(value, VALUE_DEPTH_LIMIT)?;
        }
        Ok(Value::list(values))
    }

    pub(in crate::condition) fn map(
        &mut self,
        pairs: usize,
        fields: BTreeMap<Arc<str>, Value>,
    ) -> Answer<Value> {
        self.budget.make_list(pairs)?;
        for value in fields.values() {
            self.check_depth(value, VALUE_DEPTH_LIMIT)?;
        }
        Ok(Value::Map(Arc::new(fields)))
    }

    pub(in crate::condition) fn table(&mut self, table: Table) -> Answer<Value> {
        for value in table.entries.values() {
            self.check_depth(value, VALUE_DEPTH_LIMIT)?;
        }
        Ok(Value::Table(Arc::new(table)))
    }

    fn check_depth(&mut self, value: &Value, levels_left: usize) -> Answer<()> {
        let inner: &[Value] = match value {
            Value::List(values) => values,
            Value::Pair(pair) => pair.as_slice(),
            Value::Map(fields) => {
                self.budget.steps(fields.len())?;
                return fields
                    .values()
                    .try_for_each(|field| self.check_inner(field, levels_left));
            }
            Value::Table(table) => {
                self.budget.steps(table.entries.len())?;
                return table
                    .entries
                    .values()
                    .try_for_each(|entry| self.check_inner(entry, levels_left));
            }
            _ => return Ok(()),
        };
        self.budget.steps(inner.len())?;
        inner
            .iter()
            .try_for_each(|element| self.check_inner(element, levels_left))
    }

    fn check_inner(&mut self, value: &Value, levels_left: usize) -> Answer<()> {
        match levels_left.checked_sub(1) {
            Some(levels_left) => self.check_depth(value, levels_left),
            None => fail("value is nested too deep"),
        }
    }

    /// Pays for comparing this value with another one, and says how many steps that is.
    pub(in crate::condition) fn weigh(&mut self, value: &Value) -> Answer<usize> {
        let weight = match value {
            Value::String(text) => text.len() / 16,
            Value::Map(fields) => {
                let mut weight = fields.len();
                for field in fields.values() {
                    weight += self.weigh(field)?;
                }
                weight
            }
            Value::Table(table) => {
                let mut weight = table.entries.len();
                for entry in table.entries.values() {
                    weight += self.weigh(entry)?;
                }
                weight
            }
            Value::List(values) => {
                let mut weight = values.len();
                for element in values.iter() {
                    weight += self.weigh(element)?;
                }
                weight
            }
            other => other.elements().map_or(0, |elements| elements.len()),
        };
        self.budget.steps(weight)?;
        Ok(weight)
    }

    /// Text put together from parts.
    pub(in crate::condition) fn join(&mut self, parts: &[&str]) -> Answer<Value> {
        self.budget.make_text(parts.iter().map(|part| part.len()).sum())?;
        Ok(Value::String(parts.concat().into()))
    }

    /// Text that a builtin has made.
    pub(in crate::condition) fn text(&mut self, text: String) -> Answer<Value> {
        self.budget.make_text(text.len())?;
        Ok(Value::String(text.into()))
    }

    /// `from..to`, both included.
    pub(in crate::condition) fn range(&mut self, from: &Value, to: &Value) -> Answer<Value> {
        let (from, to) = (arithmetic::to_int(from)?, arithmetic::to_int(to)?);
        let length = i128::from(to) - i128::from(from) + 1;
        let length = u64::try_from(length.max(0)).unwrap_or(u64::MAX);
        self.budget.make_elements(length.min(ELEMENTS_LIMIT))?;
        self.budget.steps(usize::try_from(length).unwrap_or(usize::MAX))?;
        if length == 0 {
            return Ok(Value::Ints(Arc::from([])));
        }
        Ok(Value::Ints((from..=to).collect()))
    }
}
