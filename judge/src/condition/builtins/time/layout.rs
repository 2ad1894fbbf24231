use jiff::Zoned;

/// A piece of a Go layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    LongMonth,
    Month,
    NumberMonth,
    ZeroMonth,
    LongWeekday,
    Weekday,
    Day,
    BlankDay,
    ZeroDay,
    BlankYearDay,
    ZeroYearDay,
    Hour,
    Hour12,
    ZeroHour12,
    Minute,
    ZeroMinute,
    Second,
    ZeroSecond,
    LongYear,
    Year,
    HalfDay,
    HalfDayLower,
    ZoneName,
    /// Offset: with `Z` for UTC, with colons, with seconds, hours only.
    Offset {
        has_z: bool,
        has_colon: bool,
        has_seconds: bool,
        is_short: bool,
    },
    /// A fraction of a second: how many digits, and whether they must all be there.
    Fraction {
        digits: usize,
        is_fixed: bool,
    },
}

const fn offset(has_z: bool, has_colon: bool, has_seconds: bool, is_short: bool) -> Piece {
    Piece::Offset {
        has_z,
        has_colon,
        has_seconds,
        is_short,
    }
}

/// The longest first where one begins with another.
const PIECES: [(&str, Piece); 34] = [
    ("January", Piece::LongMonth),
    ("Jan", Piece::Month),
    ("Monday", Piece::LongWeekday),
    ("Mon", Piece::Weekday),
    ("MST", Piece::ZoneName),
    ("002", Piece::ZeroYearDay),
    ("01", Piece::ZeroMonth),
    ("02", Piece::ZeroDay),
    ("03", Piece::ZeroHour12),
    ("04", Piece::ZeroMinute),
    ("05", Piece::ZeroSecond),
    ("06", Piece::Year),
    ("15", Piece::Hour),
    ("1", Piece::NumberMonth),
    ("2006", Piece::LongYear),
    ("2", Piece::Day),
    ("_2006", Piece::LongYear),
    ("__2", Piece::BlankYearDay),
    ("_2", Piece::BlankDay),
    ("3", Piece::Hour12),
    ("4", Piece::Minute),
    ("5", Piece::Second),
    ("PM", Piece::HalfDay),
    ("pm", Piece::HalfDayLower),
    ("-07:00:00", offset(false, true, true, false)),
    ("-070000", offset(false, false, true, false)),
    ("-07:00", offset(false, true, false, false)),
    ("-0700", offset(false, false, false, false)),
    ("-07", offset(false, false, false, true)),
    ("Z07:00:00", offset(true, true, true, false)),
    ("Z070000", offset(true, false, true, false)),
    ("Z07:00", offset(true, true, false, false)),
    ("Z0700", offset(true, false, false, false)),
    ("Z07", offset(true, false, false, true)),
];

/// The text before the first piece of a layout, the piece, and what follows.
pub(super) fn next_piece(layout: &str) -> (&str, Option<Piece>, &str) {
    for (at, _) in layout.char_indices() {
        let rest = &layout[at..];
        if let Some((piece, length)) = fraction(rest) {
            return (&layout[..at], Some(piece), &rest[length..]);
        }
        let found = PIECES
            .iter()
            .filter(|(text, _)| rest.starts_with(text))
            // "Jan" and "Mon" count only where no lower case letter follows, as in "Month".
            .filter(|(text, _)| {
                !matches!(*text, "Jan" | "Mon")
                    || !rest[3..].starts_with(|char: char| char.is_ascii_lowercase())
            })
            .max_by_key(|(text, _)| text.len());
        if let Some((text, piece)) = found {
            // "_2006" is an underscore and a year.
            if *text == "_2006" {
                return (&layout[..=at], Some(Piece::LongYear), &rest[5..]);
            }
            return (&layout[..at], Some(*piece), &rest[text.len()..]);
        }
    }
    (layout, None, "")
}

/// `.000` or `,999`, not followed by another digit.
fn fraction(rest: &str) -> Option<(Piece, usize)> {
    let digits = rest.strip_prefix(['.', ','])?;
    let kind = digits.chars().next().filter(|char| matches!(char, '0' | '9'))?;
    let count = digits.chars().take_while(|char| *char == kind).count();
    if digits[count..].starts_with(|char: char| char.is_ascii_digit()) {
        return None;
    }
    let piece = Piece::Fraction {
        digits: count,
        is_fixed: kind == '0',
    };
    Some((piece, count + 1))
}

/// Go's `Time.Format`.
pub(super) fn format(time: &Zoned, layout: &str) -> String {
    let mut out = String::new();
    let mut rest = layout;
    loop {
        let (literal, piece, after) = next_piece(rest);
        out.push_str(literal);
        let Some(piece) = piece else { return out };
        out.push_str(&piece_text(time, piece));
        rest = after;
    }
}

fn piece_text(time: &Zoned, piece: Piece) -> String {
    let hour = time.hour();
    let hour12 = if hour % 12 == 0 { 12 } else { hour % 12 };
    match piece {
        Piece::LongMonth => time.strftime("%B").to_string(),
        Piece::Month => time.strftime("%b").to_string(),
        Piece::NumberMonth => time.month().to_string(),
        Piece::ZeroMonth => format!("{:02}", time.month()),
        Piece::LongWeekday => time.strftime("%A").to_string(),
        Piece::Weekday => time.strftime("%a").to_string(),
        Piece::Day => time.day().to_string(),
        Piece::BlankDay => format!("{:2}", time.day()),
        Piece::ZeroDay => format!("{:02}", time.day()),
        Piece::BlankYearDay => format!("{:3}", time.day_of_year()),
        Piece::ZeroYearDay => format!("{:03}", time.day_of_year()),
        Piece::Hour => format!("{hour:02}"),
        Piece::Hour12 => hour12.to_string(),
        Piece::ZeroHour12 => format!("{hour12:02}"),
        Piece::Minute => time.minute().to_string(),
        Piece::ZeroMinute => format!("{:02}", time.minute()),
        Piece::Second => time.second().to_string(),
        Piece::ZeroSecond => format!("{:02}", time.second()),
        Piece::LongYear => format!("{:04}", time.year()),
        Piece::Year => format!("{:02}", time.year().rem_euclid(100)),
        Piece::HalfDay => if hour >= 12 { "PM" } else { "AM" }.into(),
        Piece::HalfDayLower => if hour >= 12 { "pm" } else { "am" }.into(),
        Piece::ZoneName => zone_name(time),
        Piece::Offset { .. } => offset_text(time.offset().seconds(), piece),
        Piece::Fraction { digits, is_fixed } => fraction_text(time, digits, is_fixed),
    }
}

fn zone_name(time: &Zoned) -> String {
    let zone = time.time_zone();
    if zone.iana_name().is_none() {
        let seconds = time.offset().seconds();
        return if seconds == 0 {
            "UTC".into()
        } else {
            offset_text(seconds, offset(false, false, false, false))
        };
    }
    time.strftime("%Z").to_string()
}

fn offset_text(seconds: i32, piece: Piece) -> String {
    let Piece::Offset {
        has_z,
        has_colon,
        has_seconds,
        is_short,
    } = piece
    else {
        return String::new();
    };
    if has_z && seconds == 0 {
        return "Z".into();
    }
    let sign = if seconds < 0 { '-' } else { '+' };
    let magnitude = seconds.abs();
    let (hours, minutes, rest) = (magnitude / 3600, magnitude / 60 % 60, magnitude % 60);
    let colon = if has_colon { ":" } else { "" };
    let mut text = format!("{sign}{hours:02}");
    if !is_short {
        text.push_str(&format!("{colon}{minutes:02}"));
    }
    if has_seconds {
        text.push_str(&format!("{colon}{rest:02}"));
    }
    text
}

fn fraction_text(time: &Zoned, digits: usize, is_fixed: bool) -> String {
    let nanos = format!("{:09}", time.subsec_nanosecond());
    let text = format!("{nanos:0<digits$}");
    let cut = &text[..digits.min(text.len())];
    if is_fixed {
        return format!(".{cut}");
    }
    match cut.trim_end_matches('0') {
        "" => String::new(),
        digits => format!(".{digits}"),
    }
}

/// Go's `Time.String`.
pub(in crate::condition) fn time_text(time: &Zoned) -> String {
    format(time, "2006-01-02 15:04:05.999999999 -0700 MST")
}

/// RFC 3339 with the digits of the second that are needed.
pub(in crate::condition) fn rfc3339(time: &Zoned) -> String {
    format(time, "2006-01-02T15:04:05.999999999Z07:00")
}
