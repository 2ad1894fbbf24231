//! What is said in comments.

use crate::import::text::shown;

/// What is said in comments.
#[derive(Clone, Debug, Default)]
pub(in crate::import) struct Remarks {
    pub(super) said: Vec<String>,
    pub(super) lost: usize,
}

impl Remarks {
    /// Something has no counterpart.
    pub(in crate::import) fn lose(&mut self, what: impl AsRef<str>) {
        self.said
            .push(format!("Not carried over: {}", shown(what.as_ref())));
        self.lost += 1;
    }

    /// Takes over what was said elsewhere.
    pub(in crate::import) fn join(&mut self, other: Self) {
        self.said.extend(other.said);
        self.lost += other.lost;
    }

    /// Something that is worth knowing.
    pub(in crate::import) fn note(&mut self, what: impl AsRef<str>) {
        let what = shown(what.as_ref());
        if !self.said.contains(&what) {
            self.said.push(what);
        }
    }
}
