//! Values of which nothing is kept: they have to be JSON, no member of which stands twice. What is read again is only passed.

use super::Reader;
use super::scan::{bracket, plain};
use crate::wire::Error;

impl Reader<'_> {
    /// Reads past a value.
    pub(in crate::wire) fn skip(&mut self) -> Result<(), Error> {
        match self.peek() {
            b'"' => self.skip_string(),
            b'{' => self.skip_members(),
            b'[' => self.skip_items(),
            b't' => self.literal("true"),
            b'f' => self.literal("false"),
            b'n' => self.literal("null"),
            b'-' | b'0'..=b'9' => self.number().map(drop),
            _ => Err(self.syntax()),
        }
    }

    /// Goes past a value that is read again, whatever it is: of JSON, to its end.
    pub(in crate::wire) fn pass(&mut self) {
        let mut open = 0_usize;
        loop {
            match self.peek() {
                b'"' => self.pass_string(),
                b'{' | b'[' => {
                    open += 1;
                    self.at += 1;
                }
                b'}' | b']' => {
                    open = open.saturating_sub(1);
                    self.at += 1;
                }
                _ if open == 0 => return self.pass_scalar(),
                _ => {}
            }
            if open == 0 {
                return;
            }
            self.at = bracket(self.bytes(), self.at);
            if self.at == self.text.len() {
                return;
            }
        }
    }

    fn pass_string(&mut self) {
        self.at = plain(self.bytes(), self.at + 1);
        while !matches!(self.peek(), b'"' | 0) {
            // What is escaped may be a quote.
            self.at = plain(self.bytes(), self.at + 2);
        }
        self.at = self.text.len().min(self.at + 1);
    }

    fn pass_scalar(&mut self) {
        let rest = self.bytes().get(self.at..).unwrap_or_default();
        let end = rest.iter().position(|byte| matches!(byte, b',' | b'}' | b']' | 0..=b' '));
        self.at += end.unwrap_or(rest.len());
    }

    fn skip_items(&mut self) -> Result<(), Error> {
        let mut more = self.open(b']')?;
        while more {
            self.skip()?;
            more = self.next_item()?;
        }
        Ok(())
    }

    fn skip_members(&mut self) -> Result<(), Error> {
        let first = self.noted();
        let mut more = self.open(b'}')?;
        while more {
            let name = self.name()?;
            self.note(name);
            self.skip()?;
            more = self.next_member()?;
        }
        self.forget(first)
    }
}
