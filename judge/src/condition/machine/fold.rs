use std::collections::BTreeMap;

use super::{Machine, as_bool};
use crate::condition::arithmetic;
use crate::condition::builtins::sort_by;
use crate::condition::error::{Answer, fail};
use crate::condition::syntax::{Fold, FoldCall, Node};
use crate::condition::value::{Key, Table, Value};

/// One predicate at work: the collection and where it is.
pub(super) struct Loop {
    collection: Value,
    length: usize,
    index: usize,
    accumulator: Value,
}

impl Loop {
    fn new(collection: Value) -> Answer<Self> {
        let length = match (&collection, collection.elements()) {
            (_, Some(elements)) => elements.len(),
            (Value::String(text), _) => text.len(),
            (Value::Map(fields), _) => fields.len(),
            (Value::Table(table), _) => table.entries.len(),
            (other, _) => {
                return fail(format!(
                    "reflect: call of reflect.Value.Len on {} Value",
                    other.type_name()
                ));
            }
        };
        Ok(Self {
            collection,
            length,
            index: 0,
            accumulator: Value::Nil,
        })
    }

    pub(super) fn element(&self) -> Answer<Value> {
        let found = match &self.collection {
            Value::String(text) => text
                .as_bytes()
                .get(self.index)
                .map(|byte| Value::Int64(i64::from(*byte))),
            Value::Map(_) | Value::Table(_) => {
                return fail("reflect: call of reflect.Value.Index on map Value");
            }
            list => list.elements().and_then(|elements| elements.get(self.index)),
        };
        found.map_or_else(|| fail("reflect: slice index out of range"), Ok)
    }

    pub(super) fn index(&self) -> Value {
        Value::Int(i64::try_from(self.index).unwrap_or(i64::MAX))
    }

    pub(super) fn accumulator(&self) -> Value {
        self.accumulator.clone()
    }
}

/// What a visit of one element says of the rest.
enum Visit {
    Continue,
    Stop(Value),
}

impl<'run> Machine<'run> {
    pub(super) fn fold(&mut self, call: &'run FoldCall) -> Answer<Value> {
        let collection = self.evaluate(&call.collection)?;
        self.loops.push(Loop::new(collection)?);
        let folded = self.fold_inside(call);
        let ended = self.loops.pop();
        if let (Some(trace), Some(ended)) = (&mut self.trace, ended)
            && ended.length > 0
        {
            // After the last element the index points behind it.
            let index = ended.index.min(ended.length - 1);
            trace.note_turn(
                call,
                super::Turn {
                    index,
                    of: ended.length,
                },
            );
        }
        folded
    }

    fn fold_inside(&mut self, call: &'run FoldCall) -> Answer<Value> {
        match call.fold {
            Fold::All => self.decide(call, false),
            Fold::Any => self.decide(call, true),
            Fold::None => self.none(call),
            Fold::One => Ok(Value::Bool(self.count(call)? == 1)),
            Fold::Count => self.count(call).map(Value::Int),
            Fold::Filter => self.filter(call),
            Fold::Map => self.map_elements(call),
            Fold::Sum => self.sum(call),
            Fold::Find | Fold::FindIndex => self.find(call, false),
            Fold::FindLast | Fold::FindLastIndex => self.find(call, true),
            Fold::GroupBy => self.group(call),
            Fold::SortBy => self.sort(call),
            Fold::Reduce => self.reduce(call),
        }
    }

    fn current(&mut self) -> Answer<&mut Loop> {
        self.loops
            .last_mut()
            .map_or_else(|| fail("cannot use pointer accessor outside predicate"), Ok)
    }

    fn length(&mut self) -> Answer<usize> {
        Ok(self.current()?.length)
    }

    fn element(&mut self) -> Answer<Value> {
        self.current()?.element()
    }

    /// Visits the elements from the first one, or from where `reduce` has begun.
    fn each(&mut self, mut visit: impl FnMut(&mut Self) -> Answer<Visit>) -> Answer<Option<Value>> {
        let length = self.length()?;
        while self.current()?.index < length {
            self.run.budget.step()?;
            if let Visit::Stop(value) = visit(self)? {
                return Ok(Some(value));
            }
            self.current()?.index += 1;
        }
        Ok(None)
    }

    /// The predicate's value, or the element itself where there is none.
    fn predicate(&mut self, predicate: Option<&'run Node>) -> Answer<Value> {
        match predicate {
            Some(node) => self.evaluate(node),
            None => self.element(),
        }
    }

    fn holds(&mut self, call: &'run FoldCall) -> Answer<bool> {
        match &call.predicate {
            Some(node) => self.bool(node),
            None => as_bool(&self.element()?),
        }
    }

    /// Stops at the first element whose predicate is `wanted`.
    fn decide(&mut self, call: &'run FoldCall, wanted: bool) -> Answer<Value> {
        let stopped = self.each(|machine| {
            Ok(if machine.holds(call)? == wanted {
                Visit::Stop(Value::Nil)
            } else {
                Visit::Continue
            })
        })?;
        Ok(Value::Bool(stopped.is_some() == wanted))
    }

    fn none(&mut self, call: &'run FoldCall) -> Answer<Value> {
        match self.decide(call, true)? {
            Value::Bool(any) => Ok(Value::Bool(!any)),
            other => Ok(other),
        }
    }

    fn count(&mut self, call: &'run FoldCall) -> Answer<i64> {
        let mut count = 0;
        self.each(|machine| {
            count += i64::from(machine.holds(call)?);
            Ok(Visit::Continue)
        })?;
        Ok(count)
    }

    fn filter(&mut self, call: &'run FoldCall) -> Answer<Value> {
        let mut kept = self.litter.operands(0);
        self.each(|machine| {
            if machine.holds(call)? {
                let value = machine.predicate(call.projection.as_ref())?;
                kept.push(value, &machine.litter);
            }
            Ok(Visit::Continue)
        })?;
        self.run.list(kept.pop_all(&mut self.litter))
    }

    fn map_elements(&mut self, call: &'run FoldCall) -> Answer<Value> {
        let mut mapped = self.litter.operands(0);
        self.each(|machine| {
            let value = machine.predicate(call.predicate.as_ref())?;
            mapped.push(value, &machine.litter);
            Ok(Visit::Continue)
        })?;
        self.run.list(mapped.pop_all(&mut self.litter))
    }

    fn sum(&mut self, call: &'run FoldCall) -> Answer<Value> {
        let mut sum = Value::Int(0);
        self.each(|machine| {
            let value = machine.predicate(call.predicate.as_ref())?;
            sum = arithmetic::add(&value, &sum)?;
            Ok(Visit::Continue)
        })?;
        Ok(sum)
    }

    /// Go's backward loop leaves what it asks at each turn, whether there is an element left, on its stack.
    fn find(&mut self, call: &'run FoldCall, is_backwards: bool) -> Answer<Value> {
        let length = self.length()?;
        let wants_index = matches!(call.fold, Fold::FindIndex | Fold::FindLastIndex);
        for step in 0..length {
            self.run.budget.step()?;
            if is_backwards {
                self.litter.drop(Value::Bool(true), &mut self.run.budget)?;
            }
            self.current()?.index = if is_backwards { length - 1 - step } else { step };
            if self.holds(call)? {
                return if wants_index {
                    Ok(self.current()?.index())
                } else {
                    self.predicate(call.projection.as_ref())
                };
            }
        }
        if is_backwards {
            self.litter.drop(Value::Bool(false), &mut self.run.budget)?;
        }
        if call.fails_when_missing {
            return fail("reflect: slice index out of range");
        }
        Ok(Value::Nil)
    }

    fn group(&mut self, call: &'run FoldCall) -> Answer<Value> {
        let mut groups: BTreeMap<Key, Vec<Value>> = BTreeMap::new();
        self.each(|machine| {
            let value = machine.predicate(call.predicate.as_ref())?;
            let serial = machine.current()?.index;
            // A key is compared with some twenty others on its way into the map.
            machine.run.weigh(&value)?;
            let Some(key) = Key::of(&value, serial) else {
                return fail(format!(
                    "runtime error: hash of unhashable type {}",
                    value.type_name()
                ));
            };
            let element = machine.element()?;
            groups.entry(key).or_default().push(element);
            Ok(Visit::Continue)
        })?;
        let mut entries = BTreeMap::new();
        for (key, elements) in groups {
            entries.insert(key, self.run.uncounted_list(elements)?);
        }
        self.run.table(Table {
            entries,
            is_groups: true,
        })
    }

    fn sort(&mut self, call: &'run FoldCall) -> Answer<Value> {
        let is_descending = match &call.extra {
            None => false,
            Some(node) => match self.evaluate(node)? {
                Value::String(order) if order.as_ref() == "asc" => false,
                Value::String(order) if order.as_ref() == "desc" => true,
                Value::String(_) => return fail("unknown order, use asc or desc"),
                other => return super::conversion(&other, "string"),
            },
        };
        let mut pairs = Vec::new();
        self.each(|machine| {
            let value = machine.predicate(call.predicate.as_ref())?;
            pairs.push((machine.element()?, value));
            Ok(Visit::Continue)
        })?;
        sort_by(&mut self.run, &mut pairs, |left, right| {
            if is_descending {
                arithmetic::is_less(&right.1, &left.1)
            } else {
                arithmetic::is_less(&left.1, &right.1)
            }
        })?;
        self.run
            .list(pairs.into_iter().map(|(element, _)| element).collect())
    }

    fn reduce(&mut self, call: &'run FoldCall) -> Answer<Value> {
        match &call.extra {
            // Go evaluates the first value when the loop has begun already.
            Some(node) => {
                let first = self.evaluate(node)?;
                self.current()?.accumulator = first;
            }
            None => {
                let first = self.element()?;
                let current = self.current()?;
                current.accumulator = first;
                current.index = 1;
            }
        }
        self.each(|machine| {
            let value = machine.predicate(call.predicate.as_ref())?;
            machine.current()?.accumulator = value;
            Ok(Visit::Continue)
        })?;
        Ok(self.current()?.accumulator())
    }
}
