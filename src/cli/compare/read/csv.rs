//! Columns of values: the only one, the one whose name says that it holds latencies, the second of `time,value`, or one that
//! is asked for.

use serin_judge::stats::distribution::Distribution;

use super::input::Input;
use super::{Recording, Unit, Wanted};

/// Characters that part columns, the first that a line has.
const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];

/// Columns of programs whose tables are known, with their unit: oha's `--output-format csv`.
const KNOWN: [(&str, Unit); 1] = [("request-duration", Unit::S)];

/// What the names of columns of latencies have in them.
const LATENCIES: [&str; 5] = ["latency", "duration", "elapsed", "response_time", "responsetime"];

/// The name says when, not how long.
const INSTANTS: [&str; 3] = ["time", "start", "date"];

/// The name says that the column holds latencies: by a unit, or by a word for them.
fn is_of_latencies(name: &str) -> bool {
    let small = name.to_ascii_lowercase();
    let is_instant = INSTANTS.iter().any(|word| small.starts_with(word));
    !is_instant && (Unit::of_name(name).is_some() || LATENCIES.iter().any(|word| small.contains(word)))
}

/// The line may be a row of a table: text, and no long one.
pub(super) fn is_row(line: &[u8]) -> bool {
    let is_text = |text: &str| text.chars().all(|c| !c.is_control() || c.is_whitespace());
    let is_markup = |byte: &u8| b"<{[".contains(byte);
    std::str::from_utf8(line).is_ok_and(is_text)
        && !line.first().is_some_and(is_markup)
        && (cells(line).any(|cell| number(cell).is_some()) || cells(line).all(is_name))
}

/// A short word or two, such as a column has for a name.
fn is_name(cell: &[u8]) -> bool {
    !cell.is_empty()
        && cell.len() <= 64
        && cell.iter().filter(|byte| **byte == b' ').count() < 4
        && cell
            .first()
            .is_some_and(|first| first.is_ascii_alphabetic() || *first == b'_')
}

pub(super) fn read(input: &mut Input, wanted: &Wanted) -> Result<Recording, String> {
    let first = input.next_line()?.ok_or("empty; expected values")?.to_vec();
    let first = first.trim_ascii();
    let has_header = !cells(first).any(|cell| number(cell).is_some()) && !first.is_empty();
    let column = Column::choose(first, has_header, wanted)?;
    if !has_header {
        input.unread();
    }
    let mut latencies = Distribution::default();
    while let Some(line) = input.next_line()? {
        let line = line.trim_ascii();
        if !line.is_empty() {
            let value = column.unit.ms(column.value(line)?);
            latencies
                .record(value)
                .map_err(|error| format!("column {}: {error}", column.name))?;
        }
    }
    let mut remarks = Vec::new();
    if input.ended_within_a_line() {
        remarks.push("the last line has no end: if the file was cut, its last value is too".to_owned());
    }
    input.forget_line();
    if latencies.count() == 0 {
        return Err("no values: there is nothing to compare".to_owned());
    }
    Ok(Recording {
        format: "CSV",
        series: has_header.then(|| column.name.clone()),
        latencies: Some(latencies),
        errors: None,
        unit: Some(column.unit),
        states_unit: column.states_unit,
        remarks,
    })
}

/// The column that is read.
struct Column {
    index: usize,
    /// Columns that a row has.
    count: usize,
    name: String,
    unit: Unit,
    states_unit: bool,
}

impl Column {
    fn choose(first: &[u8], has_header: bool, wanted: &Wanted) -> Result<Self, String> {
        let names: Vec<String> = if has_header {
            cells(first)
                .map(|cell| String::from_utf8_lossy(cell).into_owned())
                .collect()
        } else {
            (1..=cells(first).count())
                .map(|number| number.to_string())
                .collect()
        };
        let listed = || names.join(", ");
        let known = || {
            KNOWN
                .iter()
                .find_map(|(known, _)| names.iter().position(|name| name == known))
        };
        let only_one_of_latencies = || {
            let mut found = (0..names.len()).filter(|index| is_of_latencies(&names[*index]));
            found.next().filter(|_| found.next().is_none())
        };
        let index = match (wanted.series, names.len()) {
            (Some(asked), _) => names
                .iter()
                .position(|name| name == asked)
                .ok_or_else(|| format!("no column \"{asked}\"; there are {}", listed()))?,
            (None, 1) => 0,
            (None, count) => known()
                .or_else(only_one_of_latencies)
                .or((count == 2).then_some(1))
                .ok_or_else(|| format!("several columns: choose one of {} with --series", listed()))?,
        };
        let name = names[index].clone();
        let known = KNOWN
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, unit)| *unit);
        let stated = known.or_else(|| Unit::of_name(&name));
        Ok(Self {
            index,
            count: names.len(),
            unit: stated.or(wanted.unit).unwrap_or(Unit::Ms),
            states_unit: stated.is_some(),
            name,
        })
    }

    /// The value of a row.
    fn value(&self, line: &[u8]) -> Result<f64, String> {
        let found = cells(line).count();
        if found != self.count {
            return Err(format!(
                "{found} columns; expected {} as in the first line",
                self.count
            ));
        }
        let cell = cells(line).nth(self.index).unwrap_or_default();
        number(cell).ok_or_else(|| {
            format!(
                "{:?} in column {}; expected a number",
                String::from_utf8_lossy(cell),
                self.name
            )
        })
    }
}

fn cells(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let separator = SEPARATORS.into_iter().find(|separator| line.contains(separator));
    line.split(move |byte| Some(*byte) == separator).map(|cell| {
        let cell = cell.trim_ascii();
        cell.strip_prefix(b"\"")
            .and_then(|cell| cell.strip_suffix(b"\""))
            .unwrap_or(cell)
    })
}

/// A number as programs write it, also one that is not finite: that is for the population to refuse.
fn number(cell: &[u8]) -> Option<f64> {
    std::str::from_utf8(cell).ok()?.parse().ok()
}
