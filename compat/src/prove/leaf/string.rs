//! Texts: lengths, patterns and formats.

use serde_json::Value;

use super::first;
use crate::prove::branch::Branch;
use crate::prove::texts::{Found, Wanted};
use crate::prove::{Outcome, Prover};
use crate::terms::Part;

/// Texts of the formats, for a value of one is not made up otherwise.
const FORMATTED: [&str; 24] = [
    "",
    "a",
    "2020-01-31T12:00:00Z",
    "2020-01-31",
    "12:00:00Z",
    "P1D",
    "a@example.org",
    "ü@example.org",
    "example.org",
    "192.0.2.1",
    "2001:db8::1",
    "https://example.org/a",
    "https://example.org/ü",
    "/a/b",
    "/{a}",
    "https://example.org/{a}",
    "1/a",
    "a*b",
    "(",
    "00000000-0000-4000-8000-000000000000",
    "not a format",
    "%",
    "\\",
    "-",
];

impl<'t> Prover<'t> {
    pub(super) fn string(&mut self, branch: &Branch<'t>) -> Outcome {
        let mut wanted = branch.named.0.clone().unwrap_or_default();
        let mut has_format = false;
        for fact in &branch.facts {
            match (fact.part, fact.holds) {
                (Part::MinLength(min), true) => wanted.min = wanted.min.max(*min),
                (Part::MinLength(min), false) => shorten(&mut wanted, min.saturating_sub(1)),
                (Part::MaxLength(max), true) => shorten(&mut wanted, *max),
                (Part::MaxLength(max), false) => wanted.min = wanted.min.max(max.saturating_add(1)),
                (Part::Pattern(pattern), true) => drop(wanted.matching.insert(pattern.clone())),
                (Part::Pattern(pattern), false) => drop(wanted.not_matching.insert(pattern.clone())),
                (Part::Format(..), _) => has_format = true,
                _ => {}
            }
        }
        wanted.excluded.extend(branch.excluded_texts());
        let found = if wanted.matching.is_empty() && wanted.not_matching.is_empty() {
            free(&wanted)
        } else {
            self.automata.find(&wanted)
        };
        let text = match found {
            Found::Nothing => return Outcome::Closed,
            Found::Text(text) => Some(text),
            Found::Unknown(text) => text,
        };
        let formatted = FORMATTED.iter().filter(|_| has_format).map(|text| (*text).to_owned());
        first(branch, text.into_iter().chain(formatted).map(Value::from))
    }
}

fn shorten(wanted: &mut Wanted, max: u64) {
    wanted.max = Some(wanted.max.map_or(max, |own| own.min(max)));
}

/// A text of some length that is not one of those that are excluded.
fn free(wanted: &Wanted) -> Found {
    if wanted.max.is_some_and(|max| max < wanted.min) {
        return Found::Nothing;
    }
    if wanted.max == Some(0) {
        let is_excluded = wanted.excluded.contains("");
        return if is_excluded { Found::Nothing } else { Found::Text(String::new()) };
    }
    let length = usize::try_from(wanted.min).unwrap_or(usize::MAX).min(1_000_000);
    let most = wanted.max.and_then(|max| usize::try_from(max).ok()).unwrap_or(usize::MAX);
    // A name or a text that is not empty is the better example.
    let length = if length == 0 && wanted.max != Some(0) { 1 } else { length };
    let longer = (length..=length.saturating_add(8).min(most)).map(|length| "a".repeat(length));
    let others = ('b'..='z').map(|letter| letter.to_string().repeat(length));
    longer.chain(others).find(|text| !wanted.excluded.contains(text)).map_or(Found::Unknown(None), Found::Text)
}
