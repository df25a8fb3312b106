//! Numbers: as they are written.

use super::Reader;
use super::scan::digits;
use crate::decimal::{Decimal, Held};
use crate::wire::Error;

/// A number as it is written.
#[derive(Clone, Copy, Debug)]
pub(in crate::wire) struct Number<'t> {
    pub(in crate::wire) text: &'t str,
    /// True if it has neither a fraction nor an exponent.
    pub(in crate::wire) is_whole: bool,
}

/// Every decimal of so many digits is the only one that its float is printed as.
const ALWAYS_HELD: usize = 15;

impl Number<'_> {
    /// The integer that it is, where that has 64 bits and is written as one.
    #[inline]
    pub(in crate::wire) fn integer(&self) -> Option<i128> {
        // `-0` is a float to `serde_json`.
        if !self.is_whole || self.text == "-0" {
            return None;
        }
        let signed = self.text.parse::<i64>().map(i128::from);
        signed.or_else(|_| self.text.parse::<u64>().map(i128::from)).ok()
    }

    /// The integer that it is, however it is written, where that has 128 bits.
    pub(in crate::wire) fn whole(&self) -> Option<i128> {
        self.integer().or_else(|| Decimal::parse(self.text)?.to_integer())
    }

    /// Returns whether it is an integer, however it is written.
    pub(in crate::wire) fn is_integer(&self) -> bool {
        self.is_whole || Decimal::parse(self.text).is_some_and(|decimal| decimal.is_integer())
    }

    /// Returns whether an integer of 64 bits or a float is equal to it.
    pub(in crate::wire) fn is_held(&self) -> bool {
        self.is_short() || Held::of(self.text) == Held::Exactly
    }

    /// The exactness with which a float stands for it.
    pub(in crate::wire) fn in_float(&self) -> Held {
        if self.is_short() { Held::Exactly } else { Held::in_float(self.text) }
    }

    fn is_short(&self) -> bool {
        self.text.len() <= ALWAYS_HELD && (self.is_whole || !self.text.contains(['e', 'E']))
    }

    /// The nearest float; infinite where it is beyond the largest one.
    #[inline]
    pub(in crate::wire) fn nearest(&self) -> f64 {
        self.text.parse().unwrap_or_default()
    }
}

/// Integers of so many digits have 64 bits.
const SHORT: usize = 18;

impl<'t> Reader<'t> {
    /// Reads an integer that is short and plain; stays before any other value.
    #[inline]
    pub(in crate::wire) fn short_integer(&mut self) -> Option<i64> {
        let is_negative = self.peek() == b'-';
        let start = self.at + usize::from(is_negative);
        let (mut end, mut integer) = (start, 0_i64);
        while let digit @ b'0'..=b'9' = self.byte(end) {
            integer = integer.wrapping_mul(10).wrapping_add(i64::from(digit - b'0'));
            end += 1;
        }
        let digits = end - start;
        let has_zeros = digits > 1 && self.byte(start) == b'0';
        // `-0` is a float to `serde_json`.
        let is_zero = integer == 0 && is_negative;
        if digits == 0 || digits > SHORT || has_zeros || is_zero || matches!(self.byte(end), b'.' | b'e' | b'E') {
            return None;
        }
        self.at = end;
        Some(if is_negative { -integer } else { integer })
    }

    /// Reads a number.
    #[inline]
    pub(in crate::wire) fn number(&mut self) -> Result<Number<'t>, Error> {
        if !matches!(self.peek(), b'-' | b'0'..=b'9') {
            return Err(self.refused("a number"));
        }
        let start = self.at;
        let bytes = self.bytes();
        let whole = start + usize::from(bytes[start] == b'-');
        self.at = digits(bytes, whole);
        let has_zeros = self.byte(whole) == b'0' && self.at > whole + 1;
        if self.at == whole || has_zeros {
            return Err(self.syntax());
        }
        let is_whole = !matches!(self.peek(), b'.' | b'e' | b'E');
        if !is_whole {
            self.fraction()?;
        }
        Ok(Number { text: self.since(start), is_whole })
    }

    fn fraction(&mut self) -> Result<(), Error> {
        if self.peek() == b'.' {
            self.some_digits(self.at + 1)?;
        }
        if matches!(self.peek(), b'e' | b'E') {
            let sign = usize::from(matches!(self.byte(self.at + 1), b'+' | b'-'));
            self.some_digits(self.at + 1 + sign)?;
        }
        Ok(())
    }

    fn some_digits(&mut self, start: usize) -> Result<(), Error> {
        self.at = digits(self.bytes(), start);
        if self.at > start { Ok(()) } else { Err(self.syntax()) }
    }

    /// Notes that a float stands for another number.
    pub(in crate::wire) fn note_rounded(&mut self, float: f64) {
        self.numbers.note(float);
    }
}
