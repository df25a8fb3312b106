//! Values of which nothing is kept: they have to be JSON, no member of which stands twice.

use super::Reader;
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
