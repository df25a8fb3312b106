//! Strings.

use std::borrow::Cow;

use super::Reader;
use super::scan::{hexadecimal, plain};
use crate::wire::Error;

impl<'t> Reader<'t> {
    /// Reads a string.
    #[inline]
    pub(crate) fn string(&mut self) -> Result<Cow<'t, str>, Error> {
        match self.plain_string() {
            Some(text) => Ok(Cow::Borrowed(text)),
            None => self.unusual_string().map(Cow::Owned),
        }
    }

    /// Reads a string that the caller keeps.
    #[inline]
    pub(in crate::wire) fn owned_string(&mut self) -> Result<String, Error> {
        match self.plain_string() {
            Some(text) => Ok(text.to_owned()),
            None => self.unusual_string(),
        }
    }

    /// Reads a string that has no escape; stays before any other value.
    #[inline]
    fn plain_string(&mut self) -> Option<&'t str> {
        if self.peek() != b'"' {
            return None;
        }
        let start = self.at + 1;
        let end = plain(self.bytes(), start);
        if self.byte(end) != b'"' {
            return None;
        }
        self.at = end + 1;
        self.text.get(start..end)
    }

    /// Reads a string that has an escape; the error of any other value.
    #[inline(never)]
    fn unusual_string(&mut self) -> Result<String, Error> {
        if self.peek() != b'"' {
            return Err(self.refused("a string"));
        }
        let start = self.at + 1;
        self.escaped(start, plain(self.bytes(), start))
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
    fn escaped(&mut self, start: usize, mut end: usize) -> Result<String, Error> {
        /// Room for what stands behind the first escape, in most strings that have one.
        const REST: usize = 32;
        let bytes = self.bytes();
        let mut string = String::with_capacity(end - start + REST);
        self.at = start;
        loop {
            if end > self.at {
                string.push_str(self.text.get(self.at..end).unwrap_or_default());
                self.at = end;
            }
            match bytes.get(self.at..) {
                Some([b'"', ..]) => break,
                Some([b'\\', escape, ..]) if ESCAPES[usize::from(*escape)] != 0 => {
                    string.push(char::from(ESCAPES[usize::from(*escape)]));
                    self.at += 2;
                }
                Some([b'\\', ..]) => string.push(self.escape()?),
                _ => return Err(self.syntax()),
            }
            end = plain(bytes, self.at);
        }
        self.at += 1;
        Ok(string)
    }

    /// Reads an escape.
    #[inline]
    fn escape(&mut self) -> Result<char, Error> {
        let escape = self.byte(self.at + 1);
        self.at += 2;
        match ESCAPES[usize::from(escape)] {
            0 if escape == b'u' => self.unicode().ok_or_else(|| self.syntax()),
            0 => Err(self.syntax()),
            byte => Ok(char::from(byte)),
        }
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

/// The characters that escapes of one letter stand for; 0 for what is none.
static ESCAPES: [u8; 256] = {
    let mut escapes = [0; 256];
    let known = [(b'"', b'"'), (b'\\', b'\\'), (b'/', b'/'), (b'b', 8), (b'f', 12), (b'n', 10), (b'r', 13), (b't', 9)];
    let mut index = 0;
    while index < known.len() {
        escapes[known[index].0 as usize] = known[index].1;
        index += 1;
    }
    escapes
};
