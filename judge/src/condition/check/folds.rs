use super::{Checker, Type};
use crate::condition::error::{Answer, fail, fail_at};
use crate::condition::syntax::{Fold, FoldCall, Node};

impl Checker<'_> {
    /// The functions that take a predicate.
    pub(super) fn fold(&mut self, call: &mut FoldCall) -> Answer<Type> {
        let collection = self.visit(&mut call.collection)?;
        if !collection.is_list() && !collection.is_unknown() {
            return fail_at(
                call.collection.span,
                format!("builtin {} takes only array (got {collection})", call.fold.name()),
            );
        }
        let Some(predicate) = &mut call.predicate else {
            return Ok(match call.fold {
                Fold::Count => Type::Int,
                _ if collection.is_unknown() => Type::Unknown,
                _ => collection.element(),
            });
        };
        let yields = self.predicate(&collection, call.fold, predicate)?;
        if let Some(extra) = &mut call.extra {
            self.visit(extra)?;
        }
        Ok(match call.fold {
            Fold::All | Fold::Any | Fold::None | Fold::One => Type::Bool,
            Fold::Filter if collection.is_unknown() => Type::List(None),
            Fold::Filter => Type::list_of(collection.element()),
            Fold::Map => Type::list_of(yields),
            Fold::Count | Fold::FindIndex | Fold::FindLastIndex => Type::Int,
            Fold::Sum => yields.reflected(),
            Fold::Find | Fold::FindLast if collection.is_unknown() => Type::Unknown,
            Fold::Find | Fold::FindLast => collection.element(),
            Fold::GroupBy => Type::Groups,
            Fold::SortBy => collection,
            Fold::Reduce => yields,
        })
    }

    fn predicate(&mut self, collection: &Type, fold: Fold, predicate: &mut Node) -> Answer<Type> {
        self.collections.push((collection.clone(), fold));
        let yields = self.visit(predicate)?;
        self.collections.pop();
        let span = predicate.span;
        let must_be_bool = matches!(
            fold,
            Fold::All
                | Fold::Any
                | Fold::None
                | Fold::One
                | Fold::Filter
                | Fold::Count
                | Fold::Find
                | Fold::FindIndex
                | Fold::FindLast
                | Fold::FindLastIndex
        );
        match (&yields, fold) {
            (Type::Nil, Fold::Sum) => fail("cannot use nil as argument to call sum"),
            (Type::Nil, Fold::Reduce) => fail_at(span, "predicate should has two input and one output param"),
            (Type::Nil, _) => fail_at(span, "predicate should has one input and one output param"),
            _ if must_be_bool && !yields.is_bool() && !yields.is_unknown() => {
                fail_at(span, format!("predicate should return boolean (got {yields})"))
            }
            _ => Ok(yields),
        }
    }
}
