//! Formats that all strings of a place are of, by the checks of `jsonschema`.

use serde_json::{Value, json};
use thoth_messaging_documents::jsonschema::Validator;
use thoth_messaging_documents::{Draft, Validation};

/// A format is guessed where so many different texts are all of it.
pub(super) const DISTINCT: usize = 3;

/// From the narrowest on: the first that fits is guessed.
const NAMES: [&str; 8] = ["uuid", "date-time", "date", "time", "ipv4", "ipv6", "email", "uri"];

/// The checks.
pub(super) struct Formats(Vec<(&'static str, Validator)>);

/// Formats of [`NAMES`], a bit for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Candidates(u8);

impl Default for Candidates {
    fn default() -> Self {
        Self(u8::MAX)
    }
}

impl Candidates {
    pub(super) const NONE: Self = Self(0);

    pub(super) fn both(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The name of the narrowest one.
    pub(super) fn narrowest(self) -> Option<&'static str> {
        NAMES.get(usize::try_from(self.0.trailing_zeros()).ok()?).copied()
    }
}

impl Formats {
    pub(super) fn new() -> Self {
        let options = Validation::with_formats(true).options().with_draft(Draft::Draft202012);
        let check = |name| options.build(&json!({ "format": name })).ok();
        Self(NAMES.into_iter().filter_map(|name| Some((name, check(name)?))).collect())
    }

    /// Takes away the formats that a text is not of.
    pub(super) fn narrow(&self, candidates: &mut Candidates, text: &str) {
        if *candidates == Candidates::NONE {
            return;
        }
        let value = Value::from(text);
        let mut left = 0;
        for (index, (name, check)) in self.0.iter().enumerate() {
            let is_left = candidates.0 & (1 << index) != 0;
            if is_left && is_meant(name, text) && check.is_valid(&value) {
                left |= 1 << index;
            }
        }
        *candidates = Candidates(left);
    }
}

/// `nginx:1.2` is a URI too, by its grammar alone.
fn is_meant(format: &str, text: &str) -> bool {
    format != "uri" || text.contains("://") || text.starts_with("urn:") || text.starts_with("mailto:")
}
