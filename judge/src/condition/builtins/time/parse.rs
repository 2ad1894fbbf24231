use jiff::Zoned;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;

use super::fixed;
use super::layout::{Piece, next_piece};

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 7] = [
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
];

/// What has been read so far.
struct Fields {
    year: i16,
    month: Option<i8>,
    day: Option<i8>,
    year_day: Option<i16>,
    hour: i8,
    minute: i8,
    second: i8,
    nanosecond: i32,
    is_pm: Option<bool>,
    zone: Option<TimeZone>,
    zone_name: Option<String>,
}

/// Go's `time.ParseInLocation`.
pub(super) fn parse(layout: &str, text: &str, zone: &TimeZone) -> Result<Zoned, String> {
    let cannot = || format!("parsing time {text:?} as {layout:?}: cannot parse");
    let mut fields = Fields {
        year: 0,
        month: None,
        day: None,
        year_day: None,
        hour: 0,
        minute: 0,
        second: 0,
        nanosecond: 0,
        is_pm: None,
        zone: None,
        zone_name: None,
    };
    let (mut layout_rest, mut rest) = (layout, text);
    loop {
        let (literal, piece, after) = next_piece(layout_rest);
        rest = skip(rest, literal).ok_or_else(cannot)?;
        let Some(piece) = piece else { break };
        rest = fields.read(piece, rest).ok_or_else(cannot)?;
        // A fraction may follow the seconds although the layout has none.
        let follows = next_piece(after);
        let is_fraction_next = follows.0.is_empty() && matches!(follows.1, Some(Piece::Fraction { .. }));
        if matches!(piece, Piece::Second | Piece::ZeroSecond) && !is_fraction_next {
            rest = fields.read_extra_fraction(rest);
        }
        layout_rest = after;
    }
    if !rest.is_empty() {
        return Err(format!("parsing time {text:?}: extra text: {rest:?}"));
    }
    fields
        .finish(zone)
        .ok_or_else(|| format!("parsing time {text:?}: out of range"))
}

/// Literal text; blanks in the layout stand for any number of blanks.
fn skip<'text>(mut text: &'text str, literal: &str) -> Option<&'text str> {
    let mut literal = literal;
    while !literal.is_empty() {
        if literal.starts_with(' ') {
            if !text.is_empty() && !text.starts_with(' ') {
                return None;
            }
            literal = literal.trim_start_matches(' ');
            text = text.trim_start_matches(' ');
            continue;
        }
        let char = literal.chars().next()?;
        text = text.strip_prefix(char)?;
        literal = &literal[char.len_utf8()..];
    }
    Some(text)
}

/// One digit or two; exactly two when `is_fixed`.
fn short_number(text: &str, is_fixed: bool) -> Option<(i8, &str)> {
    let count = text.bytes().take(2).take_while(u8::is_ascii_digit).count();
    if count == 0 || is_fixed && count < 2 {
        return None;
    }
    Some((text[..count].parse().ok()?, &text[count..]))
}

fn name<'text>(text: &'text str, names: &[&str], length: Option<usize>) -> Option<(i8, &'text str)> {
    names.iter().enumerate().find_map(|(index, name)| {
        let name = &name[..length.unwrap_or(name.len())];
        let head = text.get(..name.len())?;
        head.eq_ignore_ascii_case(name)
            .then(|| Some((i8::try_from(index).ok()?, &text[name.len()..])))?
    })
}

fn exact(text: &str, count: usize) -> Option<(i16, &str)> {
    let digits = text.get(..count)?;
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some((digits.parse().ok()?, &text[count..]))
}

impl Fields {
    fn read<'text>(&mut self, piece: Piece, text: &'text str) -> Option<&'text str> {
        let rest;
        match piece {
            Piece::LongYear => (self.year, rest) = exact(text, 4)?,
            Piece::Year => {
                let (year, after) = exact(text, 2)?;
                self.year = if year >= 69 { year + 1900 } else { year + 2000 };
                rest = after;
            }
            Piece::LongMonth | Piece::Month => {
                let length = (piece == Piece::Month).then_some(3);
                let (index, after) = name(text, &MONTHS, length)?;
                self.month = Some(index + 1);
                rest = after;
            }
            Piece::LongWeekday | Piece::Weekday => {
                let length = (piece == Piece::Weekday).then_some(3);
                (_, rest) = name(text, &WEEKDAYS, length)?;
            }
            Piece::NumberMonth | Piece::ZeroMonth => {
                let (month, after) = short_number(text, piece == Piece::ZeroMonth)?;
                self.month = Some(month);
                rest = after;
            }
            Piece::Day | Piece::BlankDay | Piece::ZeroDay => {
                let text = match piece {
                    Piece::BlankDay => text.strip_prefix(' ').unwrap_or(text),
                    _ => text,
                };
                let (day, after) = short_number(text, piece == Piece::ZeroDay)?;
                self.day = Some(day);
                rest = after;
            }
            Piece::BlankYearDay | Piece::ZeroYearDay => {
                let blanks = text.len() - text.trim_start_matches(' ').len();
                let skipped = if piece == Piece::BlankYearDay {
                    blanks.min(2)
                } else {
                    0
                };
                let (day, after) = exact(&text[skipped..], 3 - skipped)?;
                self.year_day = Some(day);
                rest = after;
            }
            Piece::HalfDay | Piece::HalfDayLower => {
                let names = if piece == Piece::HalfDay {
                    ["AM", "PM"]
                } else {
                    ["am", "pm"]
                };
                let head = text.get(..2)?;
                self.is_pm = Some(names.iter().position(|name| *name == head)? == 1);
                rest = &text[2..];
            }
            Piece::Fraction { digits, is_fixed } => return self.read_fraction(text, digits, is_fixed),
            Piece::ZoneName => return self.read_zone_name(text),
            Piece::Offset { .. } => return self.read_offset(piece, text),
            _ => return self.read_clock(piece, text),
        }
        Some(rest)
    }

    fn read_clock<'text>(&mut self, piece: Piece, text: &'text str) -> Option<&'text str> {
        let is_fixed = matches!(piece, Piece::ZeroHour12 | Piece::ZeroMinute | Piece::ZeroSecond);
        let (number, rest) = short_number(text, is_fixed)?;
        let (field, limit) = match piece {
            Piece::Hour => (&mut self.hour, 23),
            Piece::Hour12 | Piece::ZeroHour12 => (&mut self.hour, 12),
            Piece::Minute | Piece::ZeroMinute => (&mut self.minute, 59),
            _ => (&mut self.second, 59),
        };
        *field = number;
        (number <= limit).then_some(rest)
    }

    fn read_fraction<'text>(
        &mut self,
        text: &'text str,
        digits: usize,
        is_fixed: bool,
    ) -> Option<&'text str> {
        let Some(after) = text.strip_prefix(['.', ',']) else {
            return (!is_fixed).then_some(text);
        };
        let count = after.bytes().take_while(u8::is_ascii_digit).count();
        let count = if is_fixed { digits } else { count.min(9) };
        let text = after.get(..count).filter(|digits| !digits.is_empty())?;
        self.nanosecond = format!("{text:0<9}").get(..9)?.parse().ok()?;
        Some(&after[count..])
    }

    fn read_extra_fraction<'text>(&mut self, text: &'text str) -> &'text str {
        let has_digit = text
            .strip_prefix(['.', ','])
            .is_some_and(|digits| digits.starts_with(|char: char| char.is_ascii_digit()));
        if !has_digit {
            return text;
        }
        self.read_fraction(text, 9, false).unwrap_or(text)
    }

    fn read_zone_name<'text>(&mut self, text: &'text str) -> Option<&'text str> {
        if let Some(rest) = text.strip_prefix("UTC") {
            self.zone = Some(TimeZone::UTC);
            return Some(rest);
        }
        let length = text.bytes().take_while(u8::is_ascii_uppercase).count();
        if !(3..=5).contains(&length) {
            return None;
        }
        self.zone_name = Some(text[..length].into());
        Some(&text[length..])
    }

    fn read_offset<'text>(&mut self, piece: Piece, text: &'text str) -> Option<&'text str> {
        let Piece::Offset {
            has_z,
            has_colon,
            has_seconds,
            is_short,
        } = piece
        else {
            return None;
        };
        if has_z && let Some(rest) = text.strip_prefix('Z') {
            self.zone = Some(TimeZone::UTC);
            return Some(rest);
        }
        let sign = match text.bytes().next()? {
            b'+' => 1,
            b'-' => -1,
            _ => return None,
        };
        let (hours, mut rest) = exact(&text[1..], 2)?;
        let mut parts = [0, 0];
        let count = if is_short { 0 } else { 1 + usize::from(has_seconds) };
        for part in &mut parts[..count] {
            if has_colon {
                rest = rest.strip_prefix(':')?;
            }
            (*part, rest) = exact(rest, 2)?;
        }
        if hours > 24 || parts.iter().any(|part| *part >= 60) {
            return None;
        }
        let seconds = i32::from(hours) * 3600 + i32::from(parts[0]) * 60 + i32::from(parts[1]);
        self.zone = Some(if seconds == 0 {
            TimeZone::UTC
        } else {
            fixed(sign * seconds)?
        });
        Some(rest)
    }

    fn finish(self, zone: &TimeZone) -> Option<Zoned> {
        let hour = match self.is_pm {
            Some(true) if self.hour < 12 => self.hour + 12,
            Some(false) if self.hour == 12 => 0,
            _ => self.hour,
        };
        let date = match self.year_day {
            Some(day) => {
                let first = Date::new(self.year, 1, 1).ok()?;
                let date = first
                    .checked_add(jiff::Span::new().days(i64::from(day) - 1))
                    .ok()?;
                let agrees = date.year() == self.year
                    && self.month.is_none_or(|month| month == date.month())
                    && self.day.is_none_or(|day| day == date.day());
                if !agrees {
                    return None;
                }
                date
            }
            None => Date::new(self.year, self.month.unwrap_or(1), self.day.unwrap_or(1)).ok()?,
        };
        let time = Time::new(hour, self.minute, self.second, self.nanosecond).ok()?;
        let civil = DateTime::from_parts(date, time);
        // An abbreviation that the zone does not know has offset zero in Go.
        let zone = match (self.zone, self.zone_name) {
            (Some(zone), _) => zone,
            (None, Some(name)) => {
                let local = zone.to_ambiguous_zoned(civil).compatible().ok()?;
                if local.strftime("%Z").to_string() == name {
                    zone.clone()
                } else {
                    TimeZone::UTC
                }
            }
            (None, None) => zone.clone(),
        };
        zone.to_ambiguous_zoned(civil).compatible().ok()
    }
}
