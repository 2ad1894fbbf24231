//! Durations as Go writes them: `1m30s`, `500ms`, `0s`.

use std::time::Duration;

/// Go's durations are nanoseconds in an i64, so this is where they end.
const NANOSECONDS_MAX: u64 = 1 << 63;

const UNITS: [(&str, u64); 8] = [
    ("ns", 1),
    ("us", 1_000),
    ("\u{b5}s", 1_000),
    ("\u{3bc}s", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

/// Why a text is no duration, in the words of Go's `time.ParseDuration`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DurationError {
    /// Not of the form number, unit, number, unit.
    #[error("time: invalid duration {}", quoted(.0))]
    Invalid(String),
    /// A number without a unit.
    #[error("time: missing unit in duration {}", quoted(.0))]
    MissingUnit(String),
    /// A number with something that is no unit.
    #[error("time: unknown unit {} in duration {}", quoted(unit), quoted(text))]
    UnknownUnit {
        /// What stands after the number.
        unit: String,
        /// The whole text.
        text: String,
    },
    /// Go takes it, but no waiting time is negative.
    #[error("negative duration {}", quoted(.0))]
    Negative(String),
}

/// Reads a duration as Go's `time.ParseDuration` does; there are no days.
///
/// # Errors
/// When Go would refuse the text, and when the duration is negative.
pub fn parse(text: &str) -> Result<Duration, DurationError> {
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Ok(Duration::ZERO);
    }
    let invalid = || DurationError::Invalid(text.into());
    if rest.is_empty() {
        return Err(invalid());
    }
    let mut total: u64 = 0;
    while !rest.is_empty() {
        let (nanoseconds, after) = part(rest, text)?;
        total = total
            .checked_add(nanoseconds)
            .filter(|total| *total <= NANOSECONDS_MAX)
            .ok_or_else(invalid)?;
        rest = after;
    }
    if negative && total > 0 {
        return Err(DurationError::Negative(text.into()));
    }
    if total == NANOSECONDS_MAX {
        return Err(invalid());
    }
    Ok(Duration::from_nanos(total))
}

/// One number with its unit, and what follows.
fn part<'a>(rest: &'a str, text: &str) -> Result<(u64, &'a str), DurationError> {
    let invalid = || DurationError::Invalid(text.into());
    let whole_end = rest
        .find(|char: char| !char.is_ascii_digit())
        .unwrap_or(rest.len());
    let (whole, after) = rest.split_at(whole_end);
    let (fraction, after) = match after.strip_prefix('.') {
        Some(after) => after.split_at(
            after
                .find(|char: char| !char.is_ascii_digit())
                .unwrap_or(after.len()),
        ),
        None => ("", after),
    };
    if whole.is_empty() && fraction.is_empty() {
        return Err(invalid());
    }
    let unit_end = after
        .find(|char: char| char == '.' || char.is_ascii_digit())
        .unwrap_or(after.len());
    let (unit, after) = after.split_at(unit_end);
    if unit.is_empty() {
        return Err(DurationError::MissingUnit(text.into()));
    }
    let Some((_, scale)) = UNITS.iter().find(|(name, _)| *name == unit) else {
        return Err(DurationError::UnknownUnit {
            unit: unit.into(),
            text: text.into(),
        });
    };
    let whole: u64 = if whole.is_empty() {
        0
    } else {
        whole.parse().map_err(|_| invalid())?
    };
    let nanoseconds = whole
        .checked_mul(*scale)
        .and_then(|nanoseconds| nanoseconds.checked_add(fraction_of(fraction, *scale)))
        .filter(|nanoseconds| *nanoseconds <= NANOSECONDS_MAX)
        .ok_or_else(invalid)?;
    Ok((nanoseconds, after))
}

/// Digits behind the point, times the unit, rounded down. Digits beyond the 18th are less than a nanosecond of any unit.
fn fraction_of(digits: &str, scale: u64) -> u64 {
    let digits = &digits[..digits.len().min(18)];
    let value = digits
        .bytes()
        .fold(0_u128, |value, digit| value * 10 + u128::from(digit - b'0'));
    let divisor = digits.bytes().fold(1_u128, |divisor, _| divisor * 10);
    u64::try_from(value * u128::from(scale) / divisor).unwrap_or(0)
}

/// Writes a duration as Go's `Duration.String` does.
#[must_use]
pub fn format(duration: Duration) -> String {
    let nanoseconds = duration.as_nanos();
    let below_a_second = [
        (1_000, 1, "ns"),
        (1_000_000, 1_000, "\u{b5}s"),
        (1_000_000_000, 1_000_000, "ms"),
    ];
    if nanoseconds == 0 {
        return "0s".into();
    }
    if let Some((_, scale, unit)) = below_a_second.iter().find(|(limit, _, _)| nanoseconds < *limit) {
        return format!("{}{unit}", decimal(nanoseconds, *scale));
    }
    let minutes = duration.as_secs() / 60;
    let seconds = decimal(nanoseconds % 60_000_000_000, 1_000_000_000);
    match (minutes / 60, minutes % 60) {
        (0, 0) => format!("{seconds}s"),
        (0, minutes) => format!("{minutes}m{seconds}s"),
        (hours, minutes) => format!("{hours}h{minutes}m{seconds}s"),
    }
}

/// `value / scale` without trailing zeros; `scale` is a power of ten.
fn decimal(value: u128, scale: u128) -> String {
    let (whole, rest) = (value / scale, value % scale);
    if rest == 0 {
        return whole.to_string();
    }
    let digits = scale.ilog10() as usize;
    format!("{whole}.{}", format!("{rest:0digits$}").trim_end_matches('0'))
}

/// As Go quotes a text inside an error: bytes outside printable ASCII as `\x..`.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for char in text.chars() {
        match char {
            '"' | '\\' => quoted.extend(['\\', char]),
            ' '..='~' => quoted.push(char),
            char => {
                let mut bytes = [0; 4];
                for byte in char.encode_utf8(&mut bytes).bytes() {
                    quoted.push_str(&format!("\\x{byte:02x}"));
                }
            }
        }
    }
    quoted.push('"');
    quoted
}
