//! Reading JSON from bytes, in place. What is not plain JSON stops it: the parser decides then.

use std::borrow::Cow;

use super::Stop;
use crate::wire::scan::{digits, hexadecimal, plain, space};

/// An integer part of so many digits is never too large for a 64-bit float, where there is no exponent.
const MAX_DIGITS: usize = 300;

/// A text in UTF-8, and how far it is read.
pub(super) struct Scanner<'p> {
    text: &'p str,
    bytes: &'p [u8],
    pub(super) at: usize,
}

/// A string, without its quotes.
pub(super) struct Text<'p> {
    pub(super) raw: &'p str,
    pub(super) escaped: bool,
}

impl<'p> Text<'p> {
    /// Returns what the string says.
    pub(super) fn value(&self) -> Result<Cow<'p, str>, Stop> {
        if !self.escaped {
            return Ok(Cow::Borrowed(self.raw));
        }
        serde_json::from_str(&format!("\"{}\"", self.raw)).map(Cow::Owned).map_err(|_| Stop::Unknown)
    }
}

impl<'p> Scanner<'p> {
    pub(super) fn new(text: &'p str) -> Self {
        Self { text, bytes: text.as_bytes(), at: 0 }
    }

    /// Returns what was read since a place.
    pub(super) fn since(&self, start: usize) -> &'p str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// The next byte; 0 at the end, where no value and no string goes on.
    #[inline]
    pub(super) fn peek(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or(0)
    }

    #[inline]
    pub(super) fn space(&mut self) {
        self.at = space(self.bytes, self.at);
    }

    pub(super) fn at_end(&mut self) -> bool {
        self.space();
        self.at == self.bytes.len()
    }

    /// Reads exactly these bytes, or nothing.
    #[inline]
    pub(super) fn take(&mut self, expected: &[u8]) -> bool {
        let found = self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(expected));
        if found {
            self.at += expected.len();
        }
        found
    }

    #[inline]
    pub(super) fn expect(&mut self, byte: u8) -> Result<(), Stop> {
        self.space();
        if self.peek() != byte {
            return Err(Stop::Unknown);
        }
        self.at += 1;
        Ok(())
    }

    /// Reads a comma, or what closes: whether it was the latter.
    #[inline]
    pub(super) fn closes(&mut self, close: u8) -> Result<bool, Stop> {
        self.space();
        let next = self.peek();
        if next != b',' && next != close {
            return Err(Stop::Unknown);
        }
        self.at += 1;
        Ok(next == close)
    }

    /// Reads what opens, and what closes where nothing is in between: whether it is empty.
    #[inline]
    pub(super) fn is_empty(&mut self, close: u8) -> bool {
        self.at += 1;
        self.space();
        let empty = self.peek() == close;
        self.at += usize::from(empty);
        empty
    }

    /// Reads a string.
    #[inline]
    pub(super) fn string(&mut self) -> Result<Text<'p>, Stop> {
        if self.peek() != b'"' {
            return Err(Stop::Unknown);
        }
        self.at += 1;
        let (start, mut escaped) = (self.at, false);
        loop {
            self.at = plain(self.bytes, self.at);
            match self.peek() {
                b'"' => break,
                b'\\' => {
                    escaped = true;
                    self.escape()?;
                }
                _ => return Err(Stop::Unknown),
            }
        }
        let raw = self.since(start);
        self.at += 1;
        Ok(Text { raw, escaped })
    }

    fn escape(&mut self) -> Result<(), Stop> {
        self.at += 1;
        let escape = self.peek();
        self.at += 1;
        match escape {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Ok(()),
            b'u' => match self.hexadecimal()? {
                0xd800..=0xdbff if self.take(b"\\u") && matches!(self.hexadecimal()?, 0xdc00..=0xdfff) => Ok(()),
                0xd800..=0xdfff => Err(Stop::Unknown),
                _ => Ok(()),
            },
            _ => Err(Stop::Unknown),
        }
    }

    fn hexadecimal(&mut self) -> Result<u16, Stop> {
        let number = hexadecimal(self.bytes, self.at).ok_or(Stop::Unknown)?;
        self.at += 4;
        Ok(number)
    }

    /// Reads a number: its text, and whether it has neither a fraction nor an exponent.
    #[inline]
    pub(super) fn number(&mut self) -> Result<(&'p str, bool), Stop> {
        let start = self.at;
        self.at += usize::from(self.peek() == b'-');
        let leading_zero = self.peek() == b'0';
        if self.digits()? > 1 && leading_zero {
            return Err(Stop::Unknown);
        }
        let mut integer = true;
        if self.peek() == b'.' {
            self.at += 1;
            self.digits()?;
            integer = false;
        }
        if matches!(self.peek(), b'e' | b'E') {
            return Err(Stop::Unknown);
        }
        Ok((self.since(start), integer))
    }

    #[inline]
    fn digits(&mut self) -> Result<usize, Stop> {
        let start = self.at;
        self.at = digits(self.bytes, self.at);
        match self.at - start {
            0 => Err(Stop::Unknown),
            digits if digits > MAX_DIGITS => Err(Stop::Unknown),
            digits => Ok(digits),
        }
    }

    /// Reads `true`, `false` or `null`.
    #[inline]
    pub(super) fn literal(&mut self) -> Result<Literal, Stop> {
        if self.take(b"true") {
            Ok(Literal::Boolean(true))
        } else if self.take(b"false") {
            Ok(Literal::Boolean(false))
        } else if self.take(b"null") {
            Ok(Literal::Null)
        } else {
            Err(Stop::Unknown)
        }
    }
}

pub(super) enum Literal {
    Null,
    Boolean(bool),
}
