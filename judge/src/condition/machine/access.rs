use std::borrow::Cow;

use super::Machine;
use crate::condition::arithmetic::{self, to_int};
use crate::condition::builtins::display;
use crate::condition::error::{Answer, fail};
use crate::condition::syntax::{Kind, Node};
use crate::condition::value::{Elements, Key, Value};

impl<'run> Machine<'run> {
    /// A member, a call or anything else; `None` when a `?.` met nil, which ends the whole chain.
    pub(super) fn spine(&mut self, node: &'run Node) -> Answer<Option<Cow<'run, Value>>> {
        match &node.kind {
            Kind::Member(member) => {
                let Some(base) = self.spine_base(&member.base)? else {
                    return Ok(None);
                };
                if member.is_optional && base.is_nil() {
                    return Ok(None);
                }
                let mark = self.litter.mark();
                let property = self.look(&member.property)?;
                if let Value::String(name) = property.as_ref() {
                    self.run.budget.read_text(name.len())?;
                }
                match self.litter.operand_below(mark, base) {
                    Cow::Borrowed(base) => fetch(base, &property).map(Some),
                    Cow::Owned(base) => {
                        let found = fetch(&base, &property)?.into_owned();
                        Ok(Some(Cow::Owned(found)))
                    }
                }
            }
            Kind::Call(callee, arguments) => {
                self.call(callee, arguments).map(|called| called.map(Cow::Owned))
            }
            _ => self.look(node).map(Some),
        }
    }

    /// The base of a member: members and calls inside of it belong to the same chain.
    pub(super) fn spine_base(&mut self, base: &'run Node) -> Answer<Option<Cow<'run, Value>>> {
        match base.kind {
            Kind::Member(_) | Kind::Call(..) => {
                self.run.budget.step()?;
                let found = self.spine(base).map_err(|mut error| {
                    error.locate(base.span);
                    error
                });
                let found = found.transpose();
                if let (Some(trace), Some(found)) = (&mut self.trace, &found) {
                    trace.note(base, found);
                }
                found.transpose()
            }
            _ => self.look(base).map(Some),
        }
    }

    pub(super) fn slice(
        &mut self,
        base: &'run Node,
        from: Option<&'run Node>,
        to: Option<&'run Node>,
    ) -> Answer<Value> {
        let base = self.look(base)?;
        if from.is_none() && to.is_none() {
            return self.part(&base, None, None);
        }
        // Go takes the upper bound first, and three operands from its stack in the end.
        let mut operands = self.litter.operands(3);
        operands.push(base.into_owned(), &self.litter);
        for node in [to, from].into_iter().flatten() {
            let value = self.evaluate(node)?;
            operands.push(value, &self.litter);
        }
        let mut values = operands.pop_all(&mut self.litter).into_iter();
        let base = values.next().unwrap_or(Value::Nil);
        let to = to.and_then(|_| values.next());
        self.part(&base, values.next().as_ref(), to.as_ref())
    }

    fn part(&mut self, base: &Value, from: Option<&Value>, to: Option<&Value>) -> Answer<Value> {
        let length = match base {
            Value::String(text) => text.len(),
            other => match other.elements() {
                Some(elements) => elements.len(),
                None => return fail(format!("cannot slice {}", other.type_name())),
            },
        };
        let to = match to {
            Some(to) => bound(to_int(to)?, length),
            None => length,
        };
        let from = match from {
            Some(from) => bound(to_int(from)?, length).min(to),
            None => 0,
        };
        self.run.budget.steps(to - from)?;
        Ok(part(base, from, to))
    }

    /// `needle in haystack`
    pub(super) fn contains(&mut self, needle: &Value, haystack: &Value) -> Answer<bool> {
        if let Some(elements) = haystack.elements() {
            self.run.weigh(haystack)?;
            return Ok(match (elements, needle) {
                (Elements::Floats(floats), Value::Float(float)) => floats.contains(float),
                _ => elements
                    .values()
                    .any(|element| arithmetic::equal(&element, needle)),
            });
        }
        match haystack {
            Value::Nil => Ok(false),
            // A time is a struct in Go, and has no exported field.
            Value::Time(_) if matches!(needle, Value::String(_)) => Ok(false),
            Value::Time(_) => fail(format!(
                "cannot use {} as field name of time.Time",
                needle.type_name()
            )),
            Value::Map(_) | Value::Table(_) => Ok(lookup(haystack, needle)?.is_some()),
            other => fail(format!("operator \"in\" not defined on {}", other.type_name())),
        }
    }
}

/// A bound of a slice: negative ones count from the end, and what is outside is moved to the edge.
fn bound(index: i64, length: usize) -> usize {
    let signed = i64::try_from(length).unwrap_or(i64::MAX);
    let index = if index < 0 {
        index.saturating_add(signed)
    } else {
        index
    };
    usize::try_from(index).unwrap_or(0).min(length)
}

fn part(base: &Value, from: usize, to: usize) -> Value {
    match base {
        // Go slices bytes; half a character becomes U+FFFD here.
        Value::String(text) => Value::text(&String::from_utf8_lossy(&text.as_bytes()[from..to])),
        Value::Floats(floats) => Value::Floats(floats[from..to].into()),
        Value::Ints(ints) => Value::Ints(ints[from..to].into()),
        Value::Strings(strings) => Value::Strings(strings[from..to].into()),
        Value::List(values) => Value::List(values[from..to].into()),
        other => other.clone(),
    }
}

/// `from[index]` and `from.index`: Go's `runtime.Fetch`.
pub(in crate::condition) fn fetch<'value>(from: &'value Value, index: &Value) -> Answer<Cow<'value, Value>> {
    match from {
        Value::Map(_) | Value::Table(_) => {
            let found = lookup(from, index)?;
            Ok(found.unwrap_or_else(|| Cow::Owned(zero(from))))
        }
        Value::String(text) => {
            let position = position(index, text.len())?;
            let byte = text.as_bytes().get(position).copied().unwrap_or(0);
            Ok(Cow::Owned(Value::Int64(i64::from(byte))))
        }
        Value::List(values) => {
            let position = position(index, values.len())?;
            Ok(Cow::Borrowed(&values[position]))
        }
        other => match other.elements() {
            Some(elements) => {
                let position = position(index, elements.len())?;
                Ok(Cow::Owned(elements.get(position).unwrap_or(Value::Nil)))
            }
            None => fail(format!(
                "cannot fetch {} from {}",
                display(index),
                other.type_name()
            )),
        },
    }
}

/// What a missing key gives.
fn zero(map: &Value) -> Value {
    match map {
        Value::Table(table) if table.is_groups => Value::NilList,
        _ => Value::Nil,
    }
}

fn position(index: &Value, length: usize) -> Answer<usize> {
    let index = to_int(index)?;
    let signed = i64::try_from(length).unwrap_or(i64::MAX);
    let index = if index < 0 {
        index.wrapping_add(signed)
    } else {
        index
    };
    match usize::try_from(index) {
        Ok(position) if position < length => Ok(position),
        _ => fail(format!("index out of range: {index} (array length is {length})")),
    }
}

/// The value of a key. Nil stands for the zero value of the key's type.
pub(in crate::condition) fn lookup<'value>(
    map: &'value Value,
    key: &Value,
) -> Answer<Option<Cow<'value, Value>>> {
    match (map, key) {
        (Value::Map(fields), Value::String(name)) => Ok(fields.get(name.as_ref()).map(Cow::Borrowed)),
        (Value::Map(fields), Value::Nil) => Ok(fields.get("").map(Cow::Borrowed)),
        (Value::Map(_), other) => fail(format!(
            "reflect.Value.MapIndex: value of type {} is not assignable to type string",
            other.type_name()
        )),
        (Value::Table(table), key) => match Key::of(key, usize::MAX) {
            Some(key) => Ok(table.entries.get(&key).map(Cow::Borrowed)),
            None => fail(format!(
                "runtime error: hash of unhashable type {}",
                key.type_name()
            )),
        },
        _ => Ok(None),
    }
}
