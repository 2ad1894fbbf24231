use serin_judge::counter::ExpositionLimits;

/// What one `/metrics` text may hold at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one text.
    pub body_bytes: usize,
    /// Samples and lines of one text.
    pub text: ExpositionLimits,
    /// Texts that are read at the same time.
    pub concurrent: usize,
}

impl Default for Limits {
    /// 8 MiB, 100,000 samples, 64 at once: all instances of one service are read at practically the same instant.
    fn default() -> Self {
        Self {
            body_bytes: 8 << 20,
            text: ExpositionLimits::default(),
            concurrent: 64,
        }
    }
}
