use std::borrow::Cow;

use super::Machine;
use crate::condition::arithmetic::truncate;
use crate::condition::builtins;
use crate::condition::check::Type;
use crate::condition::error::{Answer, fail};
use crate::condition::syntax::{Kind, Node};
use crate::condition::value::{Native, Number, Value};

impl<'run> Machine<'run> {
    /// A call; `None` when a `?.` before it met nil.
    pub(super) fn call(&mut self, callee: &'run Node, arguments: &'run [Node]) -> Answer<Option<Value>> {
        let arguments = self.all(arguments)?;
        let mark = self.litter.mark();
        if let Kind::Member(member) = &callee.kind {
            let Some(base) = self.spine_base(&member.base)? else {
                return Ok(None);
            };
            if member.is_optional && base.is_nil() {
                return Ok(None);
            }
            let property = self.look(&member.property)?;
            let arguments = self.litter.operands_below(mark, arguments);
            if let Value::String(name) = property.as_ref()
                && let Some(method) = builtins::method(&Type::of(&base), name)
            {
                return (method.call)(&mut self.run, &base, &arguments).map(Some);
            }
            let function = super::fetch(&base, &property)?;
            return self.apply(&function, &arguments).map(Some);
        }
        let function = self.look(callee)?;
        let arguments = self.litter.operands_below(mark, arguments);
        self.apply(&function, &arguments).map(Some)
    }

    fn apply(&mut self, function: &Value, arguments: &[Value]) -> Answer<Value> {
        match function {
            Value::Function(native) => self.native(*native, arguments),
            Value::Nil => fail("invalid operation: cannot call nil"),
            other => fail(format!(
                "invalid operation: cannot call non-function of type {}",
                other.type_name()
            )),
        }
    }

    fn has_parts(&self) -> bool {
        !self.scope.parts().is_empty()
    }

    /// Argo's functions: `utils/evaluate/evaluate.go`.
    fn native(&mut self, native: Native, arguments: &[Value]) -> Answer<Value> {
        match (native, arguments) {
            (Native::AsInt, [argument]) => as_int(argument),
            (Native::AsFloat, [argument]) => as_float(argument),
            (Native::IsNan, [Value::Float(float)]) => Ok(Value::Bool(float.is_nan())),
            (Native::IsInf, [Value::Float(float)]) => Ok(Value::Bool(float.is_infinite())),
            (Native::IsNan | Native::IsInf, [other]) => super::conversion(other, "float64"),
            // Argo's quirk of looking at the whole result is of no use where the result has parts.
            (Native::IsNil, [argument]) if self.has_parts() => Ok(Value::Bool(argument.is_nil())),
            (Native::Default, [argument, fallback]) if self.has_parts() => {
                let value = if argument.is_nil() { fallback } else { argument };
                Ok(value.clone())
            }
            (Native::IsNil, [_]) => Ok(Value::Bool(self.result.is_nil())),
            (Native::Default, [_, fallback]) if self.result.is_nil() => Ok(fallback.clone()),
            (Native::Default, [_, _]) => Ok(Cow::Borrowed(self.result).into_owned()),
            _ => fail("reflect: Call with the wrong number of input arguments"),
        }
    }
}

fn as_int(argument: &Value) -> Answer<Value> {
    match (argument.number(), argument) {
        (Some(Number::Int(int)), _) => Ok(Value::Int64(int)),
        (Some(Number::Float(float)), _) => Ok(Value::Int64(truncate(float))),
        (None, Value::String(text)) => match builtins::parse_int(text) {
            Some(int) => Ok(Value::Int64(int)),
            None => fail(format!("strconv.ParseInt: parsing {text:?}: invalid syntax")),
        },
        (None, other) => unsupported("asInt", other),
    }
}

fn as_float(argument: &Value) -> Answer<Value> {
    match (argument.number(), argument) {
        (Some(number), _) => Ok(Value::Float(number.float())),
        (None, Value::String(text)) => match builtins::parse_float(text) {
            Ok(float) => Ok(Value::Float(float)),
            Err(Some(_)) => fail(format!(
                "strconv.ParseFloat: parsing {text:?}: value out of range"
            )),
            Err(None) => fail(format!("strconv.ParseFloat: parsing {text:?}: invalid syntax")),
        },
        (None, other) => unsupported("asFloat", other),
    }
}

fn unsupported(function: &str, argument: &Value) -> Answer<Value> {
    fail(format!(
        "{function}() not supported on {} {}",
        argument.type_name(),
        builtins::display(argument)
    ))
}
