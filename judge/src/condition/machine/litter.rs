//! What Go's stack machine forgets to take from its stack.
//!
//! `findLast` and `findLastIndex` leave values behind, and an operator that takes two operands takes such a value for its
//! left one: `3 == findLast([3], true)` asks whether `true` is 3. Conditions have to mean here what they mean there, so
//! what is left behind is kept track of: where it lies, and which operands it hides.
//!
//! Source: expr v1.17.7, `compiler/compiler.go`, `emitLoopBackwards`, which emits no `OpPop`.

use std::borrow::Cow;

use crate::condition::budget::Budget;
use crate::condition::error::Answer;
use crate::condition::value::Value;

/// Values left behind, the newest last. Operands that wait for their operator lie between them and are not here.
#[derive(Debug, Default)]
pub(super) struct Litter(Vec<Value>);

/// A place in the litter: what was left behind afterwards lies above the operand that was evaluated before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark(usize);

impl Litter {
    pub(super) fn mark(&self) -> Mark {
        Mark(self.0.len())
    }

    /// Leaves a value behind. It takes room, so it counts like text that is made.
    pub(super) fn drop(&mut self, value: Value, budget: &mut Budget) -> Answer<()> {
        budget.make_text(size_of::<Value>())?;
        self.0.push(value);
        Ok(())
    }

    /// What an operator takes for its left operand; `mark` is from between the two.
    pub(super) fn operand_below<'value>(
        &mut self,
        mark: Mark,
        operand: Cow<'value, Value>,
    ) -> Cow<'value, Value> {
        if self.mark() == mark {
            return operand;
        }
        let taken = self.0.pop().unwrap_or(Value::Nil);
        self.0.insert(mark.0, operand.into_owned());
        Cow::Owned(taken)
    }

    /// What a function takes for its arguments; `mark` is from between them and the function itself.
    pub(super) fn operands_below(&mut self, mark: Mark, arguments: Vec<Value>) -> Vec<Value> {
        if self.mark() == mark {
            return arguments;
        }
        let (count, above) = (arguments.len(), self.0.split_off(mark.0));
        self.0.extend(arguments);
        self.0.extend(above);
        self.0.split_off(self.0.len() - count)
    }

    /// For operands that are evaluated one after the other and taken together.
    pub(super) fn operands(&self, count: usize) -> Operands {
        Operands {
            values: Vec::with_capacity(count),
            marks: Vec::new(),
            last: self.mark(),
        }
    }
}

/// Operands that wait to be taken together.
#[derive(Debug)]
pub(super) struct Operands {
    values: Vec<Value>,
    /// Of operands that something was left behind below: their place, and where it begins.
    marks: Vec<(usize, Mark)>,
    last: Mark,
}

impl Operands {
    /// Adds the operand that has just been evaluated.
    pub(super) fn push(&mut self, value: Value, litter: &Litter) {
        let mark = litter.mark();
        if mark != self.last {
            self.marks.push((self.values.len(), self.last));
            self.last = mark;
        }
        self.values.push(value);
    }

    /// Takes as many values as there are operands: they themselves when nothing lies between them.
    pub(super) fn pop_all(self, litter: &mut Litter) -> Vec<Value> {
        let between = |(place, _): &(usize, Mark)| *place > 0;
        let is_clean = !self.marks.iter().any(between) && litter.mark() == self.last;
        if is_clean {
            return self.values;
        }
        let count = self.values.len();
        let first = self.marks.first().map_or(self.last, |(_, mark)| *mark);
        let mut left_behind = litter.0.split_off(first.0).into_iter();
        let mut marks = self.marks.iter().enumerate().peekable();
        for (place, value) in self.values.into_iter().enumerate() {
            if let Some((index, (_, from))) = marks.next_if(|(_, (at, _))| *at == place) {
                let to = self.marks.get(index + 1).map_or(self.last, |(_, next)| *next);
                litter.0.extend(left_behind.by_ref().take(to.0 - from.0));
            }
            litter.0.push(value);
        }
        // What the end of a loop has left behind lies above them all.
        litter.0.extend(left_behind);
        litter.0.split_off(litter.0.len() - count)
    }
}
