//! What generated code calls: how a schema's values are read from and written to JSON, and checked on the way.
//!
//! A generated type says *what* its schema says (its members, their types, their bounds); *how* that is read, written
//! and refused stands here, so that a fix reaches every generated type with a new version of this crate. Nothing here
//! is for code written by hand, and its signatures may change with the generator of the same version.
//!
//! A payload is read by one [`Reader`] from its text, written by one [`Writer`] to a text; neither is generic, so that a type is
//! compiled once. `Deserialize` and `Serialize` of generated types go through such a text, whatever the format is. Every
//! [`Error`] is displayed as `[path ]keyword: expected …` and holds no value of the payload.

mod alternatives;
mod check;
mod collection;
mod distinct;
mod error;
mod explain;
mod format;
mod key;
mod locate;
mod macros;
mod named;
mod numbers;
mod object;
mod own;
#[cfg(feature = "dynamic")]
mod payload;
mod presence;
mod private;
mod reader;
mod root;
mod scalar;
mod subschema;
mod tag;
mod transcode;
mod tuple;
mod union;
mod value;
mod writer;

use serde::de::DeserializeOwned;
use serde::ser::Serialize;

pub use alternatives::{Alternative, Alternatives, first_of, only_of, write_only};
#[cfg(feature = "dynamic")]
pub(crate) use check::MAX_BACKTRACKING;
pub use check::{
    Constants, each, each_name, each_value, exclusive_maximum, exclusive_minimum, max_items, max_length,
    max_properties, maximum, min_items, min_length, min_properties, minimum, multiple_of, one_of, one_of_json,
    one_of_numbers, one_of_text, unique_items,
};
#[cfg(feature = "pattern")]
pub use check::{Pattern, pattern};
pub use collection::{Boxed, Kept, Unique};
pub use error::{At, Error};
pub use explain::{explain_decode, explain_encode, utf8};
#[cfg(feature = "dynamic")]
pub(crate) use explain::{explain_parse, in_words};
pub use format::{Format, format};
#[cfg(feature = "dynamic")]
pub(crate) use key::key_at;
pub use key::{Key, key};
pub use macros::{
    constants, members, needs_compact_str, needs_dynamic, needs_pattern, newtype, pattern, schema, union,
};
pub use named::{
    Enumeration, Newtype, constant, read_enumeration, read_newtype, wrapped, write_enumeration, write_newtype,
};
pub use numbers::{Number, Numbers, Written};
pub use object::{Check, Members, Names, Object, ObjectWriter, read_object, read_object_to, unread, write_object};
pub use own::Own;
#[cfg(feature = "dynamic")]
pub(crate) use payload::{Payload, exact_value, not_held};
pub use presence::Presence;
pub use reader::Reader;
#[cfg(feature = "dynamic")]
pub(crate) use reader::scan;
pub use root::{deserialize, read_text, serialize, write_bytes};
pub use scalar::{AnyInteger, ExactNumber, Integer, StrictInteger};
pub use subschema::{OfMembers, OfVariants, Subschema, Validated, Validator};
pub use tag::{Tag, Tagged, read_tagged};
pub use union::{Union, Variants, read_union, write_union};
pub use value::{Nearest, NearestOfKind, Redacted, json, parse_strict};
pub use writer::Writer;

/// How the values of one schema are read and written.
///
/// Most types are their own codec (`String`, `bool`, a generated type); where one Rust type serves schemas that read
/// differently, a marker type tells them apart, as [`StrictInteger`] does for the integers of draft 4.
pub trait Codec {
    /// The Rust value.
    type Value;

    /// Reads the value at hand, refusing what the schema refuses.
    ///
    /// # Errors
    ///
    /// A text that is no JSON, and a value that the schema refuses.
    fn read(reader: &mut Reader<'_>) -> Result<Self::Value, Error>;

    /// As [`read`](Self::read), into its place: what is large is not moved.
    ///
    /// # Errors
    ///
    /// Those of [`read`](Self::read).
    fn read_to(reader: &mut Reader<'_>, place: &mut Option<Self::Value>) -> Result<(), Error> {
        *place = Some(Self::read(reader)?);
        Ok(())
    }

    /// Writes a value, refusing what the schema refuses.
    ///
    /// # Errors
    ///
    /// A value that the schema refuses.
    fn write(value: &Self::Value, writer: &mut Writer) -> Result<(), Error>;
}

/// Marks a generated type, whose `Deserialize` and `Serialize` are exact by themselves.
pub trait Type: Serialize + DeserializeOwned {
    /// Reads the value at hand.
    ///
    /// # Errors
    ///
    /// A text that is no JSON, and a value that the schema refuses.
    fn read(reader: &mut Reader<'_>) -> Result<Self, Error>;

    /// As [`read`](Self::read), into its place.
    ///
    /// # Errors
    ///
    /// Those of [`read`](Self::read).
    fn read_to(reader: &mut Reader<'_>, place: &mut Option<Self>) -> Result<(), Error> {
        *place = Some(Self::read(reader)?);
        Ok(())
    }

    /// Writes the value.
    ///
    /// # Errors
    ///
    /// A value that the schema refuses.
    fn write(&self, writer: &mut Writer) -> Result<(), Error>;
}

impl<T: Type> Codec for T {
    type Value = T;

    fn read(reader: &mut Reader<'_>) -> Result<T, Error> {
        <T as Type>::read(reader)
    }

    fn read_to(reader: &mut Reader<'_>, place: &mut Option<T>) -> Result<(), Error> {
        <T as Type>::read_to(reader, place)
    }

    fn write(value: &T, writer: &mut Writer) -> Result<(), Error> {
        value.write(writer)
    }
}

/// The schema of a message as one document, for `schemars::JsonSchema`.
#[cfg(feature = "dynamic")]
#[must_use]
pub fn json_schema(schema: &crate::message::Schema) -> schemars::Schema {
    // A schema that code was generated from can be bundled; `true` would still be right, if not exact.
    crate::dynamic::bundle(schema).and_then(|bundle| bundle.try_into().ok()).unwrap_or_else(|| true.into())
}
