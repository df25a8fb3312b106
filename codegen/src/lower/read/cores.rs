//! The schemas of a value, and what was decided about their branches.

use std::collections::{BTreeMap, BTreeSet};

use super::branches::Branches;
use super::types::Types;
use crate::resolve::Place;

/// The end of an `anyOf` or `oneOf`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Decision {
    /// A branch of it is taken, and is among the schemas.
    Taken,
    /// It is left to the validator.
    Validated,
}

/// The places of the schemas that speak of one value, each of which says something itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Cores {
    pub(crate) places: Vec<Place>,
    /// By place and keyword.
    decided: BTreeMap<(Place, &'static str), Decision>,
    /// The types that branches leave.
    pub(crate) types: Types,
    /// A branch that takes nothing away speaks of members: they are not to be lost.
    pub(crate) keeps: bool,
}

impl Cores {
    pub(crate) fn of(places: Vec<Place>) -> Self {
        Self { places, ..Self::default() }
    }

    pub(crate) fn decision(&self, place: &Place, keyword: &'static str) -> Option<Decision> {
        self.decided.get(&(place.clone(), keyword)).copied()
    }

    /// The places and keywords of each `anyOf` and `oneOf` of which a branch is taken.
    pub(crate) fn taken(&self) -> impl Iterator<Item = &(Place, &'static str)> {
        self.decided.iter().filter(|(_, decision)| **decision == Decision::Taken).map(|(branches, _)| branches)
    }

    /// The key of a type: the same schemas in whatever order are one type.
    pub(crate) fn sorted(&self) -> Self {
        let mut sorted = self.clone();
        sorted.places.sort();
        sorted
    }

    /// With a decision about an `anyOf` or `oneOf`.
    pub(crate) fn decide(mut self, branches: &Branches, decision: Decision) -> Self {
        self.decided.insert((branches.place.clone(), branches.keyword), decision);
        self
    }

    /// With no other types than these.
    pub(crate) fn of_types(mut self, types: Types) -> Self {
        self.types = self.types.and(types);
        self
    }

    /// With every member kept, whether it is declared or not.
    pub(crate) fn keep(mut self, keeps: bool) -> Self {
        self.keeps |= keeps;
        self
    }

    /// Without a place.
    pub(crate) fn without(mut self, place: &Place) -> Self {
        self.places.retain(|other| other != place);
        self
    }

    /// With more places.
    pub(crate) fn with(mut self, places: Vec<Place>) -> Self {
        let mut known: BTreeSet<Place> = self.places.iter().cloned().collect();
        self.places.extend(places.into_iter().filter(|place| known.insert(place.clone())));
        self
    }

    /// Forgets what was decided in schemas that are not among these.
    pub(crate) fn tidy(mut self) -> Self {
        let places: BTreeSet<&Place> = self.places.iter().collect();
        self.decided.retain(|(place, _), _| places.contains(place));
        self
    }

    /// The only place, where nothing was decided.
    pub(crate) fn only(&self) -> Option<&Place> {
        match self.places.as_slice() {
            [only] if self.decided.is_empty() && self.types == Types::ALL && !self.keeps => Some(only),
            _ => None,
        }
    }
}
