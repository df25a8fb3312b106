//! The names of declared members.

/// The names of the declared members of an object.
#[derive(Debug)]
pub struct Names {
    pub(super) all: &'static [&'static str],
    /// As they stand in JSON, with quotes and colon; empty if that is not how each stands there.
    pub(super) quoted: &'static [&'static str],
}

impl Names {
    /// Those of a schema, and the same between quotes and with a colon.
    #[must_use]
    pub const fn new(all: &'static [&'static str], quoted: &'static [&'static str]) -> Self {
        let mut are_plain = true;
        let mut index = 0;
        while index < all.len() {
            are_plain = are_plain && is_plain(all[index].as_bytes());
            index += 1;
        }
        Self { all, quoted: if are_plain { quoted } else { &[] } }
    }

    /// Returns whether each stands in JSON as it is, between quotes.
    pub(super) fn are_plain(&self) -> bool {
        self.quoted.len() == self.all.len()
    }

    /// The index of a name, looked for from one on: members that may be absent are passed over, so the rest comes first.
    pub(super) fn find(&self, name: &str, likely: usize) -> Option<usize> {
        let is_it = |index: &usize| self.all[*index] == name;
        (likely..self.all.len()).chain(0..likely).find(is_it)
    }
}

const fn is_plain(name: &[u8]) -> bool {
    let mut index = 0;
    while index < name.len() {
        if matches!(name[index], 0..=0x1f | b'"' | b'\\') {
            return false;
        }
        index += 1;
    }
    true
}
