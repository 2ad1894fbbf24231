/// Resolved headers of a web metric, in the order of the document; of two with one name the later counts.
pub type WebHeaders = [(String, String)];

/// What one answer may hold at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one body.
    pub body_bytes: usize,
}

impl Default for Limits {
    /// 1 MiB: a verdict is a few hundred bytes, and a page is not an answer.
    fn default() -> Self {
        Self { body_bytes: 1 << 20 }
    }
}
