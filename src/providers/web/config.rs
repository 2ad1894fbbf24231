/// Resolved headers of a web metric, in the order of the document; of two with one name the later counts.
pub type WebHeaders = [(String, String)];

/// What one answer may hold at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one body.
    pub body_bytes: usize,
}

/// What a 2xx answer means that is not JSON: an empty one, a page, two documents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Text {
    /// There is no measurement. A login page must not promote.
    #[default]
    Error,
    /// The text is the value, and the measurement is Successful whatever the conditions say.
    /// Source: Argo Rollouts v1.10.1, `metricproviders/webmetric/webmetric.go`, `parseResponse`.
    Successful,
}

impl Default for Limits {
    /// 1 MiB: a verdict is a few hundred bytes, and a page is not an answer.
    fn default() -> Self {
        Self { body_bytes: 1 << 20 }
    }
}
