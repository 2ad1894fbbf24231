use std::sync::{Arc, OnceLock};

use super::check::{Scope, Type, check};
use super::error::{Answer, ConditionError};
use super::explain::{self, Explanation};
use super::machine::Machine;
use super::mentions::{self, Mention};
use super::rewrite::rewrite;
use super::syntax::{Node, parse};
use super::value::Value;
use crate::time::Timestamp;

/// Go types that a result can have, as far as checking tells them apart.
const RESULT_TYPES: usize = 16;

/// A condition whose text is well formed. Cheap to clone; everything that has been worked out is shared.
#[derive(Clone, Debug)]
pub struct Condition {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    text: Arc<str>,
    tree: Node,
    scope: Scope,
    /// Of a condition of a journey.
    mentions: Vec<Mention>,
    /// What checking and rewriting for a type of result gave, at the place of that type.
    programs: [OnceLock<Result<Node, ConditionError>>; RESULT_TYPES],
}

impl Condition {
    /// Parses the text.
    ///
    /// # Errors
    /// When the text is no expression, or a larger one than [`super::budget`] allows.
    pub fn compile(text: &str) -> Result<Self, ConditionError> {
        Self::in_scope(text, Scope::Condition)
    }

    /// Parses a condition that is put before a step of a journey: over `vars`, `data`, `account` and `steps`, which are
    /// the keys of the map that it is evaluated on.
    ///
    /// # Errors
    /// As [`Self::compile`], and for names that are not known there.
    pub fn before_step(text: &str) -> Result<Self, ConditionError> {
        Self::in_scope(text, Scope::BeforeStep)
    }

    /// Parses a condition that is put to the answer of a step of a journey: over `result` too.
    ///
    /// # Errors
    /// As [`Self::before_step`].
    pub fn of_answer(text: &str) -> Result<Self, ConditionError> {
        Self::in_scope(text, Scope::OfAnswer)
    }

    fn in_scope(text: &str, scope: Scope) -> Result<Self, ConditionError> {
        let tree = parse(text).map_err(|error| *error)?;
        let mentions = if scope.parts().is_empty() {
            Vec::new()
        } else {
            let mut bound = tree.clone();
            check(&mut bound, scope, &Type::Map).map_err(|error| *error)?;
            mentions::of(&mut bound)
        };
        Ok(Self {
            shared: Arc::new(Shared {
                text: text.into(),
                tree,
                scope,
                mentions,
                programs: Default::default(),
            }),
        })
    }

    /// What a condition of a journey looks at; empty for those of analyses.
    #[must_use]
    pub fn mentions(&self) -> &[Mention] {
        &self.shared.mentions
    }

    /// The text as it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.shared.text
    }

    /// The answer for one measured value, for callers without a clock: `now()` is an error.
    ///
    /// # Errors
    /// When the expression does not fit the value, or yields something else than true or false.
    pub fn evaluate(&self, result: &Value) -> Result<bool, ConditionError> {
        as_bool(self.run(result, None))
    }

    /// The answer for one measured value at an instant.
    ///
    /// # Errors
    /// When the expression does not fit the value, or yields something else than true or false.
    pub fn evaluate_at(&self, result: &Value, now: Timestamp) -> Result<bool, ConditionError> {
        as_bool(self.run(result, Some(now)))
    }

    /// What the expression yields, of whatever type, for callers without a clock.
    ///
    /// # Errors
    /// When the expression does not fit the value.
    pub fn value(&self, result: &Value) -> Result<Value, ConditionError> {
        self.run(result, None).map_err(|error| *error)
    }

    /// What the expression yields at an instant.
    ///
    /// # Errors
    /// When the expression does not fit the value.
    pub fn value_at(&self, result: &Value, now: Timestamp) -> Result<Value, ConditionError> {
        self.run(result, Some(now)).map_err(|error| *error)
    }

    /// What each part of the expression came to, and which one decided.
    #[must_use]
    pub fn explain(&self, result: &Value) -> Explanation {
        self.explain_for(result, None)
    }

    /// [`Self::explain`] at an instant.
    #[must_use]
    pub fn explain_at(&self, result: &Value, now: Timestamp) -> Explanation {
        self.explain_for(result, Some(now))
    }

    fn explain_for(&self, result: &Value, now: Option<Timestamp>) -> Explanation {
        match self.program(result) {
            Err(error) => explain::refused(&self.shared.tree, self.text(), error.clone()),
            Ok(program) => {
                let machine = Machine::new(result, self.shared.scope, now);
                let (answer, trace) = machine.evaluate_traced(program);
                explain::explain(program, self.text(), answer, &trace)
            }
        }
    }

    fn run(&self, result: &Value, now: Option<Timestamp>) -> Answer<Value> {
        let program = self.program(result).map_err(|error| Box::new(error.clone()))?;
        Machine::new(result, self.shared.scope, now).evaluate(program)
    }

    /// The tree as Go would compile it for a result of that type.
    fn program(&self, result: &Value) -> Result<&Node, &ConditionError> {
        let (place, result_type) = type_of(result);
        self.shared.programs[place]
            .get_or_init(|| {
                prepare(&self.shared.tree, self.shared.scope, &result_type).map_err(|error| *error)
            })
            .as_ref()
    }
}

fn prepare(tree: &Node, scope: Scope, result: &Type) -> Answer<Node> {
    let mut tree = tree.clone();
    check(&mut tree, scope, result)?;
    rewrite(&mut tree)?;
    Ok(tree)
}

/// The static type of a result, and its place among the programs.
fn type_of(result: &Value) -> (usize, Type) {
    let place = match result {
        // Argo hands on a nil list as nil.
        Value::Nil | Value::NilList => return (0, Type::Nil),
        Value::Bool(_) => 1,
        Value::Int(_) => 2,
        Value::Int64(_) => 3,
        Value::Float(_) => 4,
        Value::String(_) => 5,
        Value::Floats(_) => 6,
        Value::Ints(_) => 7,
        Value::Strings(_) => 8,
        Value::List(_) | Value::Pair(_) => 9,
        Value::Map(_) => 10,
        Value::Table(table) if table.is_groups => 11,
        Value::Table(_) => 12,
        Value::Time(_) => 13,
        Value::Duration(_) => 14,
        // No provider measures these; nothing is known about them.
        Value::Zone(_) | Value::Function(_) => return (15, Type::Any),
    };
    (place, Type::of(result))
}

fn as_bool(answer: Answer<Value>) -> Result<bool, ConditionError> {
    match answer {
        Ok(Value::Bool(bool)) => Ok(bool),
        Ok(other) => Err(ConditionError::new(format!(
            "expected bool, but got {}",
            other.type_name()
        ))),
        Err(error) => Err(*error),
    }
}

/// The instant that an expression such as `now() - duration("1h")` names: the start or the end of a range query.
///
/// # Errors
/// When the text is no expression, fails, or yields no time.
pub fn evaluate_time(text: &str, now: Timestamp) -> Result<Timestamp, ConditionError> {
    let program = parse(text).and_then(|tree| prepare(&tree, Scope::Time, &Type::Nil));
    let program = program.map_err(|error| *error)?;
    let value = Machine::new(&Value::Nil, Scope::Time, Some(now))
        .evaluate(&program)
        .map_err(|error| *error)?;
    match value {
        Value::Time(time) => Ok(Timestamp::from_micros(time.timestamp().as_microsecond())),
        other => Err(ConditionError::new(format!(
            "expected time.Time, but got {}",
            other.type_name()
        ))),
    }
}
