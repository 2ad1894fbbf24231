use super::{Builtin, overloads};
use crate::condition::check::Type;
use crate::condition::error::{Answer, fail};
use crate::condition::value::Value;

const TWO_INTS: &[&[Type]] = &[&[Type::Int, Type::Int]];

pub(super) const TABLE: &[Builtin] = &[
    overloads("bitand", TWO_INTS, &Type::Int, |_, ints| {
        both("bitand", ints, |left, right| Ok(left & right))
    }),
    overloads("bitor", TWO_INTS, &Type::Int, |_, ints| {
        both("bitor", ints, |left, right| Ok(left | right))
    }),
    overloads("bitxor", TWO_INTS, &Type::Int, |_, ints| {
        both("bitxor", ints, |left, right| Ok(left ^ right))
    }),
    // Go's `bitnand` clears bits.
    overloads("bitnand", TWO_INTS, &Type::Int, |_, ints| {
        both("bitnand", ints, |left, right| Ok(left & !right))
    }),
    overloads("bitshl", TWO_INTS, &Type::Int, |_, ints| {
        both("bitshl", ints, |left, count| {
            Ok(left.checked_shl(shift(count)?).unwrap_or(0))
        })
    }),
    overloads("bitshr", TWO_INTS, &Type::Int, |_, ints| {
        both("bitshr", ints, |left, count| Ok(left >> shift(count)?.min(63)))
    }),
    overloads("bitushr", TWO_INTS, &Type::Int, |_, ints| {
        both("bitushr", ints, |left, count| {
            let shifted = left.cast_unsigned().checked_shr(shift(count)?);
            Ok(shifted.unwrap_or(0).cast_signed())
        })
    }),
    overloads("bitnot", &[&[Type::Int]], &Type::Int, |_, ints| {
        Ok(Value::Int(!int("bitnot", &ints[0])?))
    }),
];

fn both(name: &str, ints: &[Value], operate: fn(i64, i64) -> Answer<i64>) -> Answer<Value> {
    operate(int(name, &ints[0])?, int(name, &ints[1])?).map(Value::Int)
}

fn int(name: &str, value: &Value) -> Answer<i64> {
    match value {
        Value::Int(int) | Value::Int64(int) => Ok(*int),
        other => fail(format!(
            "cannot use {} as argument (type int) to call {name}",
            other.type_name()
        )),
    }
}

/// Bits to shift by; what does not fit shifts everything out.
fn shift(count: i64) -> Answer<u32> {
    if count < 0 {
        return fail(format!(
            "invalid operation: negative shift count {count} (type int)"
        ));
    }
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}
