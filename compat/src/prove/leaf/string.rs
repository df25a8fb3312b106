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

/// Longer texts, in characters, are not made up.
const MAX_LENGTH: usize = 16_000_000;

impl<'t> Prover<'t> {
    pub(super) fn string(&mut self, branch: &Branch<'t>) -> Outcome {
        let mut wanted = branch.named.0.clone().unwrap_or_default();
        let mut has_format = false;
        for fact in &branch.facts {
            match (fact.part, fact.holds) {
                (Part::MinLength(min), true) => wanted.lengthen(*min),
                (Part::MinLength(min), false) => wanted.shorten(min.saturating_sub(1)),
                (Part::MaxLength(max), true) => wanted.shorten(*max),
                (Part::MaxLength(max), false) => wanted.lengthen(max.saturating_add(1)),
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
        let mut texts: Vec<String> = Vec::new();
        match found {
            Found::Nothing => return Outcome::Closed,
            Found::Text(text) => texts.push(text),
            Found::Unknown(text) => {
                texts.extend(text);
                texts.extend(self.automata.guess(&wanted));
            }
        }
        let work = texts.iter().map(|text| text.len() / 4).sum::<usize>() + self.automata.take_work();
        if !self.terms.spend(work) {
            return Outcome::Open(None);
        }
        texts.extend(FORMATTED.iter().filter(|_| has_format).map(|text| (*text).to_owned()));
        first(branch, texts.into_iter().map(Value::from))
    }
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
    let Some(length) = usize::try_from(wanted.min).ok().filter(|length| *length <= MAX_LENGTH) else {
        return Found::Unknown(None);
    };
    let is_short = |text: &String| wanted.max.is_none_or(|max| text.chars().count() as u64 <= max);
    // A name or a text that is not empty is the better example.
    let texts = (0..=wanted.excluded.len()).map(|number| numbered(number, length.max(1)));
    // Few letters, and many texts that are excluded.
    let letters = ('\u{100}'..'\u{D7FF}').map(|letter| ["a".repeat(length.saturating_sub(1)), letter.into()].concat());
    let found = texts.take_while(is_short).chain(letters).find(|text| !wanted.excluded.contains(text));
    found.map_or(Found::Unknown(None), Found::Text)
}

/// The text of a number in letters, of some length at least: `a`, …, `z`, `ba`, ….
fn numbered(mut number: usize, length: usize) -> String {
    const LETTERS: [char; 26] = [
        'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p', 'q', 'r', 's', 't', 'u', 'v',
        'w', 'x', 'y', 'z',
    ];
    let mut letters = Vec::new();
    while number > 0 {
        letters.push(LETTERS[number % LETTERS.len()]);
        number /= LETTERS.len();
    }
    let missing = length.saturating_sub(letters.len());
    "a".repeat(missing).chars().chain(letters.into_iter().rev()).collect()
}
