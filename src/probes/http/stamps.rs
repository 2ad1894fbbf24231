use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use tokio::time::Instant;

/// When things happened on a connection during the exchange under way. The stream writes, the exchange reads.
///
/// Both are of one task, so nothing here orders anything: atomics are only what the compiler asks of shared values, and
/// relaxed ones are plain loads and stores.
#[derive(Debug)]
pub(super) struct Stamps {
    base: Instant,
    /// Nanoseconds after `base`; 0 is never.
    sent: AtomicU64,
    first: AtomicU64,
    touched: AtomicBool,
}

impl Stamps {
    pub(super) fn new() -> Self {
        Self {
            base: Instant::now(),
            sent: AtomicU64::new(0),
            first: AtomicU64::new(0),
            touched: AtomicBool::new(false),
        }
    }

    /// Another exchange begins.
    pub(super) fn reset(&self) {
        self.sent.store(0, Ordering::Relaxed);
        self.first.store(0, Ordering::Relaxed);
        self.touched.store(false, Ordering::Relaxed);
    }

    /// Everything that had been written until now has left.
    pub(super) fn flushed(&self) {
        self.sent.store(self.elapsed(), Ordering::Relaxed);
    }

    /// Bytes came.
    pub(super) fn received(&self) {
        if self.first.load(Ordering::Relaxed) == 0 {
            self.first.store(self.elapsed(), Ordering::Relaxed);
            self.touch();
        }
    }

    /// Something came or broke: whoever waits should look.
    pub(super) fn touch(&self) {
        self.touched.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_touched(&self) -> bool {
        self.touched.load(Ordering::Relaxed)
    }

    /// When the last byte that was written left; `None` as long as some are left.
    pub(super) fn sent_at(&self) -> Option<Instant> {
        self.instant(&self.sent)
    }

    /// When the first byte came.
    pub(super) fn first_at(&self) -> Option<Instant> {
        self.instant(&self.first)
    }

    fn instant(&self, stamp: &AtomicU64) -> Option<Instant> {
        match stamp.load(Ordering::Relaxed) {
            0 => None,
            nanos => Some(self.base + std::time::Duration::from_nanos(nanos)),
        }
    }

    /// At least 1: 0 means never. An `u64` of nanoseconds lasts 584 years.
    fn elapsed(&self) -> u64 {
        let elapsed = self.base.elapsed();
        (elapsed.as_secs() * 1_000_000_000 + u64::from(elapsed.subsec_nanos())).max(1)
    }
}
