//! Payloads with numbers that a 64-bit float is not equal to: they are read from a tree that keeps these as text.
//!
//! Nearly no payload has one, and without floats it costs nothing to know. What is said of such a number is decided by its
//! text where it is read: integers, unions, validators. Checks of generated structs see the float. That is as good, unless
//! the float is the very limit, or what counts is divisibility; then the number is refused with the keyword `limit`.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use serde::de::IgnoredAny;

use super::Type;
use super::content::{Content, are_distinct};
use crate::decimal::Held;

/// The expectation of a number that its Rust type does not hold.
pub(super) const HELD: &str = "a number that a 64-bit float holds";

/// Every decimal of so many digits is the only one that its float is printed as.
const ALWAYS_HELD: usize = 15;

/// The levels that `serde_json` reads.
const MAX_LEVELS: usize = 127;

thread_local! {
    /// The number of floats that were read.
    static FLOATS: Cell<u64> = const { Cell::new(0) };

    /// The floats that stand for longer numbers in the payload at hand, by their bits.
    static ROUNDED: RefCell<Option<BTreeSet<u64>>> = const { RefCell::new(None) };
}

/// Reads a payload.
///
/// # Errors
///
/// The text is not JSON, or the type refuses it.
pub fn read_text<T: Type>(text: &str) -> Result<T, serde_json::Error> {
    let parse = || {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let value = T::read_value(&mut deserializer)?;
        deserializer.end().map(|()| value)
    };
    exactly(text, parse, |content| read_content(&content))
}

/// Parses a text; where a number in it is not equal to its float, what was made of it does not count, and it is read from a
/// tree.
pub(super) fn exactly<'p, T>(
    text: &'p str,
    parse: impl FnOnce() -> Result<T, serde_json::Error>,
    read: impl FnOnce(Content<'p>) -> Result<T, serde_json::Error>,
) -> Result<T, serde_json::Error> {
    let before = FLOATS.get();
    let parsed = parse();
    if parsed.is_ok() && FLOATS.get() == before {
        // Integers of 64 bits are exact.
        return parsed;
    }
    // Too large a number is an error of the parser.
    let content = if parsed.is_err() || may_be_inexact(text) { inexact(text) } else { None };
    content.map_or(parsed, read)
}

/// Notes that a float was read: it may be near to what was written.
pub(super) fn note_float() {
    FLOATS.set(FLOATS.get().wrapping_add(1));
}

/// Reads a value that is a tree.
///
/// # Errors
///
/// The type refuses it.
pub(super) fn read_content<T: Type>(content: &Content<'_>) -> Result<T, serde_json::Error> {
    struct Restore(Option<BTreeSet<u64>>);
    impl Drop for Restore {
        fn drop(&mut self) {
            ROUNDED.set(self.0.take());
        }
    }
    let _restore = Restore(ROUNDED.replace(Some(BTreeSet::new())));
    T::read_value(content)
}

/// Notes that a float stands for another number.
pub(super) fn note_rounded(float: f64) {
    ROUNDED.with_borrow_mut(|rounded| rounded.as_mut().map(|rounded| rounded.insert(float.to_bits())));
}

/// Returns whether a float stands for another number in the payload at hand.
pub(super) fn is_rounded(float: f64) -> bool {
    ROUNDED.with_borrow(|rounded| rounded.as_ref().is_some_and(|rounded| rounded.contains(&float.to_bits())))
}

/// Returns whether any float stands for another number in the payload at hand.
pub(super) fn is_any_rounded() -> bool {
    ROUNDED.with_borrow(|rounded| rounded.as_ref().is_some_and(|rounded| !rounded.is_empty()))
}

/// Returns whether the payload at hand is read from a tree.
#[cfg(feature = "dynamic")]
pub(super) fn is_tree() -> bool {
    ROUNDED.with_borrow(Option::is_some)
}

/// Returns whether a text may have a number that its float is not equal to, one beyond the largest float aside. Most texts
/// without one are known to have none by a quick look.
pub(crate) fn may_be_inexact(text: &str) -> bool {
    has_long_number(text.as_bytes()) || has_small_number(text.as_bytes())
}

/// A number of more than fifteen digits: every sixteenth byte is enough to find one.
fn has_long_number(bytes: &[u8]) -> bool {
    (ALWAYS_HELD..bytes.len()).step_by(ALWAYS_HELD + 1).any(|at| {
        let after = bytes[at..].iter().take_while(|byte| is_digit(**byte)).count();
        after > 0 && {
            let before = bytes[..at].iter().rev().take_while(|byte| is_digit(**byte)).count();
            before + after > ALWAYS_HELD && is_start(&bytes[..at - before])
        }
    })
}

/// A number like `1.23456789e-320`, which has fewer digits as a float.
fn has_small_number(bytes: &[u8]) -> bool {
    const WIDTH: usize = 32;
    let signs = bytes.get(1..).unwrap_or_default();
    let (letters, _) = bytes.as_chunks::<WIDTH>();
    let (chunks, rest) = signs.as_chunks::<WIDTH>();
    let last = signs.len() - rest.len();
    letters.iter().zip(chunks).enumerate().any(|(index, (letters, signs))| {
        // Without a branch in it, all of them are compared at once.
        let is_exponent = |(letter, sign): (&u8, &u8)| u8::from(letter | 0x20 == b'e') & u8::from(*sign == b'-');
        let near = letters.iter().zip(signs).fold(0, |found, pair| found | is_exponent(pair));
        near != 0 && (index * WIDTH..(index + 1) * WIDTH).any(|at| is_small(bytes, at))
    }) || (last..signs.len()).any(|at| is_small(bytes, at))
}

/// Returns whether an exponent of three digits stands at a place, behind a number.
fn is_small(bytes: &[u8], at: usize) -> bool {
    let (before, exponent) = bytes.split_at(at);
    matches!(exponent, [b'e' | b'E', b'-', digits @ ..] if digits.iter().take_while(|byte| byte.is_ascii_digit()).count() > 2)
        && {
            let digits = before.iter().rev().take_while(|byte| is_digit(**byte)).count();
            digits > 0 && is_start(&before[..before.len() - digits])
        }
}

fn is_digit(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'.')
}

/// Returns whether a number may start behind these bytes. Within a string most digits stand behind something else.
fn is_start(before: &[u8]) -> bool {
    let before = before.strip_suffix(b"-").unwrap_or(before);
    matches!(before.last(), None | Some(b':' | b',' | b'[' | b' ' | b'\t' | b'\n' | b'\r'))
}

/// A payload as a tree, where a number in it is not equal to its float: none where all are, and where it is not JSON.
pub(crate) fn inexact(text: &str) -> Option<Content<'_>> {
    let mut numbers = Numbers { text, at: 0 };
    if numbers.all(is_held) || serde_json::from_str::<IgnoredAny>(text).is_err() {
        return None;
    }
    let mut parser = Parser { text, at: 0, left: MAX_LEVELS };
    parser.value()
}

fn is_held(number: &str) -> bool {
    number.len() <= ALWAYS_HELD && !number.contains(['e', 'E']) || Held::of(number) == Held::Exactly
}

/// The length of a string with its quotes, at the start of a text.
fn string_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// The length of a number at the start of a text.
fn number_length(text: &str) -> usize {
    text.bytes().take_while(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'-' | b'+' | b'e' | b'E')).count()
}

/// The numbers in a text.
struct Numbers<'p> {
    text: &'p str,
    at: usize,
}

impl<'p> Iterator for Numbers<'p> {
    type Item = &'p str;

    fn next(&mut self) -> Option<&'p str> {
        loop {
            let rest = self.text.get(self.at..)?;
            match rest.as_bytes().first()? {
                b'"' => self.at += string_length(rest),
                b'-' | b'0'..=b'9' => {
                    let number = &rest[..number_length(rest)];
                    self.at += number.len();
                    return Some(number);
                }
                _ => self.at += 1,
            }
        }
    }
}

/// Reads a text that is JSON.
struct Parser<'p> {
    text: &'p str,
    at: usize,
    /// So many levels may still be opened.
    left: usize,
}

impl<'p> Parser<'p> {
    fn peek(&mut self) -> Option<u8> {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, length: usize) -> Option<&'p str> {
        let taken = self.text.get(self.at..self.at + length)?;
        self.at += length;
        Some(taken)
    }

    fn value(&mut self) -> Option<Content<'p>> {
        match self.peek()? {
            b'"' => self.string().map(Content::Text),
            b'{' => {
                let mut members = Vec::new();
                self.list(b'}', |parser| {
                    parser.peek()?;
                    let name = parser.string()?;
                    parser.peek()?;
                    parser.take(1)?;
                    members.push((name, parser.value()?));
                    Some(())
                })?;
                are_distinct(&members).then_some(Content::Members(members))
            }
            b'[' => {
                let mut items = Vec::new();
                self.list(b']', |parser| {
                    items.push(parser.value()?);
                    Some(())
                })?;
                Some(Content::Items(items))
            }
            b't' => self.take(4).map(|_| Content::Boolean(true)),
            b'f' => self.take(5).map(|_| Content::Boolean(false)),
            b'n' => self.take(4).map(|_| Content::Null),
            _ => self.number(),
        }
    }

    /// Reads what stands between brackets, with commas in between.
    fn list(&mut self, close: u8, mut item: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.left = self.left.checked_sub(1)?;
        self.take(1)?;
        while self.peek()? != close {
            item(self)?;
            if self.peek()? == b',' {
                self.take(1)?;
            }
        }
        self.left += 1;
        self.take(1).map(drop)
    }

    fn string(&mut self) -> Option<Cow<'p, str>> {
        let quoted = self.take(string_length(&self.text[self.at..]))?;
        if quoted.contains('\\') {
            return serde_json::from_str(quoted).ok().map(Cow::Owned);
        }
        quoted.get(1..quoted.len() - 1).map(Cow::Borrowed)
    }

    fn number(&mut self) -> Option<Content<'p>> {
        let text = self.take(number_length(&self.text[self.at..]))?;
        if let Ok(integer) = text.parse() {
            return Some(Content::Unsigned(integer));
        }
        match text.parse() {
            Ok(integer) if integer < 0 => Some(Content::Signed(integer)),
            _ if is_held(text) => text.parse().ok().map(Content::Float),
            _ => Some(Content::Number(Cow::Borrowed(text))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_no_float_prints_is_kept_as_text() {
        for number in [
            "9007199254740993.5",
            "0.30000000000000000001",
            "1.00000000000000000001",
            "1e400",
            "-1e-400",
            "1.23456789e-320",
            "18446744073709551616",
            "1.8446744073709551615e19",
        ] {
            for text in [number.to_owned(), format!("[\"1\\\"\", {{\"a\": {number}}}]")] {
                assert!(text.contains("e4") || may_be_inexact(&text), "{text}");
                let content = inexact(&text).unwrap();
                assert!(format!("{content:?}").contains(&format!("Number({number:?})")), "{content:?}");
            }
        }
    }

    #[test]
    fn what_is_exact_is_left_to_the_parser() {
        for text in [
            "[0.1, 1e22, -5, 18446744073709551615, -9223372036854775808, 0.30000000000000004, 1.0000000000000000000]",
            r#"{"id": "12345678901234567890123", "e-123": "1e-320", "\"9": 1}"#,
            "-0",
        ] {
            assert!(inexact(text).is_none(), "{text}");
        }
        assert!(!may_be_inexact(r#"{"at": "2026-11-29T02:00:00.123Z", "ratio": 0.125, "uuid-e-12": 1.5e-7}"#));
    }

    #[test]
    fn what_is_not_json_is_left_to_the_parser() {
        for text in
            ["[1e400", "[1e400]]", "{1e400}", "[1e400,]", "[01e400]", "{\"a\": 1e400, \"a\": 1}", "[\"\u{1}\", 1e400]"]
        {
            assert!(inexact(text).is_none(), "{text}");
        }
        let deep = |levels: usize| format!("{}1e400{}", "[".repeat(levels), "]".repeat(levels));
        assert!(inexact(&deep(127)).is_some() && inexact(&deep(128)).is_none() && inexact(&deep(100_000)).is_none());
    }
}
