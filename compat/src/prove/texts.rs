//! Texts that match some patterns and not others, by walking the automata of all of them at once.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};

use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::util::primitives::StateID;
use regex_automata::util::start;
use regex_automata::{Anchored, util::syntax};
use thoth_messaging_documents::pattern::Pattern;

/// Bytes of an automaton; a pattern that needs more is not understood.
const MAX_SIZE: usize = 1 << 19;
/// Combined states that are looked at.
const MAX_STATES: usize = 4_000;
/// Longer lengths are left out of the walk.
const MAX_LENGTH: u64 = 300;

/// What texts are looked for.
#[derive(Clone, Debug, Default)]
pub(super) struct Wanted {
    pub(super) matching: BTreeSet<String>,
    pub(super) not_matching: BTreeSet<String>,
    pub(super) min: u64,
    pub(super) max: Option<u64>,
    pub(super) excluded: BTreeSet<String>,
}

/// What there is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    Nothing,
    Text(String),
    /// A pattern is not understood, or the walk was too long. The text is a guess.
    Unknown(Option<String>),
}

type Dfa = dense::DFA<Vec<u32>>;

/// The automata of patterns, each made once.
#[derive(Default)]
pub(super) struct Automata(HashMap<String, Option<Dfa>>);

impl Automata {
    /// A shortest text that is wanted.
    pub(super) fn find(&mut self, wanted: &Wanted) -> Found {
        if wanted.max.is_some_and(|max| max < wanted.min) {
            return Found::Nothing;
        }
        let excluded: Vec<String> = wanted.excluded.iter().map(|text| format!("\\A{}\\z", escape(text))).collect();
        let mut automata = vec![(key("", false), true)];
        automata.extend(wanted.matching.iter().map(|pattern| (key(pattern, false), true)));
        automata.extend(wanted.not_matching.iter().map(|pattern| (key(pattern, false), false)));
        automata.extend((!excluded.is_empty()).then(|| (key(&excluded.join("|"), true), false)));
        for (key, _) in &automata {
            if !self.0.contains_key(key) {
                self.0.insert(key.clone(), build(key));
            }
        }
        let all = automata.len();
        let known: Vec<(&Dfa, bool)> =
            automata.iter().filter_map(|(key, wanted)| Some((self.0.get(key)?.as_ref()?, *wanted))).collect();
        let is_exact = known.len() == all && wanted.min <= MAX_LENGTH && wanted.max.is_none_or(|max| max <= MAX_LENGTH);
        match Walk::new(known, wanted).run() {
            // What was left out would only have refused more.
            Ended::Nothing => Found::Nothing,
            Ended::Text(text) if is_exact => Found::Text(text),
            Ended::Text(text) => Found::Unknown(Some(padded(text, wanted.min))),
            Ended::TooLong => Found::Unknown(None),
        }
    }
}

fn padded(mut text: String, min: u64) -> String {
    let missing = usize::try_from(min).unwrap_or(0).saturating_sub(text.chars().count());
    text.extend(std::iter::repeat_n('a', missing.min(100_000)));
    text
}

/// A pattern of whole texts, as those that it matches somewhere.
fn key(pattern: &str, is_rust: bool) -> String {
    let translated = || Pattern::new(pattern).ok()?.as_automaton().map(str::to_owned);
    let rust = if is_rust { Some(pattern.to_owned()) } else { translated() };
    rust.map_or_else(String::new, |rust| format!("\\A[\\s\\S]*(?:{rust})[\\s\\S]*\\z"))
}

fn escape(text: &str) -> String {
    text.chars().map(|letter| format!("\\x{{{:X}}}", u32::from(letter))).collect::<Vec<_>>().concat()
}

fn build(pattern: &str) -> Option<Dfa> {
    if pattern.is_empty() {
        return None;
    }
    let config = dense::Config::new()
        .start_kind(StartKind::Anchored)
        .dfa_size_limit(Some(MAX_SIZE))
        .determinize_size_limit(Some(MAX_SIZE * 2));
    let syntax = syntax::Config::new().nest_limit(100);
    dense::Builder::new().configure(config).syntax(syntax).build(pattern).ok()
}

enum Ended {
    Nothing,
    Text(String),
    TooLong,
}

/// The states of all automata after some text, and how many characters it has, as far as that matters.
type Key = (Vec<StateID>, u64);

struct Walk<'a> {
    automata: Vec<(&'a Dfa, bool)>,
    bytes: Vec<u8>,
    min: u64,
    max: Option<u64>,
}

impl<'a> Walk<'a> {
    fn new(automata: Vec<(&'a Dfa, bool)>, wanted: &Wanted) -> Self {
        let bytes = representatives(&automata);
        let (min, max) = (wanted.min, wanted.max.filter(|max| *max <= MAX_LENGTH));
        Self { automata, bytes, min: if min <= MAX_LENGTH { min } else { 0 }, max }
    }

    fn run(&self) -> Ended {
        let anchored = start::Config::new().anchored(Anchored::Yes);
        let starts = self.automata.iter().map(|(dfa, _)| dfa.start_state(&anchored).ok()).collect::<Option<Vec<_>>>();
        let Some(starts) = starts else { return Ended::TooLong };
        let mut reached: Vec<(Key, Option<(usize, u8)>)> = vec![((starts.clone(), 0), None)];
        let mut known: HashSet<Key> = HashSet::from([(starts, 0)]);
        let mut open = VecDeque::from([0]);
        while let Some(number) = open.pop_front() {
            let (states, count) = reached[number].0.clone();
            if count >= self.min && self.accepts(&states) {
                return Ended::Text(spell(&reached, number));
            }
            for byte in &self.bytes {
                let Some(next) = self.step(&states, count, *byte) else { continue };
                if known.insert(next.clone()) {
                    reached.push((next, Some((number, *byte))));
                    open.push_back(reached.len() - 1);
                }
            }
            if reached.len() > MAX_STATES {
                return Ended::TooLong;
            }
        }
        Ended::Nothing
    }

    fn accepts(&self, states: &[StateID]) -> bool {
        let matched = |dfa: &Dfa, state: StateID| dfa.is_match_state(dfa.next_eoi_state(state));
        self.automata.iter().zip(states).all(|((dfa, wanted), state)| matched(dfa, *state) == *wanted)
    }

    fn step(&self, states: &[StateID], count: u64, byte: u8) -> Option<Key> {
        let is_start = byte & 0xC0 != 0x80;
        let most = self.max.map_or(self.min, |max| max + 1);
        let count = if is_start { (count + 1).min(most) } else { count };
        if self.max.is_some_and(|max| count > max) {
            return None;
        }
        let mut next = Vec::with_capacity(states.len());
        for ((dfa, wanted), state) in self.automata.iter().zip(states) {
            let state = dfa.next_state(*state, byte);
            if *wanted && dfa.is_dead_state(state) {
                return None;
            }
            next.push(state);
        }
        Some((next, count))
    }
}

fn spell(reached: &[(Key, Option<(usize, u8)>)], end: usize) -> String {
    let mut bytes = Vec::new();
    let mut number = end;
    while let Some((before, byte)) = reached[number].1 {
        bytes.push(byte);
        number = before;
    }
    bytes.reverse();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// One byte for all that no automaton tells apart, the nicest first.
fn representatives(automata: &[(&Dfa, bool)]) -> Vec<u8> {
    let nice = (b'a'..=b'z').chain(b'0'..=b'9').chain(b'A'..=b'Z').chain(b' '..=b'~').chain(0..=u8::MAX);
    let mut seen = BTreeSet::new();
    let class = |byte: u8| -> (bool, Vec<u8>) {
        let classes = automata.iter().map(|(dfa, _)| dfa.byte_classes().get(byte)).collect();
        // Whether a byte starts a character is told apart, too.
        (byte & 0xC0 == 0x80, classes)
    };
    nice.filter(|byte| seen.insert(class(*byte))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(matching: &[&str], not_matching: &[&str], lengths: (u64, Option<u64>), expected: &Found) {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let (min, max) = lengths;
        let (matching, not_matching) = (texts(matching), texts(not_matching));
        let wanted = Wanted { matching, not_matching, min, max, excluded: texts(&["a"]) };
        assert_eq!(&Automata::default().find(&wanted), expected);
    }

    #[test]
    fn finds_a_text_that_one_pattern_has_and_another_has_not() {
        check(&["^[a-c]+$"], &["^[ab]+$"], (0, None), &Found::Text("c".to_owned()));
        check(&["^[a-c]+$"], &["^[ab]+$"], (3, None), &Found::Text("aac".to_owned()));
        check(&[], &[], (1, None), &Found::Text("b".to_owned()));
    }

    #[test]
    fn proves_that_a_pattern_holds_another() {
        check(&["^[0-9]{4}$"], &["^\\d+$"], (0, None), &Found::Nothing);
        check(&["^[0-9]{4}$"], &[], (0, Some(3)), &Found::Nothing);
        check(&["^a"], &["^."], (0, None), &Found::Nothing);
        check(&["^a?$"], &["^$"], (0, None), &Found::Nothing);
    }

    #[test]
    fn does_not_know_what_looks_ahead() {
        check(&["^(?=b)[a-z]$"], &[], (0, None), &Found::Unknown(Some(String::new())));
    }
}
