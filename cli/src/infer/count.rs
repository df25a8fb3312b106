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
    /// A bit for each of the first 128 samples: more than the highest confidence asks for.
    first: u128,
    /// The number of the others; where places were put together, at one of them.
    others: u64,
    last: u64,
}

impl Samples {
    pub(super) fn add(&mut self, sample: u64) {
        match u32::try_from(sample).ok().and_then(|sample| 1_u128.checked_shl(sample.saturating_sub(1))) {
            Some(bit) => self.first |= bit,
            None => self.others += u64::from(self.last != sample),
        }
        self.last = sample;
    }

    pub(super) fn merge(&mut self, other: Self) {
        self.first |= other.first;
        self.others = self.others.max(other.others);
    }

    /// Their number: exact up to 128; beyond, where places were put together, as many as there are at least.
    pub(super) fn number(self) -> u64 {
        u64::from(self.first.count_ones()) + self.others
    }
}

#[cfg(test)]
mod tests {
    use super::Samples;

    #[test]
    fn samples_of_places_that_are_put_together_are_counted_once() {
        let of = |samples: &[u64]| {
            let mut all = Samples::default();
            for sample in samples {
                all.add(*sample);
            }
            all
        };
        let mut both = of(&[1, 3, 3]);
        both.merge(of(&[2, 3, 4]));
        assert_eq!(both.number(), 4);
        assert_eq!(of(&(1..=300).collect::<Vec<_>>()).number(), 300);
    }
}
