use super::{Checker, Type};
use crate::condition::builtins::{self, Builtin};
use crate::condition::error::{Answer, fail, fail_at};
use crate::condition::syntax::{Binary, Kind, Node};
use crate::condition::value::{Native, Value};

/// The parameters of one overload.
pub(in crate::condition) type Parameters = &'static [Type];

/// How the arguments of a builtin are checked, and what it gives.
#[derive(Clone, Copy, Debug)]
pub(in crate::condition) enum Signature {
    /// One of these lists of parameters must fit.
    Overloads(&'static [Parameters], &'static Type),
    /// Go checks by a function of the argument types.
    Checked(fn(&[Type]) -> Result<Type, String>),
    /// `get`, which looks at the nodes.
    Get,
}

impl Checker<'_> {
    pub(super) fn builtin(&mut self, builtin: &'static Builtin, arguments: &mut [Node]) -> Answer<Type> {
        match builtin.signature {
            Signature::Get => self.get(arguments),
            Signature::Checked(check) => {
                let mut types = Vec::with_capacity(arguments.len());
                for argument in arguments {
                    types.push(self.visit(argument)?.reflected());
                }
                check(&types).or_else(fail)
            }
            Signature::Overloads(overloads, result) => {
                self.arguments(builtin.name, overloads, arguments)?;
                Ok(result.clone())
            }
        }
    }

    /// A call of what is no builtin: one of Argo's functions, a method, or a mistake.
    pub(super) fn call(&mut self, callee: &mut Node, arguments: &mut [Node]) -> Answer<Type> {
        let called = self.visit(callee)?;
        // Go does not look at the arguments of what it knows nothing about.
        if called.is_unknown() {
            return Ok(Type::Unknown);
        }
        let name = match &callee.kind {
            Kind::Name(name, _) => name.to_string(),
            Kind::Member(member) => match member.property.literal() {
                Some(Value::String(name)) => name.to_string(),
                _ => "function".into(),
            },
            _ => "function".into(),
        };
        if let Kind::Member(member) = &callee.kind
            && let Some(Value::String(method)) = member.property.literal()
            && let Some(found) = builtins::method(&member.base.static_type, method)
        {
            self.arguments(&name, found.overloads, arguments)?;
            return Ok(found.result.clone());
        }
        match called {
            Type::Native(native) => {
                let (parameters, result) = native_signature(native);
                self.arguments(&name, &[parameters], arguments)?;
                Ok(result)
            }
            Type::Builtin(Some(builtin)) => self.builtin(builtin, arguments),
            Type::Nil => fail(format!("{name} is nil; cannot call nil as function")),
            other => fail(format!("{other} is not callable")),
        }
    }

    fn arguments(&mut self, name: &str, overloads: &[Parameters], arguments: &mut [Node]) -> Answer<()> {
        let mut types = Vec::with_capacity(arguments.len());
        for argument in arguments.iter_mut() {
            types.push(self.visit(argument)?);
        }
        let mut last = None;
        for parameters in overloads {
            match fit(name, parameters, &types, arguments) {
                Ok(()) => {
                    for (argument, parameter) in arguments.iter_mut().zip(*parameters) {
                        if matches!(parameter, Type::Float) && argument.static_type.is_integer() {
                            make_float(argument);
                        }
                    }
                    return Ok(());
                }
                Err(error) => last = Some(error),
            }
        }
        last.map_or(Ok(()), Err)
    }
}

fn native_signature(native: Native) -> (Parameters, Type) {
    match native {
        Native::AsInt => (&[Type::Any], Type::Int64),
        Native::AsFloat => (&[Type::Any], Type::Float),
        Native::IsNan | Native::IsInf => (&[Type::Float], Type::Bool),
        Native::IsNil => (&[Type::Any], Type::Bool),
        Native::Default => (&[Type::Any, Type::Any], Type::Any),
    }
}

fn fit(name: &str, parameters: Parameters, types: &[Type], arguments: &[Node]) -> Answer<()> {
    if types.len() > parameters.len() {
        return fail(format!("too many arguments to call {name}"));
    }
    if types.len() < parameters.len() {
        return fail(format!("not enough arguments to call {name}"));
    }
    for ((parameter, found), argument) in parameters.iter().zip(types).zip(arguments) {
        let is_converted = found.is_integer() && parameter.is_number();
        let fits = match found {
            Type::Nil => matches!(parameter, Type::Any | Type::Zone),
            _ => is_converted || found.is_unknown() || found.is_assignable_to(parameter),
        };
        if !fits {
            let found = match found {
                Type::Nil => "nil".into(),
                other => other.to_string(),
            };
            return fail_at(
                argument.span,
                format!("cannot use {found} as argument (type {parameter}) to call {name}"),
            );
        }
    }
    Ok(())
}

/// Go makes the integer literals of an argument floats, where a function wants a float: `isNaN(1 + len(x))` works, while
/// `isNaN(len(x))` passes the checker and fails when it runs.
fn make_float(node: &mut Node) {
    match &mut node.kind {
        Kind::Literal(Value::Int(int)) => {
            #[expect(
                clippy::cast_precision_loss,
                reason = "Go's float64(int) rounds in the same way"
            )]
            let float = *int as f64;
            node.kind = Kind::Literal(Value::Float(float));
            node.static_type = Type::Float;
        }
        Kind::Unary(_, operand) => make_float(operand),
        Kind::Binary(Binary::Add | Binary::Subtract | Binary::Multiply, _, operands) => {
            make_float(&mut operands.left);
            make_float(&mut operands.right);
        }
        _ => {}
    }
}
