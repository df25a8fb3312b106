//! The reader beside `serde_json`: it accepts the same texts, but for members that stand twice, and reads the same.

#![allow(clippy::unwrap_used, reason = "that is how a test fails, its helpers included")]

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::Reader;
use crate::wire::{Codec, Error, Nearest, Writer};

/// Reads past a value.
struct Skipped;

impl Codec for Skipped {
    type Value = ();

    fn read(reader: &mut Reader<'_>) -> Result<(), Error> {
        reader.skip()
    }

    fn write((): &(), _: &mut Writer) -> Result<(), Error> {
        Ok(())
    }
}

/// JSON in which no object has a member twice, by `serde_json`.
struct Once;

impl<'de> Deserialize<'de> for Once {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for Once {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self, A::Error> {
        while items.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self, A::Error> {
        let mut names = BTreeSet::new();
        while let Some((name, _)) = members.next_entry::<String, Self>()? {
            if !names.insert(name) {
                return Err(A::Error::custom("twice"));
            }
        }
        Ok(self)
    }
}

/// Compares what both say of a text: whether it is accepted.
#[track_caller]
fn check(text: &str) -> bool {
    let skipped = Reader::whole::<Skipped>(text);
    let read = Reader::whole::<Nearest>(text);
    let expected = match serde_json::from_str::<Once>(text) {
        Ok(_) => Ok(serde_json::from_str::<Value>(text).unwrap()),
        // A number that is too large for a float is JSON.
        Err(error) if error.to_string().starts_with("number out of range") => return false,
        Err(error) => Err(error),
    };
    match expected {
        Ok(value) => {
            assert_eq!(read.ok(), Some(value), "{text:?}");
            assert!(skipped.is_ok(), "{text:?}");
            true
        }
        Err(error) => {
            let (read, skipped) = (read.err(), skipped.err());
            assert!(read.is_some() && skipped.is_some(), "{text:?}: {error}");
            let is_syntax = error.to_string() != "twice" && !error.to_string().starts_with("recursion limit");
            // A duplicate may be found before or after what is no JSON.
            assert!(
                !is_syntax || read.as_ref().is_some_and(|error| error.is_syntax() || error.keyword() == "duplicate")
            );
            false
        }
    }
}

/// Numbers that follow from a seed.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    fn choose<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }
}

const PARTS: [&str; 12] =
    ["a", "", "name", "ü€", "😀", "\\n", "\\\"", "\\u00fc", "\\ud83d\\ude00", "/", "long enough for a chunk", "\\\\"];
const SPACES: [&str; 7] = ["", "", "", " ", "\n", "\t\r", "          "];
const NUMBERS: [&str; 14] = [
    "0",
    "-0",
    "1",
    "-12",
    "1.5",
    "1e3",
    "-2.5E-7",
    "18446744073709551615",
    "9223372036854775808",
    "1e22",
    "0.1",
    "0.30000000000000004",
    "123456789012345678901234567890",
    "5e-324",
];

fn push_string(random: &mut Random, text: &mut String) {
    text.push('"');
    for _ in 0..random.below(4) {
        text.push_str(random.choose(&PARTS));
    }
    text.push('"');
}

fn push_value(random: &mut Random, text: &mut String, depth: usize) {
    text.push_str(random.choose(&SPACES));
    match random.below(if depth > 4 { 5 } else { 9 }) {
        0 => text.push_str(random.choose(&["true", "false", "null"])),
        1 | 2 => text.push_str(random.choose(&NUMBERS)),
        3 | 4 => push_string(random, text),
        kind => {
            let is_object = kind > 6;
            text.push(if is_object { '{' } else { '[' });
            for index in 0..random.below(12) {
                if index > 0 {
                    text.push(',');
                }
                text.push_str(random.choose(&SPACES));
                if is_object {
                    push_string(random, text);
                    text.push_str(random.choose(&SPACES));
                    text.push(':');
                }
                push_value(random, text, depth + 1);
            }
            text.push_str(random.choose(&SPACES));
            text.push(if is_object { '}' } else { ']' });
        }
    }
    text.push_str(random.choose(&SPACES));
}

/// A text with some characters left out, replaced or put in.
fn mutated(random: &mut Random, text: &str) -> String {
    const OTHERS: [&str; 24] = [
        "\"", "\\", "{", "}", "[", "]", ",", ":", "0", "1", ".", "e", "-", "+", "t", "n", " ", "\u{1}", "u", "\\u",
        "d800", "/", "ü", "\u{a0}",
    ];
    let mut characters: Vec<String> = text.chars().map(String::from).collect();
    for _ in 0..=random.below(3) {
        let at = random.below(characters.len() + 1);
        let other = random.choose(&OTHERS).to_owned();
        match random.below(3) {
            0 => characters.insert(at, other),
            1 if at < characters.len() => characters[at] = other,
            _ if at < characters.len() => drop(characters.remove(at)),
            _ => {}
        }
    }
    characters.concat()
}

#[test]
fn texts_at_random_are_accepted_as_serde_json_accepts_them() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let (mut accepted, mut refused) = (0, 0);
    for _ in 0..6_000 {
        let mut text = String::new();
        push_value(&mut random, &mut text, 0);
        for text in [mutated(&mut random, &text), mutated(&mut random, &text), text] {
            if check(&text) { accepted += 1 } else { refused += 1 }
        }
    }
    assert!(accepted > 3_000 && refused > 3_000, "{accepted} {refused}");
}

#[test]
fn texts_on_the_edge_are_accepted_as_serde_json_accepts_them() {
    for text in [
        "",
        " ",
        "nul",
        "nulll",
        "truefalse",
        "tru",
        "01",
        "-",
        "-a",
        "1.",
        ".1",
        "1e",
        "1e+",
        "+1",
        "1 2",
        "[1,]",
        "[,1]",
        "[1 2]",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}",
        "{\"a\" 1}",
        "[1}",
        "{\"a\":1]",
        "\"",
        "\"\\",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\ud800\"",
        "\"\\udc00\"",
        "\"\\ud800\\u0041\"",
        "\"\\ud800\\udc00\"",
        "\"\\ud800x\"",
        "\"a\nb\"",
        "\"\u{7f}\"",
        "\u{feff}1",
        "[1]\u{c}",
        "{\"a\":1,\"a\":2}",
        "{\"a\":1,\"\\u0061\":2}",
        "[{\"b\":[{\"c\":1,\"c\":1}]}]",
        "\"\\/\"",
    ] {
        check(text);
    }
    let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    assert!(check(&nested(127)) && !check(&nested(128)) && !check(&nested(100_000)));
    let members: Vec<String> = (0..40).map(|number| format!("\"{number}\":0")).collect();
    assert!(check(&format!("{{{}}}", members.join(","))));
    assert!(!check(&format!("{{{},\"7\":0}}", members.join(","))));
}

#[test]
fn a_number_that_is_too_large_for_a_float_is_json() {
    assert!(Reader::whole::<Skipped>("[1e400, -1e400]").is_ok());
    assert!(Reader::whole::<Nearest>("1e400").unwrap_err().is_limit());
}
