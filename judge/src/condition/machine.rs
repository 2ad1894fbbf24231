//! Evaluation of a checked and rewritten tree.

mod access;
mod call;
mod fold;
mod litter;
mod operate;
mod run;
mod trace;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) use access::{fetch, lookup};
pub(super) use run::Run;
pub(super) use trace::{Trace, Turn};

use operate::{is_within, unary};

use super::check::Scope;
use super::error::{Answer, fail};
use super::syntax::{Binding, Kind, Node, Operands, Pointer};
use super::value::{Native, Value};
use crate::time::Timestamp;

/// The state of one evaluation.
pub(super) struct Machine<'run> {
    result: &'run Value,
    scope: Scope,
    run: Run,
    variables: Vec<Value>,
    loops: Vec<fold::Loop>,
    litter: litter::Litter,
    trace: Option<Trace>,
}

impl<'run> Machine<'run> {
    pub(super) fn new(result: &'run Value, scope: Scope, now: Option<Timestamp>) -> Self {
        Self {
            result,
            scope,
            run: Run::new(now),
            variables: Vec::new(),
            loops: Vec::new(),
            litter: litter::Litter::default(),
            trace: None,
        }
    }

    /// Like [`Self::evaluate`], and tells what each node came to.
    pub(super) fn evaluate_traced(mut self, node: &'run Node) -> (Answer<Value>, Trace) {
        self.trace = Some(Trace::default());
        let value = self.evaluate(node);
        (value, self.trace.unwrap_or_default())
    }

    pub(super) fn evaluate(&mut self, node: &'run Node) -> Answer<Value> {
        self.look(node).map(Cow::into_owned)
    }

    /// The value of a node, borrowed where it stands in the tree or in the result.
    fn look(&mut self, node: &'run Node) -> Answer<Cow<'run, Value>> {
        let looked = match self.run.budget.step() {
            Ok(()) => self.look_inside(node),
            Err(error) => Err(error),
        };
        let looked = looked.map_err(|mut error| {
            error.locate(node.span);
            error
        });
        if let Some(trace) = &mut self.trace {
            trace.note(node, &looked);
        }
        looked
    }

    fn look_inside(&mut self, node: &'run Node) -> Answer<Cow<'run, Value>> {
        match &node.kind {
            Kind::Literal(value) => Ok(Cow::Borrowed(value)),
            Kind::Name(_, Binding::Result) => Ok(Cow::Borrowed(self.result)),
            Kind::Name(_, binding) => Ok(Cow::Owned(self.name(*binding))),
            Kind::Unary(operator, operand) => {
                let value = self.look(operand)?;
                unary(*operator, &value).map(Cow::Owned)
            }
            Kind::Binary(operator, texture, operands) => self.binary(*operator, *texture, operands),
            Kind::Within(needle, set) => {
                let needle = self.look(needle)?;
                if let Value::String(text) = needle.as_ref() {
                    self.run.budget.read_text(text.len())?;
                }
                is_within(&needle, set).map(|found| Cow::Owned(Value::Bool(found)))
            }
            Kind::Matches(text, pattern) => {
                let text = self.look(text)?;
                self.matches(&text, pattern).map(Cow::Owned)
            }
            Kind::Chain(inner) => {
                let end = self.spine(inner)?;
                Ok(end
                    .filter(|value| !value.is_nil())
                    .unwrap_or(Cow::Owned(Value::Nil)))
            }
            Kind::Member(_) | Kind::Call(..) => {
                let end = self.spine(node)?;
                Ok(end.unwrap_or(Cow::Owned(Value::Nil)))
            }
            Kind::Slice(base, from, to) => self.slice(base, from.as_deref(), to.as_deref()).map(Cow::Owned),
            Kind::Builtin(builtin, arguments) => {
                let arguments = self.all(arguments)?;
                (builtin.call)(&mut self.run, &arguments).map(Cow::Owned)
            }
            Kind::Fold(call) => self.fold(call).map(Cow::Owned),
            Kind::Pointer(pointer) => self.pointer(pointer).map(Cow::Owned),
            Kind::Let(_, slot, operands) => self.declaration(*slot, operands),
            Kind::Sequence(nodes) => {
                let mut last = Cow::Owned(Value::Nil);
                for inner in nodes {
                    last = self.look(inner)?;
                }
                Ok(last)
            }
            Kind::Conditional(nodes) => {
                let [condition, then, otherwise] = nodes.as_ref();
                let holds = self.bool(condition)?;
                self.look(if holds { then } else { otherwise })
            }
            Kind::Array(nodes) => {
                let values = self.all(nodes)?;
                self.run.list(values).map(Cow::Owned)
            }
            Kind::Map(pairs) => self.map(pairs).map(Cow::Owned),
        }
    }

    fn all(&mut self, nodes: &'run [Node]) -> Answer<Vec<Value>> {
        let mut operands = self.litter.operands(nodes.len());
        for node in nodes {
            let value = self.evaluate(node)?;
            operands.push(value, &self.litter);
        }
        Ok(operands.pop_all(&mut self.litter))
    }

    fn name(&self, binding: Binding) -> Value {
        match binding {
            Binding::Result => self.result.clone(),
            Binding::Native(native) => Value::Function(native),
            Binding::Variable(slot) => self.variables.get(slot).cloned().unwrap_or(Value::Nil),
            Binding::Environment => self.environment(),
            Binding::Absent => Value::Nil,
        }
    }

    /// `$env`
    fn environment(&self) -> Value {
        let functions = Native::ALL
            .into_iter()
            .filter(|(name, _)| self.scope.binding(name).is_some())
            .map(|(name, native)| (Arc::from(name), Value::Function(native)));
        let mut names: BTreeMap<Arc<str>, Value> = functions.collect();
        if self.scope == Scope::Condition {
            names.insert("result".into(), self.result.clone());
        }
        Value::Map(Arc::new(names))
    }

    fn pointer(&self, pointer: &Pointer) -> Answer<Value> {
        let Some(innermost) = self.loops.last() else {
            return fail("cannot use pointer accessor outside predicate");
        };
        match pointer {
            Pointer::Element => innermost.element(),
            Pointer::Index => Ok(innermost.index()),
            Pointer::Accumulator => Ok(innermost.accumulator()),
            Pointer::Other(name) => fail(format!("unknown pointer {name}")),
        }
    }

    fn declaration(&mut self, slot: usize, operands: &'run Operands) -> Answer<Cow<'run, Value>> {
        let value = self.evaluate(&operands.left)?;
        if self.variables.len() <= slot {
            self.variables.resize(slot + 1, Value::Nil);
        }
        self.variables[slot] = value;
        self.look(&operands.right)
    }

    fn map(&mut self, pairs: &'run [(Node, Node)]) -> Answer<Value> {
        let mut operands = self.litter.operands(pairs.len() * 2);
        for node in pairs.iter().flat_map(|(key, value)| [key, value]) {
            let value = self.evaluate(node)?;
            operands.push(value, &self.litter);
        }
        let mut fields = BTreeMap::new();
        let mut values = operands.pop_all(&mut self.litter).into_iter();
        while let (Some(key), Some(value)) = (values.next(), values.next()) {
            let Value::String(name) = key else {
                return fail(format!(
                    "interface conversion: interface {{}} is {}, not string",
                    key.type_name()
                ));
            };
            // Go fills the map from the last pair to the first, so the first one stays.
            fields.entry(name).or_insert(value);
        }
        self.run.map(pairs.len(), fields)
    }

    /// A value that must be a bool.
    fn bool(&mut self, node: &'run Node) -> Answer<bool> {
        let value = self.look(node)?;
        as_bool(&value)
    }
}

fn as_bool(value: &Value) -> Answer<bool> {
    match value {
        Value::Bool(bool) => Ok(*bool),
        other => conversion(other, "bool"),
    }
}

fn as_text(value: &Value) -> Answer<&str> {
    match value {
        Value::String(text) => Ok(text),
        other => conversion(other, "string"),
    }
}

/// Go's words for a value of another type than the one that is needed.
pub(super) fn conversion<T>(found: &Value, wanted: &str) -> Answer<T> {
    let found = match found {
        Value::Nil => "nil",
        other => other.type_name(),
    };
    fail(format!(
        "interface conversion: interface {{}} is {found}, not {wanted}"
    ))
}
