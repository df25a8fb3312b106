//! Strings.

use std::borrow::Cow;

use super::Reader;
use super::scan::{hexadecimal, plain, string_end};
use crate::wire::Error;

impl<'t> Reader<'t> {
    /// Reads a string.
    #[inline]
    pub(crate) fn string(&mut self) -> Result<Cow<'t, str>, Error> {
        if self.peek() != b'"' {
            return Err(self.refused("a string"));
        }
        let start = self.at + 1;
        let end = plain(self.bytes(), start);
        if self.byte(end) != b'"' {
            return self.escaped(start, end).map(Cow::Owned);
        }
        self.at = end + 1;
        Ok(Cow::Borrowed(self.text.get(start..end).unwrap_or_default()))
    }

    /// Reads past a string.
    #[inline]
    pub(super) fn skip_string(&mut self) -> Result<(), Error> {
        self.at = plain(self.bytes(), self.at + 1);
        while self.peek() == b'\\' {
            self.escape()?;
            self.at = plain(self.bytes(), self.at);
        }
        if self.peek() != b'"' {
            return Err(self.syntax());
        }
        self.at += 1;
        Ok(())
    }

    /// Reads a string that starts behind its quote, whose first part ends at what has to be escaped.
    fn escaped(&mut self, mut start: usize, end: usize) -> Result<String, Error> {
        // Escapes are longer than what they stand for.
        let mut string = String::with_capacity(string_end(self.bytes(), end) - start);
        self.at = end;
        loop {
            string.push_str(self.since(start));
            match self.peek() {
                b'"' => break,
                b'\\' => string.push(self.escape()?),
                _ => return Err(self.syntax()),
            }
            start = self.at;
            self.at = plain(self.bytes(), self.at);
        }
        self.at += 1;
        Ok(string)
    }

    /// Reads an escape.
    #[inline]
    fn escape(&mut self) -> Result<char, Error> {
        let escape = self.byte(self.at + 1);
        self.at += 2;
        Ok(match escape {
            b'"' | b'\\' | b'/' => char::from(escape),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => return self.unicode().ok_or_else(|| self.syntax()),
            _ => return Err(self.syntax()),
        })
    }

    /// Reads what stands behind `\u`: the digits of a character, or of two surrogates.
    fn unicode(&mut self) -> Option<char> {
        let first = hexadecimal(self.bytes(), self.at)?;
        self.at += 4;
        if !(0xd800..0xdc00).contains(&first) {
            return char::from_u32(first.into());
        }
        let second =
            self.bytes().get(self.at..)?.starts_with(b"\\u").then(|| hexadecimal(self.bytes(), self.at + 2))??;
        self.at += 6;
        char::decode_utf16([first, second]).next()?.ok()
    }
}
