//! The schemas of a value, and what was chosen among their branches.

use std::collections::{BTreeMap, BTreeSet};

use super::node::Types;
use crate::resolve::Place;

/// What became of an `anyOf` or `oneOf`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Settled {
    /// A branch of it was chosen, and is among the schemas.
    Chosen,
    /// It is left to the validator.
    Validated,
}

/// The places of the schemas that speak of one value, each of which says something itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cores {
    pub(super) places: Vec<Place>,
    /// By place and keyword.
    settled: BTreeMap<(Place, &'static str), Settled>,
    /// The types that a choice leaves.
    pub(super) types: Types,
    /// A branch that is no choice speaks of members: they are not to be lost.
    pub(super) keeps: bool,
}

impl Cores {
    pub(super) fn of(places: Vec<Place>) -> Self {
        Self { places, ..Self::default() }
    }

    pub(super) fn settled(&self, place: &Place, keyword: &'static str) -> Option<Settled> {
        self.settled.get(&(place.clone(), keyword)).copied()
    }

    /// Where a branch of an `anyOf` or `oneOf` was chosen, and its keyword.
    pub(super) fn chosen(&self) -> impl Iterator<Item = &(Place, &'static str)> {
        self.settled.iter().filter(|(_, settled)| **settled == Settled::Chosen).map(|(choice, _)| choice)
    }

    /// What tells types apart: the same schemas in whatever order are one type.
    pub(super) fn sorted(&self) -> Self {
        let mut sorted = self.clone();
        sorted.places.sort();
        sorted
    }

    /// With an `anyOf` or `oneOf` settled.
    pub(super) fn settle(mut self, place: &Place, keyword: &'static str, how: Settled) -> Self {
        self.settled.insert((place.clone(), keyword), how);
        self
    }

    /// With no other types than these.
    pub(super) fn of_types(mut self, types: Types) -> Self {
        self.types = self.types.and(types);
        self
    }

    /// With every member kept, whether it is declared or not.
    pub(super) fn keep(mut self, keeps: bool) -> Self {
        self.keeps |= keeps;
        self
    }

    /// Without a place.
    pub(super) fn without(mut self, place: &Place) -> Self {
        self.places.retain(|other| other != place);
        self
    }

    /// With more places.
    pub(super) fn with(mut self, places: Vec<Place>) -> Self {
        let mut known: BTreeSet<Place> = self.places.iter().cloned().collect();
        self.places.extend(places.into_iter().filter(|place| known.insert(place.clone())));
        self
    }

    /// Forgets what was settled in schemas that are not among these.
    pub(super) fn tidy(mut self) -> Self {
        let places: BTreeSet<&Place> = self.places.iter().collect();
        self.settled.retain(|(place, _), _| places.contains(place));
        self
    }

    /// The only place, where nothing was chosen.
    pub(super) fn only(&self) -> Option<&Place> {
        match self.places.as_slice() {
            [only] if self.settled.is_empty() && self.types == Types::ALL && !self.keeps => Some(only),
            _ => None,
        }
    }
}
