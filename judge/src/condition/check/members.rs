use super::{Checker, Type};
use crate::condition::builtins;
use crate::condition::error::{Answer, fail, fail_at};
use crate::condition::syntax::{Binding, Kind, Member, Node};
use crate::condition::value::Value;

/// The property's name when it is written as a string or a name.
fn literal_name(property: &Node) -> Option<&str> {
    match property.literal() {
        Some(Value::String(name)) => Some(name),
        _ => None,
    }
}

impl Checker<'_> {
    pub(super) fn member(&mut self, member: &mut Member) -> Answer<Type> {
        if let Kind::Name(_, Binding::Environment) = member.base.kind {
            return self.environment(member);
        }
        let base = self.visit(&mut member.base)?;
        let property = self.visit(&mut member.property)?;
        if base.is_unknown() {
            return Ok(Type::Unknown);
        }
        let name = literal_name(&member.property);
        match (&base, name) {
            (Type::Nil, Some(name)) => return fail(format!("type nil has no field {name}")),
            (Type::Time | Type::Duration, Some(name)) => {
                if let Some(found) = builtins::method(&base, name) {
                    return Ok(found.result.clone());
                }
            }
            _ => {}
        }
        if base.is_map() {
            return map_property(&base, &property, &member.property);
        }
        if base.is_list() {
            if !property.is_integer() && !property.is_unknown() {
                return fail_at(
                    member.property.span,
                    format!("array elements can only be selected using an integer (got {property})"),
                );
            }
            return Ok(base.element());
        }
        match name {
            Some(name) => fail(format!("type {base} has no field {name}")),
            None => fail(format!("type {base}[{property}] is undefined")),
        }
    }

    /// `$env.name`
    fn environment(&self, member: &Member) -> Answer<Type> {
        let Some(name) = literal_name(&member.property) else {
            return Ok(Type::Unknown);
        };
        match self.scope.binding(name) {
            Some(Binding::Result) => Ok(self.result.clone()),
            Some(Binding::Native(native)) => Ok(Type::Native(native)),
            _ if member.is_optional => Ok(Type::Unknown),
            _ => fail(format!("unknown name {name}")),
        }
    }

    /// The type of `get(base, property)`.
    pub(super) fn get(&mut self, arguments: &mut [Node]) -> Answer<Type> {
        let count = arguments.len();
        let [base_node, property_node] = arguments else {
            return fail(format!("invalid number of arguments (expected 2, got {count})"));
        };
        let base = self.visit(base_node)?;
        let property = self.visit(property_node)?;
        if let Kind::Name(_, Binding::Environment) = base_node.kind {
            return Ok(
                match literal_name(property_node).and_then(|name| self.scope.binding(name)) {
                    Some(Binding::Result) => self.result.clone(),
                    Some(Binding::Native(native)) => Type::Native(native),
                    _ => Type::Unknown,
                },
            );
        }
        if base.is_unknown() {
            return Ok(Type::Unknown);
        }
        if base.is_list() {
            if !property.is_integer() && !property.is_unknown() {
                return fail_at(property_node.span, format!("non-integer slice index {property}"));
            }
            return Ok(base.element());
        }
        if base.is_map() {
            return map_property(&base, &property, property_node);
        }
        fail_at(base_node.span, format!("type {base} does not support indexing"))
    }

    pub(super) fn slice(
        &mut self,
        base: &mut Node,
        from: &mut Option<Box<Node>>,
        to: &mut Option<Box<Node>>,
    ) -> Answer<Type> {
        let sliced = self.visit(base)?;
        // Go does not look at the bounds of what it knows nothing about.
        if sliced.is_unknown() {
            return Ok(Type::Unknown);
        }
        if !sliced.is_string() && !sliced.is_list() {
            return fail(format!("cannot slice {sliced}"));
        }
        for bound in [from, to].into_iter().flatten() {
            let index = self.visit(bound)?;
            if !index.is_integer() && !index.is_unknown() {
                return fail_at(bound.span, format!("non-integer slice index {index}"));
            }
        }
        Ok(sliced)
    }
}

fn map_property(base: &Type, property: &Type, node: &Node) -> Answer<Type> {
    let key = if matches!(base, Type::Map) {
        Type::String
    } else {
        Type::Any
    };
    if !property.is_assignable_to(&key) && !property.is_unknown() {
        return fail_at(
            node.span,
            format!("cannot use {property} to get an element from {base}"),
        );
    }
    Ok(base.element())
}
