//! The members of an object, while it is written.

use serde::ser::{Error as _, SerializeMap};
use serde_json::{Map, Value};

use crate::wire::{Codec, Encoded, Fault, Kept, Presence};

/// A place that an object's members are written to.
#[derive(Debug)]
pub struct Writer<S> {
    map: S,
    /// The names of the members, where it matters which there are.
    written: Option<Vec<String>>,
}

impl<S: SerializeMap> Writer<S> {
    /// A writer that notes the names of members where rules ask for them.
    pub(super) fn new(map: S, presence: &[Presence]) -> Self {
        Self { map, written: (!presence.is_empty()).then(Vec::new) }
    }

    pub(super) fn end(self) -> Result<S::Ok, S::Error> {
        self.map.end()
    }

    pub(super) fn check(&self, names: &[&str], presence: &[Presence]) -> Result<(), S::Error> {
        let Some(written) = &self.written else { return Ok(()) };
        let has = |index: usize| names.get(index).is_some_and(|name| written.iter().any(|written| written == name));
        let checks = presence.iter().map(|presence| presence.check(names, has, written.len()));
        checks.collect::<Result<(), Fault>>().map_err(S::Error::custom)
    }

    /// Writes a member of a type that is its own codec.
    ///
    /// # Errors
    ///
    /// Those of the codec.
    pub fn value<T: Codec<Value = T>>(&mut self, name: &str, value: &T) -> Result<(), S::Error> {
        self.write::<T>(name, value)
    }

    /// Writes a member by a codec.
    ///
    /// # Errors
    ///
    /// Those of the codec.
    pub fn write<C: Codec>(&mut self, name: &str, value: &C::Value) -> Result<(), S::Error> {
        if let Some(written) = &mut self.written {
            written.push(name.to_owned());
        }
        self.map.serialize_entry(name, &Encoded::<C>(value))
    }

    /// Writes a member that may be absent, of a type that is its own codec.
    ///
    /// # Errors
    ///
    /// Those of the codec.
    pub fn optional<T: Codec<Value = T>>(&mut self, name: &str, value: &Option<T>) -> Result<(), S::Error> {
        self.write_optional::<T>(name, value)
    }

    /// Writes a member that may be absent, by a codec.
    ///
    /// # Errors
    ///
    /// Those of the codec.
    pub fn write_optional<C: Codec>(&mut self, name: &str, value: &Option<C::Value>) -> Result<(), S::Error> {
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
    pub fn kept<C: Codec>(&mut self, declared: &[&str], kept: &impl Kept<C::Value>) -> Result<(), S::Error> {
        kept.ordered().try_for_each(|(name, value)| {
            undeclared(declared, name)?;
            self.write::<C>(name, value)
        })
    }

    /// Writes the members that [`Members::keep_any`](super::Members::keep_any) kept.
    ///
    /// # Errors
    ///
    /// A member with the name of a declared one.
    pub fn kept_any(&mut self, declared: &[&str], kept: &Map<String, Value>) -> Result<(), S::Error> {
        kept.iter().try_for_each(|(name, value)| {
            undeclared(declared, name)?;
            self.write::<Value>(name, value)
        })
    }
}

fn undeclared<E: serde::ser::Error>(declared: &[&str], name: &str) -> Result<(), E> {
    if declared.contains(&name) {
        return Err(E::custom(format_args!("duplicate: expected the member `{name}` in its own field")));
    }
    Ok(())
}
