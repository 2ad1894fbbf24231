use hdrhistogram::Histogram;

use super::{Digits, LONGEST_US};

/// Classes of one page.
const PAGE: usize = 64;

/// How many durations are in each class of an HDR histogram, in pages that exist only where something was counted: all
/// classes of three digits take 150 kB, those that a server's latencies fall into a tenth of it.
#[derive(Clone, Debug)]
pub(super) struct Counts {
    digits: Digits,
    pages: Vec<Option<Box<[u64; PAGE]>>>,
    total: u64,
}

impl Counts {
    pub(super) fn new(digits: Digits) -> Self {
        let pages = digits.class(LONGEST_US) / PAGE + 1;
        Self {
            digits,
            pages: vec![None; pages],
            total: 0,
        }
    }

    pub(super) fn record(&mut self, micros: u32) {
        self.record_many(micros, 1);
    }

    pub(super) fn record_many(&mut self, micros: u32, count: u64) {
        let class = self.digits.class(micros.clamp(1, LONGEST_US));
        let page = self.pages[class / PAGE].get_or_insert_with(|| Box::new([0; PAGE]));
        page[class % PAGE] = page[class % PAGE].saturating_add(count);
        self.total = self.total.saturating_add(count);
    }

    /// All of another's too; what is counted in other classes there counts by their ends.
    pub(super) fn add(&mut self, other: &Self) {
        if self.digits != other.digits {
            for (end, count) in other.classes() {
                self.record_many(micros(end), count);
            }
            return;
        }
        for (own, more) in self.pages.iter_mut().zip(&other.pages) {
            match (own, more) {
                (_, None) => {}
                (own @ None, Some(more)) => *own = Some(more.clone()),
                (Some(own), Some(more)) => {
                    let pairs = own.iter_mut().zip(more.iter());
                    pairs.for_each(|(own, more)| *own = own.saturating_add(*more));
                }
            }
        }
        self.total = self.total.saturating_add(other.total);
    }

    pub(super) const fn len(&self) -> u64 {
        self.total
    }

    /// `(the end of a class in microseconds, how many are in it)`, ascending, those that are not empty.
    pub(super) fn classes(&self) -> impl Iterator<Item = (u64, u64)> {
        let pages = self.pages.iter().enumerate();
        let pages = pages.filter_map(|(number, page)| Some((number, page.as_ref()?)));
        let counts = pages.flat_map(|(number, page)| {
            let counts = page.iter().enumerate();
            counts.map(move |(place, count)| (number * PAGE + place, *count))
        });
        let counted = counts.filter(|(_, count)| *count > 0);
        counted.map(|(class, count)| (self.digits.end_of(class), count))
    }

    /// The end of the class in which the `rank`th of all is, counted from 1 in ascending order.
    pub(super) fn at(&self, rank: u64) -> u64 {
        let mut left = rank;
        let mut last = 0;
        for (end, count) in self.classes() {
            last = end;
            if count >= left {
                break;
            }
            left -= count;
        }
        last
    }

    /// As the library has it, which reads and writes it.
    pub(super) fn to_histogram(&self) -> Histogram<u64> {
        let mut histogram = self.digits.empty();
        for (end, count) in self.classes() {
            histogram.saturating_record_n(end, count);
        }
        histogram
    }

    pub(super) fn from_histogram(digits: Digits, histogram: &Histogram<u64>) -> Self {
        let mut counts = Self::new(digits);
        for step in histogram.iter_recorded() {
            counts.record_many(micros(step.value_iterated_to()), step.count_at_value());
        }
        counts
    }
}

/// The end of the last class is a little above the longest duration.
fn micros(end: u64) -> u32 {
    u32::try_from(end).map_or(LONGEST_US, |micros| micros.min(LONGEST_US))
}
