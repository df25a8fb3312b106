//! Texts that match some patterns and not others, by walking the automata of all of them at once.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::util::primitives::StateID;
use regex_automata::util::start;
use regex_automata::{Anchored, util::syntax};
use thoth_messaging_documents::pattern::Pattern;

/// Bytes of an automaton; a pattern that needs more is not understood.
const MAX_SIZE: usize = 1 << 19;
/// Combined states that are looked at.
const MAX_STATES: usize = 40_000;
/// Steps of automata, and bytes of those that are made and kept, for one unit of work.
const STEPS: usize = 16;
const BYTES: usize = 32;
/// Texts that are guessed where a pattern is not understood.
const MAX_GUESSES: usize = 24;
/// Ways to a state that are followed for them.
const MAX_WAYS: u8 = 4;
/// Longer lengths are left out of the walk: first those that cost little, then those that may tell.
const FEW: u64 = 300;
const MANY: u64 = 5_000;

/// The texts that are looked for.
#[derive(Clone, Debug, Default)]
pub(super) struct Wanted {
    pub(super) matching: BTreeSet<String>,
    pub(super) not_matching: BTreeSet<String>,
    pub(super) min: u64,
    pub(super) max: Option<u64>,
    pub(super) excluded: BTreeSet<String>,
}

impl Wanted {
    /// No text is shorter.
    pub(super) fn lengthen(&mut self, min: u64) {
        self.min = self.min.max(min);
    }

    /// No text is longer.
    pub(super) fn shorten(&mut self, max: u64) {
        self.max = Some(self.max.map_or(max, |own| own.min(max)));
    }

    fn fits(&self, text: &str) -> bool {
        let length = text.chars().count() as u64;
        self.min <= length && self.max.is_none_or(|max| length <= max)
    }
}

/// The texts that there are.
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
pub(super) struct Automata {
    automata: HashMap<String, Option<Dfa>>,
    /// The work that was done, in units.
    work: usize,
}

impl Automata {
    /// The work since this was asked last.
    pub(super) fn take_work(&mut self) -> usize {
        std::mem::take(&mut self.work)
    }

    /// A shortest text that is wanted, where patterns count by the states of their automata.
    pub(super) fn walk(&mut self, wanted: &Wanted) -> Found {
        if wanted.max.is_some_and(|max| max < wanted.min) {
            return Found::Nothing;
        }
        // Of what is not understood, a pattern that refuses less will do to tell that there is no text.
        let wider: Vec<_> = wanted.matching.iter().map(|pattern| Relaxed::Wider.of(pattern)).collect();
        let is_wider = wider.iter().any(Option::is_some);
        let matching: Vec<String> =
            wider.into_iter().zip(&wanted.matching).map(|(wider, own)| wider.unwrap_or_else(|| own.clone())).collect();
        let known = self.known(matching.iter(), wanted.not_matching.iter());
        let all = 1 + wanted.matching.len() + wanted.not_matching.len();
        let is_understood = !is_wider && known.len() == all;
        let (found, work) = search(&known, wanted, is_understood);
        self.work += work;
        found
    }

    /// Texts that may be wanted, where look-around or a back-reference is in the way: what such a pattern says without it,
    /// and with what it looks for.
    pub(super) fn guess(&mut self, wanted: &Wanted) -> Vec<String> {
        let mut guesses = Vec::new();
        for way in Relaxed::GUESSED {
            let understood = |pattern: &&String| way.of(pattern).is_none();
            let matching = wanted.matching.iter().map(|pattern| way.of(pattern).unwrap_or_else(|| pattern.clone()));
            // What refuses by what it looks for is met by a text with that.
            let sought = wanted.not_matching.iter().filter_map(|pattern| way.of(pattern));
            let matching: Vec<String> = matching.chain(sought).collect();
            let known = self.known(matching.iter(), wanted.not_matching.iter().filter(understood));
            let mut walk = Walk::new(known, wanted, &matching.concat(), FEW);
            if let Ended::Texts(texts) = walk.run(MAX_GUESSES, MAX_WAYS) {
                guesses.extend(texts.into_iter().map(|text| padded(text, wanted.min)));
            }
            self.work += walk.work;
        }
        guesses
    }

    /// The automata of patterns that have to match and that have not to, as far as they are understood; the first is of all texts.
    fn known<'p>(
        &mut self,
        matching: impl Iterator<Item = &'p String>,
        not_matching: impl Iterator<Item = &'p String>,
    ) -> Vec<(&Dfa, bool)> {
        let keys = std::iter::once((key(""), true));
        let keys = keys.chain(matching.map(|pattern| (key(pattern), true)));
        let keys: Vec<_> = keys.chain(not_matching.map(|pattern| (key(pattern), false))).collect();
        for (key, _) in &keys {
            if !self.automata.contains_key(key) {
                let automaton = build(key);
                self.work += automaton.as_ref().map_or(MAX_SIZE, regex_automata::dfa::dense::DFA::memory_usage) / BYTES;
                self.automata.insert(key.clone(), automaton);
            }
        }
        keys.iter().filter_map(|(key, wanted)| Some((self.automata.get(key)?.as_ref()?, *wanted))).collect()
    }
}

/// A shortest text for automata, which are of all patterns where all are understood; and the work.
fn search(automata: &[(&Dfa, bool)], wanted: &Wanted, is_understood: bool) -> (Found, usize) {
    let (mut guess, mut work) = (None, 0);
    for most in [FEW, MANY] {
        let mut walk = Walk::new(automata.to_vec(), wanted, "", most);
        let ended = walk.run(1, 1);
        work += walk.work;
        match ended {
            // What was left out would only have refused more.
            Ended::Nothing => return (Found::Nothing, work),
            Ended::Texts(mut texts) => guess = texts.pop().or(guess),
            Ended::TooLong => {}
        }
        if let Some(text) = guess.take_if(|text| is_understood && wanted.fits(text)) {
            return (Found::Text(text), work);
        }
        if wanted.min.max(wanted.max.unwrap_or(0)) <= most {
            break;
        }
    }
    (Found::Unknown(guess.map(|text| padded(text, wanted.min))), work)
}

/// Another pattern in the place of one with look-around or back-references, which no automaton has.
#[derive(Clone, Copy)]
enum Relaxed {
    /// What is looked for stands there.
    Found,
    /// What is looked for is left out.
    Dropped,
    /// A pattern without look-around, with any text for a back-reference: it matches every text that the pattern matches.
    Wider,
}

impl Relaxed {
    const GUESSED: [Self; 3] = [Self::Found, Self::Dropped, Self::Wider];

    /// None of a pattern that has neither.
    fn of(self, pattern: &str) -> Option<String> {
        let mut relaxed = String::new();
        // The groups that are open: where each starts in the result, its number, and whether it is left out.
        let mut open: Vec<(usize, Option<usize>, bool)> = Vec::new();
        let mut groups: Vec<String> = Vec::new();
        let (mut rest, mut is_changed, mut in_class) = (pattern, false, false);
        while let Some(letter) = rest.chars().next() {
            let look = ["(?=", "(?!", "(?<=", "(?<!"].into_iter().find(|look| !in_class && rest.starts_with(look));
            let length = match letter {
                '\\' => 1 + rest.chars().nth(1).map_or(0, char::len_utf8),
                _ => look.map_or(letter.len_utf8(), str::len),
            };
            let (token, after) = rest.split_at(length);
            rest = after;
            let group = token.strip_prefix('\\').and_then(|digits| digits.parse::<usize>().ok()).filter(|_| !in_class);
            if let Some(number) = group.filter(|number| *number > 0) {
                is_changed = true;
                // With another digit it is the number of another group.
                if rest.starts_with(|next: char| next.is_ascii_digit()) {
                    return None;
                }
                let end = if matches!(self, Self::Wider) { ")?)" } else { "))" };
                relaxed.push_str(&["(?:(?:", groups.get(number - 1)?, end].concat());
            } else if look.is_some() {
                is_changed = true;
                open.push((relaxed.len(), None, !matches!(self, Self::Found)));
                relaxed.push_str("(?:");
            } else if token == "(" && !in_class {
                let is_captured = !rest.starts_with('?') || rest.starts_with("?<");
                let number = is_captured.then_some(groups.len());
                groups.extend(number.map(|_| String::new()));
                open.push((relaxed.len(), number, false));
                relaxed.push('(');
            } else if token == ")" && !in_class {
                let (start, number, is_dropped) = open.pop()?;
                relaxed.push(')');
                if let Some(group) = number.and_then(|number| groups.get_mut(number)) {
                    relaxed[start..].clone_into(group);
                }
                if is_dropped {
                    relaxed.truncate(start);
                }
            } else {
                in_class = token == "[" || in_class && token != "]";
                relaxed.push_str(token);
            }
        }
        // One whose back-references can be written out is understood.
        is_changed.then_some(relaxed).filter(|_| key(pattern).is_empty())
    }
}

fn padded(mut text: String, min: u64) -> String {
    let missing = usize::try_from(min).unwrap_or(0).saturating_sub(text.chars().count());
    text.extend(std::iter::repeat_n('a', missing.min(100_000)));
    text
}

/// A pattern of whole texts, as those that it matches somewhere.
fn key(pattern: &str) -> String {
    let translated = || Pattern::new(pattern).ok()?.as_automaton().map(str::to_owned);
    translated().map_or_else(String::new, |rust| format!("\\A[\\s\\S]*(?:{rust})[\\s\\S]*\\z"))
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
    /// The shortest first.
    Texts(Vec<String>),
    TooLong,
}

/// Texts that are excluded one by one, by their bytes: where each byte leads from a node, and whether a text ends there.
struct Trie {
    next: Vec<BTreeMap<u8, usize>>,
    is_end: Vec<bool>,
}

impl Trie {
    fn of(texts: &BTreeSet<String>) -> Self {
        let mut trie = Self { next: vec![BTreeMap::new()], is_end: vec![false] };
        for text in texts {
            let mut node = 0;
            for byte in text.bytes() {
                let fresh = trie.next.len();
                node = *trie.next[node].entry(byte).or_insert(fresh);
                if node == fresh {
                    trie.next.push(BTreeMap::new());
                    trie.is_end.push(false);
                }
            }
            trie.is_end[node] = true;
        }
        trie
    }
}

/// The states of all automata after some text, where it is in the texts that are excluded, and how many characters it has, as
/// far as that matters.
type Key = (Vec<StateID>, Option<usize>, u64);

struct Walk<'a> {
    automata: Vec<(&'a Dfa, bool)>,
    excluded: Trie,
    bytes: Vec<u8>,
    min: u64,
    max: Option<u64>,
    work: usize,
}

impl<'a> Walk<'a> {
    /// The letters are told apart from all others.
    fn new(automata: Vec<(&'a Dfa, bool)>, wanted: &Wanted, letters: &str, most: u64) -> Self {
        let letters = letters.bytes().filter(u8::is_ascii_alphanumeric);
        let own: BTreeSet<u8> = wanted.excluded.iter().flat_map(|text| text.bytes()).chain(letters).collect();
        let bytes = representatives(&automata, &own);
        let (min, max) = (wanted.min, wanted.max.filter(|max| *max <= most));
        let excluded = Trie::of(&wanted.excluded);
        Self { automata, excluded, bytes, min: if min <= most { min } else { 0 }, max, work: 0 }
    }

    /// Shortest texts, as many as are asked for, by as many ways to each state.
    fn run(&mut self, count: usize, ways: u8) -> Ended {
        let anchored = start::Config::new().anchored(Anchored::Yes);
        let starts = self.automata.iter().map(|(dfa, _)| dfa.start_state(&anchored).ok()).collect::<Option<Vec<_>>>();
        let Some(starts) = starts else { return Ended::TooLong };
        let start: Key = (starts, Some(0), 0);
        let mut reached: Vec<(Key, Option<(usize, u8)>)> = vec![(start.clone(), None)];
        let mut known: HashMap<Key, u8> = HashMap::from([(start, ways)]);
        let mut open = VecDeque::from([0]);
        let mut texts = Vec::new();
        while let Some(number) = open.pop_front() {
            let key = reached[number].0.clone();
            self.work += 1 + self.bytes.len() * self.automata.len() / STEPS;
            if key.2 >= self.min && self.accepts(&key) {
                texts.push(spell(&reached, number));
                if texts.len() >= count {
                    return Ended::Texts(texts);
                }
            }
            for byte in &self.bytes {
                let Some(next) = self.step(&key, *byte) else { continue };
                let taken = known.entry(next.clone()).or_default();
                if *taken < ways {
                    *taken += 1;
                    reached.push((next, Some((number, *byte))));
                    open.push_back(reached.len() - 1);
                }
            }
            if reached.len() > MAX_STATES {
                return if texts.is_empty() { Ended::TooLong } else { Ended::Texts(texts) };
            }
        }
        if texts.is_empty() { Ended::Nothing } else { Ended::Texts(texts) }
    }

    fn accepts(&self, (states, node, _): &Key) -> bool {
        let matched = |dfa: &Dfa, state: StateID| dfa.is_match_state(dfa.next_eoi_state(state));
        !node.is_some_and(|node| self.excluded.is_end[node])
            && self.automata.iter().zip(states).all(|((dfa, wanted), state)| matched(dfa, *state) == *wanted)
    }

    fn step(&self, (states, node, count): &Key, byte: u8) -> Option<Key> {
        let is_start = byte & 0xC0 != 0x80;
        let most = self.max.map_or(self.min, |max| max + 1);
        let count = if is_start { (count + 1).min(most) } else { *count };
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
        let node = node.and_then(|node| self.excluded.next[node].get(&byte).copied());
        Some((next, node, count))
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

/// One byte for all that no automaton tells apart, the nicest first; some are told apart anyway.
fn representatives(automata: &[(&Dfa, bool)], own: &BTreeSet<u8>) -> Vec<u8> {
    let nice = (b'a'..=b'z').chain(b'0'..=b'9').chain(b'A'..=b'Z').chain(b' '..=b'~').chain(0..=u8::MAX);
    let mut seen = BTreeSet::new();
    let class = |byte: u8| -> (bool, Option<u8>, Vec<u8>) {
        let classes = automata.iter().map(|(dfa, _)| dfa.byte_classes().get(byte)).collect();
        // Whether a byte starts a character is told apart, too.
        (byte & 0xC0 == 0x80, own.get(&byte).copied(), classes)
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
    fn guesses_texts_where_it_does_not_know() {
        let guess = |matching: &[&str], not_matching: &[&str]| {
            let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
            let (matching, not_matching) = (texts(matching), texts(not_matching));
            Automata::default().guess(&Wanted { matching, not_matching, ..Wanted::default() })
        };
        assert!(guess(&["^.*$"], &["^(?!foo).*$"]).contains(&"foo".to_owned()));
        assert!(guess(&["^(?=b)[a-z]$"], &[]).iter().any(|text| text.len() == 1));
        assert!(guess(&["^(a|b)\\1$"], &[]).contains(&"bb".to_owned()));
        assert!(guess(&["^[ab]{2}$"], &["^(a|b)\\1$"]).contains(&"ab".to_owned()));
        assert_eq!(Relaxed::Found.of("[(?=a)]\\("), None);
    }

    #[test]
    fn excludes_thousands_of_texts() {
        let excluded = (0..1_999).map(|number| format!("a{number:04}")).collect();
        let wanted = Wanted { matching: BTreeSet::from(["^a[01][0-9]{3}$".to_owned()]), excluded, ..Wanted::default() };
        assert_eq!(Automata::default().find(&wanted), Found::Text("a1999".to_owned()));
    }

    #[test]
    fn does_not_know_what_looks_ahead() {
        check(&["^(?=b)[a-z]$"], &[], (0, None), &Found::Unknown(Some("b".to_owned())));
    }
}
