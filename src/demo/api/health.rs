//! Whether an instance calls itself healthy.

/// Seconds that count as recent, each with a slot. Together with [`DEGRADED_RATIO`] this is slower than a comparison: when both
/// sides break at once, the stable side's trouble is seen before the canary calls itself degraded.
const RECENT_SECONDS: u64 = 10;
const SLOTS: usize = 10;
/// Above this part of bad answers an instance is degraded: twenty times what is normal, so that it never
/// happens by chance, and out of reach of a release that is merely worse.
const DEGRADED_RATIO: f64 = 0.10;
/// With fewer requests than this a ratio says nothing.
const JUDGED_FROM: u64 = 100;

/// Answers of the last seconds, by second.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Recent {
    slots: [Slot; SLOTS],
}

#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    second: u64,
    counts: RecentCounts,
}

/// Answers of the last seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct RecentCounts {
    /// All.
    pub(super) total: u64,
    /// With a code of 500 or above.
    pub(super) bad: u64,
}

impl Recent {
    /// Counts an answer of `second`. Answers of one instant may come in any order: one that is overtaken by the
    /// next second counts there.
    pub(super) fn record(&mut self, second: u64, is_bad: bool) {
        // A ring: the slot that comes to the front held the oldest second.
        if self.slots[0].second < second {
            self.slots.rotate_right(1);
            self.slots[0] = Slot {
                second,
                counts: RecentCounts::default(),
            };
        }
        let counts = &mut self.slots[0].counts;
        counts.total += 1;
        counts.bad += u64::from(is_bad);
    }

    /// What was counted in the seconds up to `second`.
    pub(super) fn counts(&self, second: u64) -> RecentCounts {
        self.slots
            .iter()
            .filter(|slot| second.saturating_sub(slot.second) < RECENT_SECONDS)
            .fold(RecentCounts::default(), |sum, slot| RecentCounts {
                total: sum.total + slot.counts.total,
                bad: sum.bad + slot.counts.bad,
            })
    }
}

impl RecentCounts {
    /// Bad answers among all, in [0, 1]; 0 without any.
    #[expect(clippy::cast_precision_loss, reason = "counts of a few seconds")]
    pub(super) fn error_ratio(self) -> f64 {
        self.bad as f64 / self.total.max(1) as f64
    }

    /// The word for `/health`.
    pub(super) fn status(self) -> &'static str {
        if self.total >= JUDGED_FROM && self.error_ratio() > DEGRADED_RATIO {
            "degraded"
        } else {
            "healthy"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_seconds_are_forgotten() {
        let mut recent = Recent::default();
        for second in [0, 3, 3, 9] {
            recent.record(second, second == 3);
        }
        assert_eq!(recent.counts(9), RecentCounts { total: 4, bad: 2 });
        assert_eq!(recent.counts(12), RecentCounts { total: 3, bad: 2 });
        assert_eq!(recent.counts(13), RecentCounts { total: 1, bad: 0 });
        recent.record(19, true);
        assert_eq!(recent.counts(19), RecentCounts { total: 1, bad: 1 });
    }

    #[test]
    fn degraded_needs_enough_requests_and_errors() {
        for (total, bad, status) in [
            (0, 0, "healthy"),
            (99, 99, "healthy"),
            (100, 10, "healthy"),
            (100, 11, "degraded"),
            (1000, 30, "healthy"),
        ] {
            assert_eq!(RecentCounts { total, bad }.status(), status, "{bad} of {total}");
        }
    }
}
