//! The declared members that came.

/// The declared members that came.
#[derive(Debug)]
pub(super) enum Seen {
    Few(u64),
    Many(Vec<bool>),
}

impl Seen {
    #[inline]
    pub(super) fn new(count: usize) -> Self {
        if count <= 64 { Self::Few(0) } else { Self::Many(vec![false; count]) }
    }

    /// Notes a member; false where it came before.
    #[inline]
    pub(super) fn insert(&mut self, index: usize) -> bool {
        match self {
            Self::Few(bits) => {
                let bit = 1 << index;
                let new = *bits & bit == 0;
                *bits |= bit;
                new
            }
            Self::Many(seen) => !std::mem::replace(&mut seen[index], true),
        }
    }

    pub(super) fn has(&self, index: usize) -> bool {
        match self {
            Self::Few(bits) => bits & (1 << index) != 0,
            Self::Many(seen) => seen[index],
        }
    }

    pub(super) fn count(&self) -> usize {
        match self {
            Self::Few(bits) => bits.count_ones() as usize,
            Self::Many(seen) => seen.iter().filter(|seen| **seen).count(),
        }
    }
}
