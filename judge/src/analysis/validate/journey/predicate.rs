//! What has to hold of a value.

use super::names::{self, Names, plain, template};
use super::query;
use crate::analysis::node::Place;
use crate::analysis::plan::journey::{JsonTemplate, Order, Predicate, ValueKind};
use crate::analysis::raw::journey::assertion as raw;
use crate::analysis::raw::text::NumberOrString;
use crate::analysis::validate::Checks;

/// Every predicate that is given; `place` is the map that holds them.
pub(super) fn predicates(
    checks: &mut Checks<'_>,
    names: &Names,
    raw: &raw::Predicates,
    place: &Place<'_>,
) -> Vec<Predicate> {
    let mut found = flags(raw);
    found.extend(values(checks, names, raw, place));
    found.extend(orders(checks, names, raw, place));
    for (key, text, make) in [
        (
            "startsWith",
            &raw.starts_with,
            Predicate::StartsWith as fn(_) -> _,
        ),
        ("endsWith", &raw.ends_with, Predicate::EndsWith),
        ("contains", &raw.contains, Predicate::Contains),
    ] {
        if let Some(text) = text {
            found.push(make(template(checks, names, &place.field(key), text)));
        }
    }
    if let Some(text) = &raw.matches {
        let place = place.field("matches");
        let text = plain(checks, &place, text);
        found.extend(
            text.and_then(|text| query::regex(checks, &place, text))
                .map(Predicate::Matches),
        );
    }
    match &raw.count {
        Some(raw::Count::Exactly(number)) => {
            let number = natural(checks, &place.field("count"), *number);
            found.extend(number.map(|number| Predicate::Count {
                min: Some(number),
                max: Some(number),
            }));
        }
        Some(raw::Count::Limits(limits)) => {
            let (min, max) = range(checks, limits, &place.field("count"), |text| text.parse().ok());
            let natural = |limit: f64| whole(limit);
            found.push(Predicate::Count {
                min: min.map(natural),
                max: max.map(natural),
            });
        }
        None => {}
    }
    found
}

/// Those that are true or false.
fn flags(raw: &raw::Predicates) -> Vec<Predicate> {
    let is = |kind| Predicate::Is(kind);
    let flags = [
        (raw.exists, Predicate::Exists),
        (raw.is_empty, Predicate::IsEmpty),
        (raw.is_integer, is(ValueKind::Integer)),
        (raw.is_float, is(ValueKind::Float)),
        (raw.is_number, is(ValueKind::Number)),
        (raw.is_boolean, is(ValueKind::Boolean)),
        (raw.is_string, is(ValueKind::String)),
        (raw.is_collection, is(ValueKind::Collection)),
        (raw.is_null, is(ValueKind::Null)),
    ];
    let given = flags
        .into_iter()
        .filter_map(|(flag, predicate)| Some((flag?, predicate)));
    given
        .map(|(flag, predicate)| if flag { predicate } else { not(predicate) })
        .collect()
}

pub(super) fn not(predicate: Predicate) -> Predicate {
    Predicate::Not(Box::new(predicate))
}

fn values(
    checks: &mut Checks<'_>,
    names: &Names,
    raw: &raw::Predicates,
    place: &Place<'_>,
) -> Vec<Predicate> {
    let mut found = Vec::new();
    let mut json = |key: &str| names::json(checks, names, &place.field(key));
    if raw.equals.is_some() {
        found.push(Predicate::Equals(json("equals")));
    }
    if raw.not_equals.is_some() {
        found.push(not(Predicate::Equals(json("notEquals"))));
    }
    if raw.includes.is_some() {
        found.push(Predicate::Includes(json("includes")));
    }
    if let Some(values) = &raw.one_of {
        let place = place.field("oneOf");
        if values.is_empty() {
            checks.refuse(&place, "an empty list", "at least one value");
        }
        let each = 0..values.len();
        found.push(Predicate::OneOf(
            each.map(|at| names::json(checks, names, &place.item(at)))
                .collect(),
        ));
    }
    found
}

fn orders(
    checks: &mut Checks<'_>,
    names: &Names,
    raw: &raw::Predicates,
    place: &Place<'_>,
) -> Vec<Predicate> {
    let given = [
        ("greaterThan", &raw.greater_than, Order::Greater),
        (
            "greaterThanOrEquals",
            &raw.greater_than_or_equals,
            Order::GreaterOrEqual,
        ),
        ("lessThan", &raw.less_than, Order::Less),
        ("lessThanOrEquals", &raw.less_than_or_equals, Order::LessOrEqual),
    ];
    let given = given.into_iter().filter(|(_, value, _)| value.is_some());
    given
        .map(|(key, _, order)| {
            let bound: JsonTemplate = names::json(checks, names, &place.field(key));
            Predicate::Order(order, bound)
        })
        .collect()
}

fn natural(checks: &mut Checks<'_>, place: &Place<'_>, number: i64) -> Option<u64> {
    let natural = u64::try_from(number).ok();
    if natural.is_none() {
        checks.refuse(place, format!("the number {number}"), "0 or more");
    }
    natural
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "limits are checked to be 0 or more, and a limit beyond u64 is as good as u64's"
)]
fn whole(limit: f64) -> u64 {
    limit as u64
}

/// At least, at most; `read` takes a limit that is a text.
pub(super) fn range(
    checks: &mut Checks<'_>,
    raw: &raw::Limits,
    place: &Place<'_>,
    read: impl Fn(&str) -> Option<f64>,
) -> (Option<f64>, Option<f64>) {
    let mut limit = |key: &str, raw: Option<&NumberOrString>| {
        let place = place.field(key);
        let limit = match raw? {
            NumberOrString::Number(number) => Some(*number),
            NumberOrString::Text(text) if checks.is_open(text) => return None,
            NumberOrString::Text(text) => read(text),
        };
        let limit = limit.filter(|limit| limit.is_finite() && *limit >= 0.0);
        if limit.is_none() {
            let text = place.node().map(|node| format!("{:?}", node.text));
            checks.refuse(
                &place,
                text.unwrap_or_default(),
                "a number, or an amount such as `1MiB` or `300ms`",
            );
        }
        limit
    };
    let (min, max) = (limit("min", raw.min.as_ref()), limit("max", raw.max.as_ref()));
    if raw.min.is_none() && raw.max.is_none() {
        checks.refuse(place, "no limits", "`min`, `max`, or both");
    }
    if let (Some(low), Some(high)) = (min, max)
        && high < low
    {
        checks.refuse(
            &place.field("max"),
            format!("{high} below `min` {low}"),
            "a `max` of at least `min`",
        );
    }
    (min, max)
}
