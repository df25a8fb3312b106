//! The members of an object, while it is written.

use serde_json::{Map, Value};

use super::names::Names;
use crate::wire::{Codec, Error, Kept, Presence, Writer};

/// A place that an object's members are written to.
#[derive(Debug)]
pub struct ObjectWriter<'w> {
    writer: &'w mut Writer,
    is_empty: bool,
    are_plain: bool,
    /// The names of the members, where it matters which there are.
    written: Option<Vec<String>>,
}

impl<'w> ObjectWriter<'w> {
    /// A writer that notes the names of members where rules ask for them.
    pub(super) fn open(writer: &'w mut Writer, names: &Names, presence: &[Presence]) -> Self {
        let written = (!presence.is_empty() && writer.is_checked()).then(Vec::new);
        writer.open();
        Self { writer, is_empty: true, are_plain: names.are_plain(), written }
    }

    pub(super) fn close(self, names: &Names, presence: &[Presence]) -> Result<(), Error> {
        self.writer.close();
        let Some(written) = &self.written else { return Ok(()) };
        let has = |index: usize| names.all.get(index).is_some_and(|name| written.iter().any(|written| written == name));
        presence.iter().try_for_each(|presence| presence.check(names.all, has, written.len()))
    }

    /// Writes a member of a type that is its own codec.
    ///
    /// # Errors
    ///
    /// Those of the codec.
    pub fn value<T: Codec<Value = T>>(&mut self, name: &str, value: &T) -> Result<(), Error> {
        self.write::<T>(name, value)
    }

    /// Writes a member by a codec.
    ///
    /// # Errors
    ///
    /// Those of the codec.
    pub fn write<C: Codec>(&mut self, name: &str, value: &C::Value) -> Result<(), Error> {
        self.name(name, self.are_plain);
        C::write(value, self.writer)
    }

    fn name(&mut self, name: &str, is_plain: bool) {
        if let Some(written) = &mut self.written {
            written.push(name.to_owned());
        }
        if is_plain {
            self.writer.plain_name(self.is_empty, name);
        } else {
            self.writer.name(self.is_empty, name);
        }
        self.is_empty = false;
    }

    /// Writes a member that may be absent, of a type that is its own codec.
    ///
    /// # Errors
    ///
    /// Those of the codec.
    pub fn optional<T: Codec<Value = T>>(&mut self, name: &str, value: &Option<T>) -> Result<(), Error> {
        self.write_optional::<T>(name, value)
    }

    /// Writes a member that may be absent, by a codec.
    ///
    /// # Errors
    ///
    /// Those of the codec.
    pub fn write_optional<C: Codec>(&mut self, name: &str, value: &Option<C::Value>) -> Result<(), Error> {
        match value {
            Some(value) => self.write::<C>(name, value),
            None => Ok(()),
        }
    }

    /// Writes the members that [`Members::keep`](super::Members::keep) kept.
    ///
    /// # Errors
    ///
    /// Those of the codec, and a member with the name of a declared one.
    pub fn kept<C: Codec>(&mut self, declared: &Names, kept: &impl Kept<C::Value>) -> Result<(), Error> {
        kept.ordered().try_for_each(|(name, value)| {
            undeclared(declared, name)?;
            self.name(name, false);
            C::write(value, self.writer)
        })
    }

    /// Writes the members that [`Members::keep_any`](super::Members::keep_any) kept.
    ///
    /// # Errors
    ///
    /// A member with the name of a declared one.
    pub fn kept_any(&mut self, declared: &Names, kept: &Map<String, Value>) -> Result<(), Error> {
        kept.iter().try_for_each(|(name, value)| {
            undeclared(declared, name)?;
            self.name(name, false);
            Value::write(value, self.writer)
        })
    }
}

fn undeclared(declared: &Names, name: &str) -> Result<(), Error> {
    if declared.all.contains(&name) {
        return Err(Error::new("duplicate", format!("the member `{name}` in its own field")));
    }
    Ok(())
}
