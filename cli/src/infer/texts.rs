//! Strings of a place.

use indexmap::IndexMap;

use super::count::{Count, Samples};
use super::formats::Candidates;

/// So many different texts of a place are kept.
const DISTINCT: usize = 32;
/// In bytes; a place with a longer text has neither a format nor an `enum`.
const MAX_LENGTH: usize = 1024;

/// Parts of member names whose values are not kept.
const SECRET: [&str; 13] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "authorization",
    "credential",
    "apikey",
    "privatekey",
    "accesskey",
    "cookie",
    "signature",
    "sessionid",
];

/// The strings of one place, counted.
#[derive(Clone, Debug, Default)]
pub(super) struct Texts {
    pub(super) seen: u64,
    pub(super) samples: Samples,
    /// Set if the name of the member says that these are secret: then none is kept.
    pub(super) is_secret: bool,
    /// The formats that all of them are of.
    pub(super) formats: Candidates,
    values: IndexMap<String, u64>,
    /// Set if there are more than are kept.
    is_more: bool,
}

/// Returns whether the name of a member says that its value is secret.
pub(super) fn looks_secret(name: &str) -> bool {
    let name: String = name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    SECRET.iter().any(|part| name.contains(part))
}

impl Texts {
    pub(super) fn add(&mut self, text: &str, is_secret: bool, count: &Count) {
        self.seen += 1;
        self.samples.add(count.sample);
        if is_secret || self.is_secret {
            self.hide();
            return;
        }
        count.formats.narrow(&mut self.formats, text);
        self.keep(text, 1);
    }

    fn keep(&mut self, text: &str, count: u64) {
        if let Some(seen) = self.values.get_mut(text) {
            *seen += count;
        } else if text.len() > MAX_LENGTH {
            self.is_more = true;
            self.formats = Candidates::NONE;
        } else if self.values.len() < DISTINCT {
            self.values.insert(text.to_owned(), count);
        } else {
            self.is_more = true;
        }
    }

    /// Forgets what they say.
    fn hide(&mut self) {
        self.is_secret = true;
        self.values = IndexMap::new();
        self.formats = Candidates::NONE;
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.seen += other.seen;
        self.samples.merge(other.samples);
        if self.is_secret || other.is_secret {
            self.hide();
            return;
        }
        self.formats = self.formats.both(other.formats);
        self.is_more |= other.is_more;
        other.values.iter().for_each(|(text, count)| self.keep(text, *count));
    }

    /// The least number of different ones, and whether there are no more.
    pub(super) fn distinct(&self) -> (usize, bool) {
        (self.values.len(), !self.is_more && !self.is_secret)
    }

    /// All different ones in the order in which they were first seen, with how often, where that is known.
    pub(super) fn values(&self) -> Option<&IndexMap<String, u64>> {
        (!self.is_more && !self.is_secret).then_some(&self.values)
    }
}

#[cfg(test)]
mod tests {
    use super::looks_secret;

    #[test]
    fn names_of_secrets_are_known_in_every_spelling() {
        let secret =
            ["password", "db_password", "apiKey", "X-Api-Key", "AUTHORIZATION", "accessToken", "client-secret"];
        assert!(secret.into_iter().all(looks_secret));
        assert!(!["author", "key", "name", "session", "passenger"].into_iter().any(looks_secret));
    }
}
