//! Exact increments of monotonic counters.
//!
//! A counter says how many requests there have been since its process started; what a window needs is
//! how many there were between two reads. [`Ledger`] remembers each counter's last value and turns reads
//! into increments, with restarts, dead and newborn series told apart; [`Selector`] says which series are
//! meant, and [`parse_exposition`] reads the text of a `/metrics` endpoint. `rate()` and `increase()`
//! extrapolate and are not whole numbers of requests, so they are not used anywhere here.

mod bucket_layout;
mod buckets;
mod counts;
mod exposition;
mod ledger;
mod native;
mod origin;
mod prospect;
mod selector;
mod selector_text;
mod series;

pub use bucket_layout::{BucketLayout, LayoutError};
pub use buckets::{Buckets, BucketsError, Increment};
pub use counts::Counts;
pub use exposition::{ExpositionError, ExpositionLimits, Sample, parse_exposition};
pub use ledger::{Increase, Ledger};
pub use native::{NativeBuckets, NativeError};
pub use origin::{Read, ReadError, Reading};
pub use prospect::{NoProspect, Prospect};
pub use selector::{Selector, SelectorError, quoted};
pub use series::Series;
