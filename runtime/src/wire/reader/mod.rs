//! The one reader: a cursor over the text of a payload.
//!
//! It accepts the texts that are JSON, as `serde_json` does, but for members that stand twice in an object. What it reads it
//! gives as it stands: strings borrowed where they have no escape, numbers as their digits. It can go back, so that nothing
//! is kept to be read again.

mod eight;
mod number;
pub(crate) mod scan;
mod skip;
mod string;
#[cfg(test)]
mod tests;
mod wide;

use std::borrow::Cow;

use super::{Codec, Error, Numbers};
pub(super) use number::Number;
use scan::{space, starts_with};

/// The levels that may be open, as in `serde_json`.
const MAX_LEVELS: usize = 127;

/// Values of unions in unions can be read in ever more ways: so much is read again to tell variants apart, in bytes,
const MIN_WORK: u64 = 2_000_000;
/// and so much more for each byte that there is.
const WORK_PER_BYTE: u64 = 1_000;
/// An attempt costs so much, however little it reads.
const WORK_PER_ATTEMPT: u64 = 8;

/// The text of a payload, and how far it is read. Between two calls it stands at the first byte of a value, or behind one.
#[derive(Debug)]
pub struct Reader<'t> {
    text: &'t str,
    at: usize,
    /// So many levels may still be opened.
    left: usize,
    /// The undeclared names of the objects that are open, the innermost last.
    names: Vec<Cow<'t, str>>,
    /// The floats that stand for longer numbers.
    numbers: Numbers,
    /// So much may still be read again.
    work: u64,
    /// The number of attempts that are being made, one within the other.
    attempts: usize,
}

/// A place in the text, to go back to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    at: usize,
    left: usize,
    names: usize,
}

/// The JSON type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Null,
    Boolean,
    Number,
    String,
    Array,
    Object,
    /// No value starts here.
    Nothing,
}

impl<'t> Reader<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let bytes = u64::try_from(text.len()).unwrap_or(u64::MAX);
        Self {
            text,
            at: 0,
            left: MAX_LEVELS,
            names: Vec::new(),
            numbers: Numbers::default(),
            work: bytes.saturating_mul(WORK_PER_BYTE).saturating_add(MIN_WORK),
            attempts: 0,
        }
    }

    /// Reads a text that is one value.
    pub(super) fn whole<C: Codec>(text: &'t str) -> Result<C::Value, Error> {
        let mut reader = Self::new(text);
        reader.space();
        let value = C::read(&mut reader)?;
        reader.end().map(|()| value)
    }

    /// Reads what may stand behind the value: nothing.
    pub(super) fn end(&mut self) -> Result<(), Error> {
        self.space();
        if self.at == self.text.len() { Ok(()) } else { Err(self.syntax()) }
    }

    #[inline]
    fn bytes(&self) -> &'t [u8] {
        self.text.as_bytes()
    }

    /// The byte at a place; 0 at the end, where nothing goes on.
    #[inline]
    fn byte(&self, at: usize) -> u8 {
        self.bytes().get(at).copied().unwrap_or(0)
    }

    /// The next byte.
    #[inline]
    pub(super) fn peek(&self) -> u8 {
        self.byte(self.at)
    }

    #[inline]
    pub(super) fn space(&mut self) {
        self.at = space(self.bytes(), self.at);
    }

    /// The JSON type of the value at hand.
    #[inline]
    pub(super) fn kind(&self) -> Kind {
        match self.peek() {
            b'"' => Kind::String,
            b'{' => Kind::Object,
            b'[' => Kind::Array,
            b'-' | b'0'..=b'9' => Kind::Number,
            b't' | b'f' => Kind::Boolean,
            b'n' => Kind::Null,
            _ => Kind::Nothing,
        }
    }

    /// The place of the value at hand.
    #[inline]
    pub(crate) fn offset(&self) -> usize {
        self.at
    }

    /// Returns what was read since a place.
    pub(super) fn since(&self, start: usize) -> &'t str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    #[cfg(feature = "dynamic")]
    /// Returns what is to be read.
    pub(super) fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(super) fn mark(&self) -> Mark {
        Mark { at: self.at, left: self.left, names: self.names.len() }
    }

    /// Goes back: what was read is to be read again.
    pub(super) fn back(&mut self, mark: Mark) {
        self.spend(u64::try_from(self.at.saturating_sub(mark.at)).unwrap_or(u64::MAX));
        self.at = mark.at;
        self.left = mark.left;
        self.names.truncate(mark.names);
    }

    fn spend(&mut self, work: u64) {
        self.work = self.work.saturating_sub(work);
    }

    /// The floats that stand for longer numbers.
    #[must_use]
    pub fn numbers(&self) -> &Numbers {
        &self.numbers
    }

    /// Returns whether a value is being read as a variant that may not be its own.
    pub(super) fn is_attempt(&self) -> bool {
        self.attempts > 0
    }

    /// Tries to read the value at hand in a way that may not be its own; stands before it again where it was refused.
    ///
    /// # Errors
    ///
    /// A value of which it can't be told.
    pub(super) fn attempt<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Error>) -> Result<Option<T>, Error> {
        if self.work == 0 {
            let expected = "a value whose variants can be told apart in fewer steps";
            return Err(Error::limit(expected).or_at(self.at));
        }
        self.spend(WORK_PER_ATTEMPT);
        let mark = self.mark();
        self.attempts += 1;
        let outcome = read(self);
        self.attempts -= 1;
        match outcome {
            Ok(value) => Ok(Some(value)),
            Err(error) => {
                self.back(mark);
                if error.is_limit() { Err(error) } else { Ok(None) }
            }
        }
    }

    /// The error of a text that is no JSON.
    #[cold]
    pub(super) fn syntax(&self) -> Error {
        Error::syntax(self.at)
    }

    /// The error of a value of another type.
    #[cold]
    #[must_use]
    pub fn refused(&mut self, expected: &'static str) -> Error {
        self.refuse(|| Error::new("type", expected))
    }

    /// The error of the value at hand, unless that is no JSON. Of an attempt nobody reads what it says.
    #[cold]
    pub(super) fn refuse(&mut self, error: impl FnOnce() -> Error) -> Error {
        if self.is_attempt() {
            return Error::new("type", "");
        }
        let mark = self.mark();
        match self.skip() {
            Err(error) if error.is_syntax() => error,
            _ => error().or_at(mark.at),
        }
    }

    /// Reads exactly these bytes.
    #[inline]
    fn literal(&mut self, literal: &str) -> Result<(), Error> {
        if self.bytes().get(self.at..).is_some_and(|rest| rest.starts_with(literal.as_bytes())) {
            self.at += literal.len();
            return Ok(());
        }
        Err(self.syntax())
    }

    /// Reads `null`.
    pub(super) fn null(&mut self) -> Result<(), Error> {
        if self.peek() == b'n' { self.literal("null") } else { Err(self.refused("null")) }
    }

    /// Reads `true` or `false`.
    #[inline]
    pub(super) fn boolean(&mut self) -> Result<bool, Error> {
        match self.peek() {
            b't' => self.literal("true").map(|()| true),
            b'f' => self.literal("false").map(|()| false),
            _ => Err(self.refused("a boolean")),
        }
    }

    /// Reads what opens an array: whether there is an item.
    #[inline]
    pub(super) fn array(&mut self) -> Result<bool, Error> {
        if self.peek() == b'[' { self.open(b']') } else { Err(self.refused("an array")) }
    }

    /// Reads what stands behind an item: whether there is another one.
    #[inline]
    pub(super) fn next_item(&mut self) -> Result<bool, Error> {
        self.more(b']')
    }

    /// Reads what opens an object: whether there is a member.
    #[inline]
    pub(super) fn object(&mut self) -> Result<bool, Error> {
        if self.peek() == b'{' { self.open(b'}') } else { Err(self.refused("an object")) }
    }

    /// Reads what stands behind a member: whether there is another one.
    #[inline]
    pub(super) fn next_member(&mut self) -> Result<bool, Error> {
        self.more(b'}')
    }

    #[inline]
    fn open(&mut self, close: u8) -> Result<bool, Error> {
        let Some(left) = self.left.checked_sub(1) else { return Err(self.too_deep()) };
        self.left = left;
        self.at += 1;
        self.space();
        let is_empty = self.peek() == close;
        if is_empty {
            self.close();
        }
        Ok(!is_empty)
    }

    #[inline]
    fn more(&mut self, close: u8) -> Result<bool, Error> {
        self.space();
        let next = self.peek();
        if next == b',' {
            self.at += 1;
            self.space();
            return Ok(true);
        }
        if next == close {
            self.close();
            return Ok(false);
        }
        Err(self.syntax())
    }

    #[inline]
    fn close(&mut self) {
        self.at += 1;
        self.left += 1;
    }

    #[cold]
    fn too_deep(&self) -> Error {
        Error::limit(format!("at most {MAX_LEVELS} levels of nesting")).or_at(self.at)
    }

    /// Reads a member name, and the colon behind it.
    pub(super) fn name(&mut self) -> Result<Cow<'t, str>, Error> {
        if self.peek() != b'"' {
            return Err(self.syntax());
        }
        let name = self.string()?;
        self.colon()?;
        Ok(name)
    }

    /// Reads a member name where it is this one, given with its quotes and the colon, which has nothing to escape.
    #[inline]
    pub(super) fn take(&mut self, quoted: &str) -> bool {
        let is_it = self.bytes().get(self.at..).is_some_and(|rest| starts_with(rest, quoted.as_bytes()));
        if is_it {
            self.at += quoted.len();
            self.space();
        }
        is_it
    }

    #[inline]
    fn colon(&mut self) -> Result<(), Error> {
        self.space();
        if self.peek() != b':' {
            return Err(self.syntax());
        }
        self.at += 1;
        self.space();
        Ok(())
    }

    /// The number of undeclared names that were noted.
    pub(super) fn noted(&self) -> usize {
        self.names.len()
    }

    /// Notes an undeclared name, for none may stand in an object twice.
    pub(super) fn note(&mut self, name: Cow<'t, str>) {
        self.names.push(name);
    }

    /// Forgets the names since the first of an object; an error where one is there twice.
    #[inline]
    pub(super) fn forget(&mut self, first: usize) -> Result<(), Error> {
        if self.names.len() == first { Ok(()) } else { self.forget_some(first) }
    }

    fn forget_some(&mut self, first: usize) -> Result<(), Error> {
        /// So many names are compared with each other faster than they are ordered.
        const FEW: usize = 8;
        let names = self.names.get_mut(first..).unwrap_or_default();
        let twice = if names.len() <= FEW {
            names.iter().enumerate().any(|(index, name)| names[..index].contains(name))
        } else {
            names.sort_unstable();
            names.windows(2).any(|pair| pair[0] == pair[1])
        };
        self.names.truncate(first);
        // Behind the object, its place is the innermost.
        if twice { Err(duplicate(self.at)) } else { Ok(()) }
    }
}

/// The error of an object, which stands at an offset, with a member that was there before.
#[cold]
pub(super) fn duplicate(offset: usize) -> Error {
    Error::new("duplicate", "each member name once").or_at(offset)
}
