//! The counters that all places of the samples share.

use super::formats::Formats;

/// So many places are told apart.
const PLACES: usize = 100_000;
/// The bytes of a name that cost as much as a place.
const LONG_NAME: usize = 1024;

/// The state of counting.
pub(super) struct Count {
    pub(super) formats: Formats,
    /// Number of the sample, from 1 on.
    pub(super) sample: u64,
    /// The number of places that may still be told apart.
    places_left: usize,
}

impl Count {
    pub(super) fn new() -> Self {
        Self { formats: Formats::new(), sample: 0, places_left: PLACES }
    }

    /// Returns whether places may have been left out.
    pub(super) fn is_full(&self) -> bool {
        self.places_left == 0
    }

    /// Takes a place with a name of some bytes. A long one is kept at the cost of several.
    pub(super) fn take_place(&mut self, name: usize) -> bool {
        let cost = 1 + name / LONG_NAME;
        let is_left = self.places_left >= cost;
        self.places_left = self.places_left.saturating_sub(cost);
        is_left
    }
}

/// The samples that had a value at a place, counted.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Samples {
    /// Their number; where places were put together, at one of them.
    pub(super) number: u64,
    last: u64,
}

impl Samples {
    pub(super) fn add(&mut self, sample: u64) {
        self.number += u64::from(self.last != sample);
        self.last = sample;
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.number = self.number.max(other.number);
    }
}
