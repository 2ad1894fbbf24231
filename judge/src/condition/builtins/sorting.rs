use super::{Builtin, overloads, text};
use crate::condition::arithmetic::is_less;
use crate::condition::check::Type;
use crate::condition::error::{Answer, fail};
use crate::condition::machine::Run;
use crate::condition::value::Value;

/// Below this length Go sorts by insertion, and so the order of equal elements and of NaN is known.
const INSERTION_LENGTH: usize = 12;

pub(super) const TABLE: &[Builtin] = &[overloads(
    "sort",
    &[
        &[Type::List(None), Type::String],
        &[Type::Ints, Type::String],
        &[Type::Floats, Type::String],
        &[Type::Strings, Type::String],
        &[Type::List(None)],
        &[Type::Floats],
        &[Type::Strings],
        &[Type::Ints],
    ],
    &Type::List(None),
    sort,
)];

fn sort(run: &mut Run, arguments: &[Value]) -> Answer<Value> {
    let is_descending = match arguments.len() {
        2 => match text(arguments, 1)? {
            "asc" => false,
            "desc" => true,
            other => return fail(format!("invalid order {other}, expected asc or desc")),
        },
        _ => false,
    };
    let list = arguments.first().unwrap_or(&Value::Nil);
    let mut values: Vec<Value> = match list {
        Value::Pair(_) => Vec::new(),
        list => match list.elements() {
            Some(elements) => elements.values().collect(),
            None => Vec::new(),
        },
    };
    // Go makes a nil list of what is no list.
    if values.is_empty()
        && !matches!(
            list,
            Value::List(_) | Value::NilList | Value::Floats(_) | Value::Ints(_) | Value::Strings(_)
        )
    {
        return Ok(Value::NilList);
    }
    sort_by(run, &mut values, |left, right| {
        if is_descending {
            is_less(right, left)
        } else {
            is_less(left, right)
        }
    })?;
    run.list(values)
}

/// Sorts by a comparison that can fail and need not be an order: NaN is less than nothing.
pub(in crate::condition) fn sort_by<T: Weighed>(
    run: &mut Run,
    items: &mut Vec<T>,
    mut is_less: impl FnMut(&T, &T) -> Answer<bool>,
) -> Answer<()> {
    sort_slice(run, items, &mut is_less)
}

fn sort_slice<T: Weighed>(
    run: &mut Run,
    items: &mut Vec<T>,
    is_less: &mut impl FnMut(&T, &T) -> Answer<bool>,
) -> Answer<()> {
    if items.len() <= INSERTION_LENGTH {
        for end in 1..items.len() {
            for index in (1..=end).rev() {
                run.budget.step()?;
                items[index].weigh(run)?;
                if !is_less(&items[index], &items[index - 1])? {
                    break;
                }
                items.swap(index, index - 1);
            }
        }
        return Ok(());
    }
    // Halving bounds the recursion to the logarithm of the length.
    let mut right = items.split_off(items.len() / 2);
    sort_slice(run, items, is_less)?;
    sort_slice(run, &mut right, is_less)?;
    let mut left = std::mem::take(items).into_iter().peekable();
    let mut right = right.into_iter().peekable();
    loop {
        run.budget.step()?;
        let takes_right = match (left.peek(), right.peek()) {
            (Some(first), Some(second)) => {
                first.weigh(run)?;
                is_less(second, first)?
            }
            (Some(_), None) => false,
            (None, Some(_)) => true,
            (None, None) => return Ok(()),
        };
        items.extend(if takes_right { right.next() } else { left.next() });
    }
}

/// What is sorted pays for being compared.
pub(in crate::condition) trait Weighed {
    /// Pays for one comparison.
    fn weigh(&self, run: &mut Run) -> Answer<()>;
}

impl Weighed for Value {
    fn weigh(&self, run: &mut Run) -> Answer<()> {
        match self {
            Self::String(text) => run.budget.read_text(text.len()),
            _ => Ok(()),
        }
    }
}

impl Weighed for (Value, Value) {
    fn weigh(&self, run: &mut Run) -> Answer<()> {
        self.1.weigh(run)
    }
}
