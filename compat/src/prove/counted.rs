//! Patterns that count, as `^.{0,500}$`: what they count is a length, for which an automaton would need a state for each number.

use thoth_messaging_documents::pattern::{Counted, Pattern};

use super::texts::{Automata, Found, Wanted};

/// Numbers up to this are left to the automata.
const MAX_COUNT: u32 = 32;
/// Patterns that count and may not match: each is met in one of three ways.
const MAX_MISSED: usize = 4;

impl Automata {
    /// A text that is wanted.
    pub(super) fn find(&mut self, wanted: &Wanted) -> Found {
        let mut unknown = None;
        for way in ways(wanted) {
            match self.walk(&way) {
                Found::Nothing => {}
                found @ Found::Text(_) => return found,
                Found::Unknown(text) => unknown = Some(text.or(unknown.flatten())),
            }
        }
        unknown.map_or(Found::Nothing, Found::Unknown)
    }
}

/// The same texts as those that are wanted in one way or another, by patterns that do not count and lengths.
fn ways(wanted: &Wanted) -> Vec<Wanted> {
    let mut first = Wanted { min: wanted.min, max: wanted.max, excluded: wanted.excluded.clone(), ..Wanted::default() };
    for pattern in &wanted.matching {
        match counted(pattern) {
            None => first.matching.extend([pattern.clone()]),
            Some(Counted { pattern, min, max }) => {
                first.matching.insert(pattern);
                first.lengthen(min.into());
                if let Some(max) = max {
                    first.shorten(max.into());
                }
            }
        }
    }
    let mut ways = vec![first];
    for (number, missed) in wanted.not_matching.iter().enumerate() {
        match counted(missed).filter(|_| number < MAX_MISSED) {
            None => ways.iter_mut().for_each(|way| way.not_matching.extend([missed.clone()])),
            Some(counted) => ways = ways.iter().flat_map(|way| missing(way, &counted)).collect(),
        }
    }
    ways
}

/// The ways to miss a pattern: a text is shorter, longer, or has another character.
fn missing(wanted: &Wanted, counted: &Counted) -> Vec<Wanted> {
    let mut ways = Vec::new();
    if let Some(most) = counted.min.checked_sub(1) {
        let mut shorter = wanted.clone();
        shorter.shorten(most.into());
        ways.push(shorter);
    }
    if let Some(max) = counted.max {
        let mut longer = wanted.clone();
        longer.lengthen(u64::from(max) + 1);
        ways.push(longer);
    }
    let mut other = wanted.clone();
    other.not_matching.insert(counted.pattern.clone());
    ways.push(other);
    ways
}

fn counted(pattern: &str) -> Option<Counted> {
    let counted = Pattern::new(pattern).ok()?.counted()?.clone();
    (counted.min > MAX_COUNT || counted.max.is_some_and(|max| max > MAX_COUNT)).then_some(counted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(matching: &[&str], not_matching: &[&str], min: u64, max: Option<u64>) -> Found {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let wanted =
            Wanted { matching: texts(matching), not_matching: texts(not_matching), min, max, ..Wanted::default() };
        Automata::default().find(&wanted)
    }

    #[test]
    fn a_number_of_any_characters_is_a_length() {
        assert_eq!(find(&["^[^]{0,500}$"], &[], 501, None), Found::Nothing);
        assert_eq!(find(&[], &["^[^]{0,500}$"], 0, Some(500)), Found::Nothing);
        assert_eq!(find(&["^(?:.|[\\n\\r])*$"], &["^[^]{0,50000}$"], 0, Some(50_000)), Found::Nothing);
        assert_eq!(find(&[], &["^.{0,500}$"], 0, Some(500)), Found::Text("\n".to_owned()));
        assert_eq!(find(&["^[^]{0,500}$"], &["^[^]{0,499}$"], 0, None), Found::Text("a".repeat(500)));
    }

    #[test]
    fn a_number_of_some_characters_is_a_pattern_and_a_length() {
        assert_eq!(find(&["^[a-c]{40,80}$"], &["^([a-d]){40,90}$"], 0, None), Found::Nothing);
        assert_eq!(find(&["^[a-c]{40,80}$"], &["^[a-c]{41,80}$"], 0, None), Found::Text("a".repeat(40)));
        assert_eq!(find(&["^[b-c]{1,2000}$"], &["^[b-c]{1,1999}$"], 0, None), Found::Text("b".repeat(2_000)));
        assert_eq!(find(&["^b"], &["^[^]{1,64}$", "^[^]{60,90}$"], 0, Some(90)), Found::Nothing);
    }
}
