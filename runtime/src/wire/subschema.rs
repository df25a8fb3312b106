//! Parts of a payload that a compiled validator decides: where the schema says what no Rust type does.
//!
//! Without the feature `dynamic` there is no validator, of which the compiler [was told](super::macros::needs_dynamic), and nothing is
//! accepted.

use std::marker::PhantomData;
#[cfg(feature = "dynamic")]
use std::sync::{Arc, OnceLock};

use super::numbers::not_held;
use super::object::{Object, read_object, write_object};
use super::union::{Union, read_union};
use super::{Codec, Error, Reader, Writer};
#[cfg(feature = "dynamic")]
use crate::dynamic::Compiled;
use crate::message::Schema;

/// The validator of some schemas, all of which have to accept a value. It is compiled when it is first used.
pub struct Validator {
    #[cfg(feature = "dynamic")]
    schemas: &'static [(&'static Schema, &'static str)],
    #[cfg(feature = "dynamic")]
    compiled: OnceLock<Option<Arc<Compiled>>>,
}

#[cfg(not(feature = "dynamic"))]
impl Validator {
    /// Of schemas that nothing can check.
    #[must_use]
    pub const fn new(_: &'static [(&'static Schema, &'static str)]) -> Self {
        Self {}
    }

    /// # Errors
    ///
    /// Always: nothing is accepted unchecked.
    #[expect(clippy::unused_self, reason = "as with the feature")]
    fn check(&self, _: &mut Reader<'_>) -> Result<(), Error> {
        Err(Error::new("$ref", "a schema that can be compiled"))
    }
}

#[cfg(feature = "dynamic")]
impl Validator {
    /// Of schemas, each a file and the reference to it from there, as `#/properties/name`.
    #[must_use]
    pub const fn new(schemas: &'static [(&'static Schema, &'static str)]) -> Self {
        Self { schemas, compiled: OnceLock::new() }
    }

    /// # Errors
    ///
    /// The schemas do not compile: nothing is accepted unchecked. The generator compiled them, too.
    fn compiled(&self) -> Result<&Compiled, Error> {
        let compiled = self.compiled.get_or_init(|| Compiled::of_places(self.schemas).map(Arc::new));
        compiled.as_deref().ok_or_else(|| Error::new("$ref", "a schema that can be compiled"))
    }

    /// Checks the value at hand, and reads past it or stays before it.
    ///
    /// # Errors
    ///
    /// The first thing that the schemas refuse.
    fn check(&self, reader: &mut Reader<'_>) -> Result<(), Error> {
        let compiled = self.compiled()?;
        if compiled.surely_accepts(reader.rest()) {
            return Ok(());
        }
        let offset = reader.offset();
        reader.skip()?;
        let text = reader.since(offset);
        let checked = if reader.is_attempt() { compiled.accepts(text) } else { compiled.check(text) };
        checked.map_err(|error| error.or_at(offset))
    }
}

impl Validator {
    /// Checks a value that was written.
    fn check_text(&self, text: &str) -> Result<(), Error> {
        self.check(&mut Reader::new(text))
    }
}

/// Marks what the validator checks.
pub trait Subschema {
    /// The validator, of which there is one.
    fn validator() -> &'static Validator;
}

/// Values of a codec that a validator looks at as they stand in JSON, before they are read and after they are written.
pub struct Validated<C, V>(PhantomData<(C, V)>);

impl<C: Codec, V: Subschema> Codec for Validated<C, V> {
    type Value = C::Value;

    fn read(reader: &mut Reader<'_>) -> Result<C::Value, Error> {
        let (mark, rounded) = (reader.mark(), reader.numbers().count());
        V::validator().check(reader)?;
        reader.back(mark);
        let value = C::read(reader)?;
        if reader.numbers().count() > rounded {
            // What it was rounded to has to be valid, too, or it could not be written again.
            let mut writer = Writer::checked();
            C::write(&value, &mut writer)?;
            V::validator().check_text(writer.text()).map_err(|_| not_held())?;
        }
        Ok(value)
    }

    fn write(value: &C::Value, writer: &mut Writer) -> Result<(), Error> {
        let start = writer.offset();
        C::write(value, writer)?;
        if writer.is_checked() { V::validator().check_text(writer.since(start)) } else { Ok(()) }
    }
}

/// A generated struct by its members alone, whatever a validator says of it.
pub struct OfMembers<T>(PhantomData<T>);

impl<T: Object> Codec for OfMembers<T> {
    type Value = T;

    fn read(reader: &mut Reader<'_>) -> Result<T, Error> {
        read_object(reader)
    }

    fn write(value: &T, writer: &mut Writer) -> Result<(), Error> {
        write_object(value, writer)
    }
}

/// A generated union by its variants alone, whatever a validator says of it.
pub struct OfVariants<T>(PhantomData<T>);

impl<T: Union> Codec for OfVariants<T> {
    type Value = T;

    fn read(reader: &mut Reader<'_>) -> Result<T, Error> {
        read_union(reader)
    }

    fn write(value: &T, writer: &mut Writer) -> Result<(), Error> {
        value.write(writer)
    }
}
