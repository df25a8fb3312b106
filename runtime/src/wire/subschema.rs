//! Parts of a payload that a compiled validator decides: where the schema says what no Rust type does.

use std::marker::PhantomData;
use std::sync::{Arc, OnceLock};

use serde::de::{Deserializer, Error as _};
use serde::ser::{Error as _, Serializer};
use serde_json::Value;
use thoth_messaging_documents::validator::Instance;

use super::content::Content;
use super::exact::{HELD, is_any_rounded, is_tree};
use super::object::{Object, is_unchecked, read_object, unchecked, write_object};
use super::payload::Payload;
use super::union::{Union, read_union};
use super::{Codec, Encoded, Fault};
use crate::dynamic::Compiled;
use crate::message::Schema;

/// The validator of some schemas, all of which have to accept a value. It is compiled when it is first used.
pub struct Validator {
    schemas: &'static [(&'static Schema, &'static str)],
    compiled: OnceLock<Option<Arc<Compiled>>>,
}

impl Validator {
    /// Of schemas, each a file and the reference to it from there, as `#/properties/name`.
    #[must_use]
    pub const fn new(schemas: &'static [(&'static Schema, &'static str)]) -> Self {
        Self { schemas, compiled: OnceLock::new() }
    }

    /// # Errors
    ///
    /// The first thing that the schemas refuse.
    fn check<'v>(&self, value: impl Into<Instance<'v>>) -> Result<(), Fault> {
        // The generator compiled the same schemas. Should one not compile here, nothing is accepted unchecked.
        let compiled = self.compiled.get_or_init(|| Compiled::of_places(self.schemas).map(Arc::new));
        match compiled {
            Some(compiled) => compiled.check(value).map_err(|violation| {
                Fault::new(violation.keyword, violation.expected).with_path(violation.instance_path)
            }),
            None => Err(Fault::new("$ref", "a schema that can be compiled")),
        }
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

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<C::Value, D::Error> {
        if is_tree() {
            let payload = Payload::of(Content::read(deserializer)?);
            V::validator().check(payload.instance(&payload.numerals())).map_err(D::Error::custom)?;
            let value = C::read(payload.content()).map_err(D::Error::custom)?;
            if is_any_rounded() {
                // What it was rounded to has to be valid, too, or it could not be written again.
                let rounded = serde_json::to_value(Encoded::<C>(&value)).map_err(D::Error::custom)?;
                V::validator().check(&rounded).map_err(|_| D::Error::custom(Fault::new("limit", HELD)))?;
            }
            return Ok(value);
        }
        let value = Value::read(deserializer)?;
        V::validator().check(&value).map_err(D::Error::custom)?;
        C::read(value).map_err(D::Error::custom)
    }

    fn write<S: Serializer>(value: &C::Value, serializer: S) -> Result<S::Ok, S::Error> {
        if !is_unchecked() {
            let json = serde_json::to_value(Encoded::<C>(value)).map_err(S::Error::custom)?;
            V::validator().check(&json).map_err(S::Error::custom)?;
        }
        unchecked(|| C::write(value, serializer))
    }
}

/// A generated struct by its members alone, whatever a validator says of it.
pub struct OfMembers<T>(PhantomData<T>);

impl<T: Object> Codec for OfMembers<T> {
    type Value = T;

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        read_object(deserializer)
    }

    fn write<S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
        write_object(value, serializer)
    }
}

/// A generated union by its variants alone, whatever a validator says of it.
pub struct OfVariants<T>(PhantomData<T>);

impl<T: Union> Codec for OfVariants<T> {
    type Value = T;

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        read_union(deserializer)
    }

    fn write<S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
        value.write(serializer)
    }
}
