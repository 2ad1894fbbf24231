use std::borrow::Cow;
use std::cmp::Ordering;

use super::{Machine, as_bool, as_text};
use crate::condition::arithmetic;
use crate::condition::error::{Answer, fail};
use crate::condition::pattern::Pattern;
use crate::condition::syntax::{Binary, Operands, Set, Texture, Unary};
use crate::condition::value::Value;

impl<'run> Machine<'run> {
    pub(super) fn binary(
        &mut self,
        operator: Binary,
        texture: Texture,
        operands: &'run Operands,
    ) -> Answer<Cow<'run, Value>> {
        let Operands { left, right } = operands;
        match operator {
            Binary::And | Binary::Or => {
                let value = self.look(left)?;
                // The right side is given back as it is: only what uses it may insist on a bool.
                return if as_bool(&value)? == (operator == Binary::Or) {
                    Ok(value)
                } else {
                    self.look(right)
                };
            }
            Binary::Coalesce => {
                let value = self.look(left)?;
                return if value.is_nil() {
                    self.look(right)
                } else {
                    Ok(value)
                };
            }
            _ => {}
        }
        let left = self.look(left)?;
        let mark = self.litter.mark();
        let right = self.look(right)?;
        let left = self.litter.operand_below(mark, left);
        self.operate(operator, texture, &left, &right).map(Cow::Owned)
    }

    fn operate(&mut self, operator: Binary, texture: Texture, left: &Value, right: &Value) -> Answer<Value> {
        if let Value::String(text) = left {
            self.run.budget.read_text(text.len())?;
        }
        let order = |wanted: &[Ordering]| {
            let found = arithmetic::compare(operator.text(), left, right)?;
            Ok(Value::Bool(found.is_some_and(|found| wanted.contains(&found))))
        };
        match operator {
            Binary::Less => order(&[Ordering::Less]),
            Binary::Greater => order(&[Ordering::Greater]),
            Binary::LessOrEqual => order(&[Ordering::Less, Ordering::Equal]),
            Binary::GreaterOrEqual => order(&[Ordering::Greater, Ordering::Equal]),
            Binary::Equal => self.equal(texture, left, right).map(Value::Bool),
            Binary::NotEqual => self.equal(texture, left, right).map(|same| Value::Bool(!same)),
            Binary::Add => match (left, right) {
                (Value::String(left), Value::String(right)) => self.run.join(&[left, right]),
                _ => arithmetic::add(left, right),
            },
            Binary::Subtract => arithmetic::subtract(left, right),
            Binary::Multiply => arithmetic::multiply(left, right),
            Binary::Divide => arithmetic::divide(left, right),
            Binary::Modulo => arithmetic::modulo(left, right),
            Binary::Power => arithmetic::power(left, right),
            Binary::Range => self.run.range(left, right),
            Binary::In => self.contains(left, right).map(Value::Bool),
            Binary::Matches => self.matches_value(left, right),
            Binary::Contains => self.texts(left, right, |text, part| text.contains(part)),
            Binary::StartsWith => self.texts(left, right, |text, part| text.starts_with(part)),
            Binary::EndsWith => self.texts(left, right, |text, part| text.ends_with(part)),
            Binary::And | Binary::Or | Binary::Coalesce | Binary::Pipe => {
                fail(format!("operator {} has no value of its own", operator.text()))
            }
        }
    }

    fn equal(&mut self, texture: Texture, left: &Value, right: &Value) -> Answer<bool> {
        match (texture, left, right) {
            (Texture::Int, Value::Int(left), Value::Int(right)) => Ok(left == right),
            (Texture::String, Value::String(left), Value::String(right)) => Ok(left == right),
            (Texture::Any, left, right) => {
                if left.number().is_none() {
                    self.run.weigh(left)?;
                }
                Ok(arithmetic::equal(left, right))
            }
            (_, left, right) => {
                let wanted = if texture == Texture::Int { "int" } else { "string" };
                let odd = if left.type_name() == wanted { right } else { left };
                fail(format!(
                    "interface conversion: interface {{}} is {}, not {wanted}",
                    odd.type_name()
                ))
            }
        }
    }

    fn matches_value(&mut self, text: &Value, pattern: &Value) -> Answer<Value> {
        if text.is_nil() || pattern.is_nil() {
            return Ok(Value::Bool(false));
        }
        let pattern = as_text(pattern)?;
        self.run.budget.compile_pattern()?;
        let pattern = Pattern::new(pattern)?;
        self.matches(text, &pattern)
    }

    pub(super) fn matches(&mut self, text: &Value, pattern: &Pattern) -> Answer<Value> {
        if text.is_nil() {
            return Ok(Value::Bool(false));
        }
        let text = as_text(text)?;
        self.run.budget.read_text(text.len())?;
        Ok(Value::Bool(pattern.is_match(text)))
    }

    /// Nil on either side is no error for `contains`, `startsWith` and `endsWith`: it is false.
    fn texts(&mut self, left: &Value, right: &Value, test: impl Fn(&str, &str) -> bool) -> Answer<Value> {
        if left.is_nil() || right.is_nil() {
            return Ok(Value::Bool(false));
        }
        let (text, part) = (as_text(left)?, as_text(right)?);
        self.run.budget.read_text(text.len())?;
        Ok(Value::Bool(test(text, part)))
    }
}

/// An operator with one operand.
pub(super) fn unary(operator: Unary, value: &Value) -> Answer<Value> {
    match operator {
        Unary::Not => as_bool(value).map(|bool| Value::Bool(!bool)),
        Unary::Minus => arithmetic::negate(value),
        Unary::Plus => Ok(value.clone()),
    }
}

/// Go looks the needle up in a map of the literals, where nil is the zero value.
pub(super) fn is_within(needle: &Value, set: &Set) -> Answer<bool> {
    match (set, needle) {
        (Set::Ints(ints), Value::Int(int)) => Ok(ints.contains(int)),
        (Set::Ints(ints), Value::Nil) => Ok(ints.contains(&0)),
        (Set::Strings(strings), Value::String(text)) => Ok(strings.contains(text)),
        (Set::Strings(strings), Value::Nil) => Ok(strings.contains("")),
        (Set::Range(from, to), needle) => {
            let (from, to) = (Value::Int(*from), Value::Int(*to));
            let at_least = arithmetic::compare(">=", needle, &from)?;
            let at_most = arithmetic::compare("<=", needle, &to)?;
            Ok(matches!(at_least, Some(Ordering::Greater | Ordering::Equal))
                && matches!(at_most, Some(Ordering::Less | Ordering::Equal)))
        }
        (_, other) => fail(format!(
            "reflect.Value.MapIndex: value of type {} is not assignable to the type of the keys",
            other.type_name()
        )),
    }
}
