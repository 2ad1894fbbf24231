/// Unit of a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Unit {
    /// Nanoseconds.
    Ns,
    /// Microseconds.
    Us,
    /// Milliseconds.
    Ms,
    /// Seconds.
    S,
}

/// Endings of names that tell a unit, the longer ones first.
const ENDINGS: [(&str, Unit); 14] = [
    ("nanoseconds", Unit::Ns),
    ("microseconds", Unit::Us),
    ("milliseconds", Unit::Ms),
    ("seconds", Unit::S),
    ("nanos", Unit::Ns),
    ("micros", Unit::Us),
    ("millis", Unit::Ms),
    ("sec", Unit::S),
    ("ns", Unit::Ns),
    ("us", Unit::Us),
    ("\u{b5}s", Unit::Us),
    ("ms", Unit::Ms),
    ("msec", Unit::Ms),
    ("s", Unit::S),
];

impl Unit {
    /// A value of this unit in milliseconds.
    pub(super) fn ms(self, value: f64) -> f64 {
        match self {
            Self::Ns => value / 1e6,
            Self::Us => value / 1e3,
            Self::Ms => value,
            Self::S => value * 1e3,
        }
    }

    /// As it is written.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Ns => "ns",
            Self::Us => "us",
            Self::Ms => "ms",
            Self::S => "s",
        }
    }

    /// The unit that a column's name ends with, as a word of its own: `latency_us`, `latency (ms)`, `durationMs`.
    pub(super) fn of_name(name: &str) -> Option<Self> {
        let name = name.trim().trim_end_matches([')', ']', '}']);
        ENDINGS.iter().find_map(|(ending, unit)| {
            let rest = name.len().checked_sub(ending.len())?;
            let tail = name.get(rest..)?;
            let is_camel = tail.starts_with(char::is_uppercase) && name[..rest].ends_with(char::is_lowercase);
            let is_apart = rest == 0 || name[..rest].ends_with(|before: char| !before.is_alphanumeric());
            (tail.to_lowercase() == *ending && (is_apart || is_camel)).then_some(*unit)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_units_only_as_words() {
        for (name, unit) in [
            ("latency_us", Some(Unit::Us)),
            ("latency (ms)", Some(Unit::Ms)),
            ("durationMs", Some(Unit::Ms)),
            ("http_request_duration_seconds", Some(Unit::S)),
            ("took [\u{b5}s]", Some(Unit::Us)),
            ("ns", Some(Unit::Ns)),
            ("latency", None),
            ("values", None),
            ("errors", None),
            ("status", None),
            ("items", None),
            ("", None),
        ] {
            assert_eq!(Unit::of_name(name), unit, "{name}");
        }
    }
}
