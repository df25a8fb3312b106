//! Patterns and texts at random, judged by this crate and by a JavaScript engine (Node), which is what ECMA-262 means.
//!
//! `PATTERN_SEED` and `PATTERN_COUNT` hunt further: the count is of patterns, of which each is tried with twelve texts. Without
//! `node` nothing is compared, but on CI that is an error.

#![cfg(feature = "pattern")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "it is a test")]

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

use fancy_regex::Regex;
use fastrand::Rng;
use serde_json::{Value, json};
use thoth_messaging_documents::pattern::{Counted, Pattern};

const TEXTS: usize = 12;

/// What differs from text to text and from engine to engine.
const LETTERS: [&str; 24] = [
    "a", "b", "c", "A", "0", "1", "9", "_", "-", " ", "\t", "\n", "\r", "\u{2028}", "\u{2029}", "\u{85}", "\u{feff}",
    "é", "ß", "٣", "\u{212a}", "😀", "Ω", "\0",
];

/// Atoms that are patterns with the flag `u`.
const ATOMS: [&str; 44] = [
    ".",
    ".",
    "a",
    "b",
    "c",
    "é",
    "😀",
    "1",
    "-",
    " ",
    "_",
    "\\d",
    "\\D",
    "\\w",
    "\\W",
    "\\s",
    "\\S",
    "[^]",
    "[]",
    "\\0",
    "\\t",
    "\\n",
    "\\cJ",
    "\\x41",
    "\\u0061",
    "\\u{1F600}",
    "\\uD83D\\uDE00",
    "\\uD83D",
    "[\\b]",
    "\\/",
    "\\.",
    "\\p{L}",
    "\\P{Lu}",
    "\\p{Nd}",
    "\\p{sc=Greek}",
    "\\p{ASCII}",
    "[a-c]",
    "[^a-c\\n]",
    "[\\w.-]",
    "[&&a]",
    "[\\D]",
    "[\\W\\d]",
    "[\\S😀]",
    "[^\\u2028\\r]",
];

/// What is none, or none with the flag `u`, or stands where it should not.
const ODD: [&str; 40] = [
    "\\A",
    "\\z",
    "\\pL",
    "(?P<n>a)",
    "(?i)",
    "(?s:.)",
    "++",
    "{2}",
    "{,2}",
    "{",
    "}",
    "]",
    "[",
    "(",
    ")",
    "\\-",
    "\\_",
    "\\é",
    "\\a",
    "\\x4",
    "\\u12",
    "\\u{110000}",
    "\\1",
    "\\2",
    "\\k<n>",
    "\\k",
    "(?<n>a)",
    "[\\w-a]",
    "[b-a]",
    "[a-",
    "\\c",
    "\\01",
    "*",
    "a{2,1}",
    "\\p{lu}",
    "\\p{Foo}",
    "(?>a)",
    "[\\A]",
    "(?=a)*",
    "^*",
];

const TIMES: [&str; 12] = ["*", "+", "?", "*?", "+?", "??", "{0}", "{1}", "{2}", "{1,}", "{0,2}", "{1,2}?"];

struct Generator {
    random: Rng,
    groups: usize,
}

impl Generator {
    fn pattern(&mut self) -> String {
        self.groups = 0;
        let mut pattern = String::new();
        pattern.push_str(if self.random.u8(..3) > 0 { "^" } else { "" });
        self.alternation(&mut pattern, 3);
        pattern.push_str(if self.random.u8(..3) > 0 { "$" } else { "" });
        if self.random.u8(..8) == 0 {
            let mut at = self.random.usize(..=pattern.len());
            while !pattern.is_char_boundary(at) {
                at -= 1;
            }
            pattern.insert_str(at, self.random.choice(ODD).unwrap());
        }
        pattern
    }

    fn alternation(&mut self, out: &mut String, depth: usize) {
        self.concat(out, depth);
        while self.random.u8(..5) == 0 {
            out.push('|');
            self.concat(out, depth);
        }
    }

    fn concat(&mut self, out: &mut String, depth: usize) {
        for _ in 0..self.random.usize(..4) {
            self.term(out, depth);
        }
    }

    fn term(&mut self, out: &mut String, depth: usize) {
        match self.random.u8(..16) {
            0 => out.push_str(self.random.choice(["^", "$", "\\b", "\\B"]).unwrap()),
            1 if depth > 0 => {
                let sign = self.random.choice(["?=", "?!", "?<=", "?<!"]).unwrap();
                let _ = write!(out, "({sign}");
                self.alternation(out, depth - 1);
                out.push(')');
            }
            2 if self.groups > 0 => {
                let group = self.random.usize(1..=self.groups);
                let _ = write!(out, "(?:\\{group})");
                self.times(out);
            }
            3..=5 if depth > 0 => {
                if self.random.bool() {
                    self.groups += 1;
                    out.push('(');
                } else {
                    out.push_str("(?:");
                }
                self.alternation(out, depth - 1);
                out.push(')');
                self.times(out);
            }
            _ => {
                out.push_str(self.random.choice(ATOMS).unwrap());
                self.times(out);
            }
        }
    }

    fn times(&mut self, out: &mut String) {
        if self.random.u8(..3) == 0 {
            out.push_str(self.random.choice(TIMES).unwrap());
        }
    }

    fn text(&mut self) -> String {
        let few = [self.random.usize(..LETTERS.len()), self.random.usize(..LETTERS.len()), 0, 1];
        let length = self.random.usize(..6);
        (0..length).map(|_| LETTERS[*self.random.choice(&few).unwrap()]).collect()
    }
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().map_or(default, |text| text.parse().expect("a number"))
}

/// The answers of Node for each pattern; none where it is not at hand.
fn judged(cases: &[(String, Vec<String>)]) -> Option<Vec<Value>> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/node.js");
    let node = Command::new("node").arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut node = match node {
        Ok(node) => node,
        Err(error) => {
            assert!(std::env::var_os("CI").is_none(), "node does not start: {error}");
            return None;
        }
    };
    let lines: Vec<String> =
        cases.iter().map(|(pattern, texts)| json!({"pattern": pattern, "texts": texts}).to_string()).collect();
    let mut stdin = node.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(lines.join("\n").as_bytes()).unwrap());
    let output = node.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success());
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

#[test]
fn patterns_match_what_they_match_in_javascript() {
    let seed = setting("PATTERN_SEED", 14);
    let count = setting("PATTERN_COUNT", 1_000);
    let mut generator = Generator { random: Rng::with_seed(seed), groups: 0 };
    let mut case = || (generator.pattern(), (0..TEXTS).map(|_| generator.text()).collect::<Vec<_>>());
    let cases: Vec<(String, Vec<String>)> = (0..count).map(|_| case()).collect();
    let Some(judged) = judged(&cases) else { return };
    let (mut compared, mut left, mut differences) = (0_u64, 0, Vec::new());
    for ((pattern, texts), judged) in cases.iter().zip(&judged) {
        let own = Pattern::new(pattern).and_then(|own| own.compile().map(|engine| (own, engine)));
        let (own, engine) = match own {
            Ok(own) => own,
            Err(error) if is_documented(&error.to_string()) => {
                left += 1;
                continue;
            }
            Err(error) => {
                if judged["unicode"] == true {
                    differences.push(format!("`{pattern}` is a pattern: {error}"));
                }
                continue;
            }
        };
        if own.loose().is_none() != (judged["unicode"] == true) || judged.is_null() {
            differences.push(format!("`{pattern}` is {judged} there, and here {:?}", own.loose()));
            continue;
        }
        let others = Others::of(&own);
        for (text, expected) in texts.iter().zip(judged["matches"].as_array().unwrap()) {
            // Without the flag `u` a character beyond U+FFFF is two.
            if own.loose().is_some() && text.chars().any(|letter| letter > '\u{ffff}') {
                continue;
            }
            compared += 1;
            let matched = engine.is_match(text);
            if matched.as_ref().ok() != expected.as_bool().as_ref() {
                differences.push(format!("`{pattern}` on {text:?}: {expected} there, {matched:?} here"));
            }
            if expected.as_bool().is_none_or(|expected| !others.agree(text, expected)) {
                differences.push(format!("`{pattern}` on {text:?}: {expected} there, and not in {others:?}"));
            }
        }
    }
    println!("seed {seed}: {compared} pairs compared, {left} patterns of {count} not taken");
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
    assert!(compared > count * 6, "{compared}");
}

/// The same pattern for automata, and as one that does not count.
#[derive(Debug)]
struct Others {
    automaton: Option<Regex>,
    counted: Option<(Regex, Counted)>,
}

impl Others {
    fn of(own: &Pattern) -> Self {
        let counted = own.counted().map(|counted| (Regex::new(&counted.pattern).unwrap(), counted.clone()));
        // The engine of this test takes no boundaries of ASCII.
        let automaton = own.as_automaton().filter(|text| !text.contains("(?-u:"));
        Self { automaton: automaton.map(|text| Regex::new(text).unwrap()), counted }
    }

    fn agree(&self, text: &str, expected: bool) -> bool {
        let automaton = self.automaton.iter().map(|engine| engine.is_match(text).unwrap());
        let length = u32::try_from(text.chars().count()).unwrap();
        let counted = self.counted.iter().map(|(engine, Counted { min, max, .. })| {
            engine.is_match(text).unwrap() && *min <= length && max.is_none_or(|max| length <= max)
        });
        automaton.chain(counted).all(|matched| matched == expected)
    }
}

/// Returns whether a pattern is one of the few that are documented not to be taken.
fn is_documented(error: &str) -> bool {
    error.starts_with("a repetition may leave out group")
        || error.contains("which is referred to, is looked behind at")
        || error.starts_with("what is looked behind at has a condition before")
        || error.contains("Variable length lookbehinds with fancy features")
}
