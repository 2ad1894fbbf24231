//! What a test of two populations x and y is asked.

/// The direction in which a difference counts against "both are alike".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alternative {
    /// Either direction.
    TwoSided,
    /// x tends to be larger.
    Greater,
    /// x tends to be smaller.
    Less,
}
