//! Success and failure conditions: the expression language of Argo's `successCondition` and `failureCondition`.
//!
//! Nothing else in the code knows what is behind [`Condition`]. The semantics are those of Argo Rollouts v1.10.1, that is
//! of Go's `expr-lang/expr` v1.17.7: text is parsed once ([`Condition::compile`]); for each type a result can have, the
//! tree is checked and rewritten as Go would do it for that type, once; and then it is evaluated within a budget. Every
//! mistake is a [`ConditionError`] that knows its place in the text.

mod arithmetic;
mod assess;
mod batch;
pub mod budget;
mod builtins;
mod check;
mod error;
mod explain;
mod machine;
mod mentions;
mod pattern;
mod program;
mod rewrite;
mod syntax;
#[cfg(test)]
mod tests;
mod value;

pub use assess::{Assessment, Outcome, Side, assess};
pub use batch::{Batch, BatchAnswer, batch_line};
pub use error::ConditionError;
pub use explain::{Explanation, Part};
pub use mentions::Mention;
pub use program::{Condition, evaluate_time};
pub use value::{Decimal, Native, Table, Value};
