//! `anyOf` and `oneOf`, before a branch is taken.

use crate::resolve::Place;

/// The branches of an `anyOf` or `oneOf`, of which a value takes one or more.
#[derive(Clone, Debug)]
pub(crate) struct Branches {
    /// The schema that the keyword stands in.
    pub(crate) place: Place,
    pub(crate) keyword: &'static str,
    pub(crate) count: usize,
}

impl Branches {
    pub(crate) fn branch(&self, index: usize) -> Place {
        self.place.join(self.keyword).join(&index.to_string())
    }

    /// The places of all of them.
    pub(crate) fn places(&self) -> impl Iterator<Item = Place> + '_ {
        (0..self.count).map(|index| self.branch(index))
    }

    /// Tells whether a value takes one of them only.
    pub(crate) fn is_exclusive(&self) -> bool {
        self.keyword == "oneOf"
    }
}
