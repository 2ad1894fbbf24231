//! HDR histogram interval logs, as HistogramLogWriter and its ports write them.

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::ZlibDecoder;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::Deserializer;
use hdrhistogram::serialization::interval_log::{IntervalLogHistogram, IntervalLogIterator, LogEntry};

use super::input::Input;
use super::{Collection, Recording, Unit, Wanted};

/// The largest histogram that the encoding can mean has less.
const HISTOGRAM_BYTES_LIMIT: u64 = 64 << 20;

/// First bytes of encodings: version 2 plain and compressed (HdrHistogram, AbstractHistogram).
const V2: [u8; 4] = 0x1c84_9313_u32.to_be_bytes();
const V2_COMPRESSED: [u8; 4] = 0x1c84_9314_u32.to_be_bytes();

/// Name of intervals without a tag.
const UNTAGGED: &str = "untagged";

/// Ratios of values to the log's own column of maxima that tell a unit, when that column is in ms as usual.
const USUAL_RATIOS: [(f64, &str); 2] = [(1e6, "ns"), (1e3, "us")];

pub(super) fn read(input: &mut Input, wanted: &Wanted) -> Result<Recording, String> {
    let unit = wanted.unit.unwrap_or(Unit::Ms);
    let mut stated = None;
    let mut log = Log {
        unit,
        ..Log::default()
    };
    while let Some(line) = input.next_line()? {
        let line = line.trim_ascii();
        if let Some(said) = unit_of(line) {
            stated = Some(said);
        } else if !line.is_empty() && line[0] != b'#' && !line.starts_with(b"\"StartTimestamp\"") {
            log.unit = stated.unwrap_or(unit);
            log.interval(line)?;
        }
    }
    input.forget_line();
    let mut remarks = Vec::new();
    if let Some(usual) = log.suspected.filter(|_| wanted.unit.or(stated).is_none()) {
        remarks.push(format!(
            "values are taken as ms, but the log's own column of maxima fits {usual}: if so, say --unit {usual}"
        ));
    }
    let (name, latencies) = log.populations.choose(wanted.series, "tag")?;
    if latencies.count() == 0 {
        return Err("no values: every interval is empty".to_owned());
    }
    Ok(Recording {
        format: "HDR interval log",
        series: (name != UNTAGGED).then_some(name),
        latencies: Some(latencies),
        errors: None,
        unit: Some(stated.unwrap_or(unit)),
        states_unit: stated.is_some(),
        remarks,
    })
}

/// `#[Unit: us]`, which Serin's own logs say; others leave it open.
fn unit_of(line: &[u8]) -> Option<Unit> {
    let said = line.strip_prefix(b"#[Unit: ")?.strip_suffix(b"]")?;
    Unit::of_name(std::str::from_utf8(said).ok()?)
}

struct Log {
    unit: Unit,
    populations: Collection,
    deserializer: Deserializer,
    suspected: Option<&'static str>,
}

impl Default for Log {
    fn default() -> Self {
        Self {
            unit: Unit::Ms,
            populations: Collection::default(),
            deserializer: Deserializer::new(),
            suspected: None,
        }
    }
}

impl Log {
    fn interval(&mut self, line: &[u8]) -> Result<(), String> {
        let mut line = line.to_vec();
        line.push(b'\n');
        let interval = match IntervalLogIterator::new(&line).next() {
            Some(Ok(LogEntry::Interval(interval))) => interval,
            _ => return Err("no interval; expected start, length, maximum and a histogram".to_owned()),
        };
        let histogram = self.histogram(&interval)?;
        let seen = histogram.max() as f64 / interval.max();
        let usual = USUAL_RATIOS
            .iter()
            .find(|(ratio, _)| (seen / ratio - 1.0).abs() < 0.01);
        self.suspected = usual.map(|(_, unit)| *unit).or(self.suspected);
        let name = interval.tag().map_or(UNTAGGED, |tag| tag.as_str());
        for step in histogram.iter_recorded() {
            let value = histogram.median_equivalent(step.value_iterated_to());
            self.populations
                .record(name, self.unit.ms(value as f64), step.count_at_value())?;
        }
        Ok(())
    }

    /// The encoded histogram. Its sizes are looked at first: a wrong one would be believed and as much memory taken.
    fn histogram(&mut self, interval: &IntervalLogHistogram) -> Result<Histogram<u64>, String> {
        let broken = |what: &str| format!("a histogram that {what}; was the file cut or changed?");
        let encoded = STANDARD.decode(interval.encoded_histogram());
        let mut bytes = encoded.map_err(|error| broken(&format!("is no base64 ({error})")))?;
        if bytes.starts_with(&V2_COMPRESSED) {
            let packed = bytes.get(8..).unwrap_or_default();
            let mut plain = Vec::new();
            let unpacked = ZlibDecoder::new(packed)
                .take(HISTOGRAM_BYTES_LIMIT)
                .read_to_end(&mut plain);
            let _length = unpacked.map_err(|error| broken(&format!("cannot be unpacked ({error})")))?;
            bytes = plain;
        }
        if !bytes.starts_with(&V2) {
            return Err(
                "a histogram of another encoding; expected version 2 (HISTF...) of whole numbers".to_owned(),
            );
        }
        let stated = bytes
            .get(4..8)
            .and_then(|bytes| bytes.try_into().ok())
            .map_or(u32::MAX, u32::from_be_bytes);
        if u64::from(stated) > bytes.len() as u64 {
            return Err(broken("is shorter than it says"));
        }
        let read = self.deserializer.deserialize(&mut bytes.as_slice());
        read.map_err(|error| broken(&format!("cannot be read ({error})")))
    }
}
