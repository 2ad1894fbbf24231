//! Inputs and parameters of a case, read as what a method needs.

use serde_json::{Map, Value};
use thiserror::Error;

use crate::stats::sample::SampleError;
use crate::stats::{Sample, Stratum};

/// Why a case cannot be computed.
#[derive(Debug, Error)]
pub(super) enum ArgumentError {
    #[error("`{field}` is missing")]
    Missing { field: &'static str },
    #[error("`{field}` is {found}: {wanted} is wanted")]
    Kind {
        field: &'static str,
        wanted: &'static str,
        found: String,
    },
    #[error("`{field}`: {error}")]
    Sample { field: &'static str, error: SampleError },
    #[error("{0}")]
    Unusable(String),
}

/// Longer values are cut in messages.
const SHOWN_CHARACTERS: usize = 60;

/// A formula such as `i/1000 for i=1..1000` makes no more values than this.
const PROGRESSION_MAX: u64 = 10_000_000;

/// Either half of a case: an object of named values.
#[derive(Clone, Copy)]
pub(super) struct Arguments<'a>(pub(super) &'a Map<String, Value>);

/// A JSON number, or one of the words of numbers that JSON lacks; `null` is a value that does not exist.
pub(super) fn number_of(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::Null => Some(f64::NAN),
        Value::String(text) => match text.trim_start_matches('+') {
            "NaN" | "nan" => Some(f64::NAN),
            "Inf" | "inf" | "Infinity" => Some(f64::INFINITY),
            "-Inf" | "-inf" | "-Infinity" => Some(f64::NEG_INFINITY),
            _ => None,
        },
        _ => None,
    }
}

fn count_of(value: &Value) -> Option<u64> {
    let whole = |number: &f64| *number >= 0.0 && *number <= 9_007_199_254_740_992.0 && number.fract() == 0.0;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "whole and in [0, 2^53]"
    )]
    let from_float = || value.as_f64().filter(whole).map(|number| number as u64);
    value.as_u64().or_else(from_float)
}

impl<'a> Arguments<'a> {
    pub(super) fn get(self, field: &'static str) -> Result<&'a Value, ArgumentError> {
        self.0.get(field).ok_or(ArgumentError::Missing { field })
    }

    fn read<T>(
        self,
        field: &'static str,
        wanted: &'static str,
        read: impl Fn(&'a Value) -> Option<T>,
    ) -> Result<T, ArgumentError> {
        let value = self.get(field)?;
        read(value).ok_or_else(|| ArgumentError::Kind {
            field,
            wanted,
            found: value.to_string().chars().take(SHOWN_CHARACTERS).collect(),
        })
    }

    pub(super) fn number(self, field: &'static str) -> Result<f64, ArgumentError> {
        self.read(field, "a finite number", |value| {
            number_of(value).filter(|number| number.is_finite())
        })
    }

    pub(super) fn positive(self, field: &'static str) -> Result<f64, ArgumentError> {
        self.read(field, "a positive number", |value| {
            number_of(value).filter(|number| number.is_finite() && *number > 0.0)
        })
    }

    /// A probability strictly between 0 and 1.
    pub(super) fn probability(self, field: &'static str) -> Result<f64, ArgumentError> {
        self.read(field, "a number between 0 and 1", |value| {
            number_of(value).filter(|number| *number > 0.0 && *number < 1.0)
        })
    }

    pub(super) fn count(self, field: &'static str) -> Result<u64, ArgumentError> {
        self.read(field, "a whole number of at least 0", count_of)
    }

    pub(super) fn counts(self, field: &'static str) -> Result<Vec<u64>, ArgumentError> {
        self.read(field, "a list of whole numbers", |value| {
            value.as_array()?.iter().map(count_of).collect()
        })
    }

    pub(super) fn numbers(self, field: &'static str) -> Result<Vec<f64>, ArgumentError> {
        self.read(field, "a list of numbers", |value| {
            value.as_array()?.iter().map(number_of).collect()
        })
    }

    pub(super) fn flag(self, field: &'static str) -> Result<bool, ArgumentError> {
        self.read(field, "true or false", Value::as_bool)
    }

    pub(super) fn text(self, field: &'static str) -> Result<&'a str, ArgumentError> {
        self.read(field, "a text", Value::as_str)
    }

    /// One of the named choices.
    pub(super) fn choice<T: Copy>(
        self,
        field: &'static str,
        choices: &[(&str, T)],
    ) -> Result<T, ArgumentError> {
        let text = self.text(field)?;
        let known: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        let found = choices.iter().find(|(name, _)| *name == text);
        found.map(|(_, choice)| *choice).ok_or_else(|| {
            ArgumentError::Unusable(format!(
                "`{field}` is \"{text}\": one of {} is known",
                known.join(", ")
            ))
        })
    }

    /// A list of numbers, or a formula that makes one, as a sample.
    pub(super) fn sample(self, field: &'static str) -> Result<Sample, ArgumentError> {
        let values = if self.get(field)?.is_string() {
            self.read(field, "a formula like \"0.5+i/1000 for i=1..1000\"", |value| {
                progression(value.as_str()?)
            })?
        } else {
            self.numbers(field)?
        };
        Sample::try_new(&values).map_err(|error| ArgumentError::Sample { field, error })
    }

    /// Two rows of two counts.
    pub(super) fn table(self, field: &'static str) -> Result<[[u64; 2]; 2], ArgumentError> {
        self.read(field, "a table of two rows of two whole numbers", |value| {
            let row = |row: &Value| {
                let counts: Vec<u64> = row.as_array()?.iter().map(count_of).collect::<Option<_>>()?;
                <[u64; 2]>::try_from(counts).ok()
            };
            let rows: Vec<[u64; 2]> = value.as_array()?.iter().map(row).collect::<Option<_>>()?;
            rows.try_into().ok()
        })
    }

    /// Windows as lists `[n_c, n_s, x_c, x_s]`.
    pub(super) fn strata(self, field: &'static str) -> Result<Vec<Stratum>, ArgumentError> {
        self.read(
            field,
            "a list of [n_c, n_s, x_c, x_s] with events within totals",
            |value| {
                let window = |window: &Value| {
                    let counts: Vec<u64> = window.as_array()?.iter().map(count_of).collect::<Option<_>>()?;
                    let [nc, ns, xc, xs] = counts.try_into().ok()?;
                    (xc <= nc && xs <= ns).then(|| Stratum::from_counts(nc, ns, xc, xs))
                };
                value.as_array()?.iter().map(window).collect()
            },
        )
    }
}

/// `[offset+]i/divisor for i=first..last`, both ends included.
fn progression(text: &str) -> Option<Vec<f64>> {
    let (formula, range) = text.split_once(" for i=")?;
    let (first, last) = range.split_once("..")?;
    let (first, last): (u64, u64) = (first.parse().ok()?, last.parse().ok()?);
    let (offset, divisor) = formula.split_once("i/")?;
    let offset = match offset {
        "" => 0.0,
        offset => offset.strip_suffix('+')?.parse().ok()?,
    };
    let divisor: f64 = divisor.parse().ok()?;
    if last < first || last - first >= PROGRESSION_MAX {
        return None;
    }
    Some((first..=last).map(|i| offset + i as f64 / divisor).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn progressions() {
        assert_eq!(progression("0.5+i/2 for i=1..3"), Some(vec![1.0, 1.5, 2.0]));
        assert_eq!(progression("i/10 for i=4..4"), Some(vec![0.4]));
        for wrong in [
            "",
            "i/10",
            "i/x for i=1..2",
            "i/10 for i=2..1",
            "1*i/10 for i=1..2",
            "i/1 for i=0..99999999999",
        ] {
            assert_eq!(progression(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_cannot_be_read_says_what_was_found() {
        let object = json!({"n": 2.5, "x": ["a"], "p": 1, "s": [], "t": "NaN"});
        let arguments = Arguments(object.as_object().unwrap());
        for (error, part) in [
            (arguments.count("n").unwrap_err(), "`n` is 2.5: a whole number"),
            (arguments.count("m").unwrap_err(), "`m` is missing"),
            (
                arguments.numbers("x").unwrap_err(),
                "`x` is [\"a\"]: a list of numbers",
            ),
            (arguments.probability("p").unwrap_err(), "between 0 and 1"),
            (arguments.sample("s").unwrap_err(), "`s`: the sample is empty"),
            (arguments.number("t").unwrap_err(), "a finite number"),
        ] {
            assert!(error.to_string().contains(part), "{error}");
        }
        assert_eq!(number_of(&json!("+Inf")), Some(f64::INFINITY));
        assert_eq!(count_of(&json!(3.0)), Some(3));
    }
}
