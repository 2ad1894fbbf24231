/// What a template is made of.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    /// Everything in one pair of braces.
    Action(Vec<Node>),
    Text(String),
    Int(i64),
    Float(f64),
    Bool(bool),
    /// `range`, `end`, or what nobody knows.
    Word(String),
    Field(String),
    Slice(Slice),
    Wildcard,
    /// `..`
    Descent,
    /// `[a,b]`
    Union(Vec<Vec<Node>>),
    /// `[?(…)]`
    Filter(Box<Filter>),
}

/// `[from:to:step]`; one index is a slice of one element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Slice {
    pub(super) from: Option<i64>,
    pub(super) to: Option<i64>,
    /// `to` was not written: it follows from an index.
    pub(super) is_index: bool,
    pub(super) step: Option<i64>,
}

/// A test of each element of a list.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Filter {
    pub(super) left: Vec<Node>,
    /// With what it is compared and how; without that it only has to be there.
    pub(super) comparison: Option<(String, Vec<Node>)>,
}
