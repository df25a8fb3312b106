//! What generated code calls: how a schema's values are read from and written to JSON, and checked on the way.
//!
//! A generated type says *what* its schema says (its members, their types, their bounds); *how* that is read, written
//! and refused stands here, so that a fix reaches every generated type with a new version of this crate. Nothing here
//! is for code written by hand, and its signatures may change with the generator of the same version.
//!
//! Every error made here has the text `[path ]keyword: expected …` and holds no value of the payload.

mod alternatives;
mod check;
mod collection;
mod content;
mod exact;
mod explain;
#[cfg(feature = "dynamic")]
mod format;
mod key;
mod locate;
mod macros;
mod named;
mod object;
mod own;
#[cfg(feature = "dynamic")]
mod payload;
mod presence;
mod private;
mod root;
mod scalar;
#[cfg(feature = "dynamic")]
mod subschema;
mod tag;
mod tuple;
mod union;
mod value;

use std::marker::PhantomData;

use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer};
use serde::ser::{Serialize, Serializer};

pub use alternatives::{Alternative, Alternatives, first_of, only_of, write_only};
#[cfg(feature = "dynamic")]
pub(crate) use check::MAX_BACKTRACKING;
pub use check::{
    At, Constants, Fault, each, each_name, each_value, exclusive_maximum, exclusive_minimum, max_items, max_length,
    max_properties, maximum, min_items, min_length, min_properties, minimum, multiple_of, one_of, one_of_json,
    one_of_text, unique_items,
};
#[cfg(feature = "pattern")]
pub use check::{Pattern, pattern};
pub use collection::{Boxed, Kept, Unique};
pub use content::Content;
#[cfg(feature = "dynamic")]
pub(crate) use exact::may_be_inexact;
pub use exact::read_text;
#[cfg(feature = "dynamic")]
pub(crate) use explain::explain_parse;
pub use explain::{explain_decode, explain_encode, utf8};
#[cfg(feature = "dynamic")]
pub use format::{Format, format};
pub use key::{Key, key};
pub use macros::{enumeration, object, serde_impls};
pub use named::{Enumeration, Newtype, read_enumeration, read_newtype, write_enumeration, write_newtype};
pub use object::{Check, Members, Object, Writer, read_object, write_object};
pub use own::Own;
#[cfg(feature = "dynamic")]
pub(crate) use payload::{Payload, not_held};
pub use presence::Presence;
pub use root::deserialize;
pub use scalar::{AnyInteger, ExactNumber, Integer, StrictInteger};
#[cfg(feature = "dynamic")]
pub use subschema::{OfMembers, OfVariants, Subschema, Validated, Validator};
pub use tag::{Tag, Tagged, read_tagged};
pub use union::{Union, read_union, write_union};
pub use value::{Redacted, json, parse_strict};

#[cfg(feature = "dynamic")]
pub(crate) use key::key_at;
#[cfg(feature = "dynamic")]
pub(crate) use object::unchecked;

/// How the values of one schema are read and written.
///
/// Most types are their own codec (`String`, `bool`, a generated type); where one Rust type serves schemas that read
/// differently, a marker type tells them apart, as [`StrictInteger`] does for the integers of draft 4.
pub trait Codec {
    /// The Rust value.
    type Value;

    /// Reads a value, refusing what the schema refuses.
    ///
    /// # Errors
    ///
    /// Those of the deserializer, and one that says what was expected.
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self::Value, D::Error>;

    /// Writes a value, refusing what the schema refuses.
    ///
    /// # Errors
    ///
    /// Those of the serializer, and one that says what was expected.
    fn write<S: Serializer>(value: &Self::Value, serializer: S) -> Result<S::Ok, S::Error>;
}

/// Marks a generated type, whose `Deserialize` and `Serialize` are exact by themselves.
pub trait Type: Serialize + DeserializeOwned {
    /// Reads a value that stands in another one, or is given by [`read_text`]. `Deserialize` reads the text of the whole.
    ///
    /// # Errors
    ///
    /// Those of the deserializer, and one that says what was expected.
    fn read_value<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;
}

impl<T: Type> Codec for T {
    type Value = T;

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        T::read_value(deserializer)
    }

    fn write<S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
        value.serialize(serializer)
    }
}

/// The schema of a message as one document, for `schemars::JsonSchema`.
#[cfg(feature = "dynamic")]
#[must_use]
pub fn json_schema(schema: &crate::message::Schema) -> schemars::Schema {
    // A schema that code was generated from can be bundled; `true` would still be right, if not exact.
    crate::dynamic::bundle(schema).and_then(|bundle| bundle.try_into().ok()).unwrap_or_else(|| true.into())
}

/// Reads a value through its codec, as serde's containers ask for it.
pub(crate) struct Seed<C>(PhantomData<C>);

impl<C> Seed<C> {
    pub(crate) const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<'de, C: Codec> DeserializeSeed<'de> for Seed<C> {
    type Value = C::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<C::Value, D::Error> {
        C::read(deserializer)
    }
}

/// Writes a value through its codec, as serde's containers ask for it.
pub(crate) struct Encoded<'a, C: Codec>(pub(crate) &'a C::Value);

impl<C: Codec> Serialize for Encoded<'_, C> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        C::write(self.0, serializer)
    }
}

/// A codec whose values are read by a visitor of any JSON.
macro_rules! codec {
    ($(#[$attribute:meta])* $codec:ty, of $type:ty, by $visitor:expr, written as |$value:ident, $serializer:ident| $write:expr) => {
        $(#[$attribute])*
        impl $crate::wire::Codec for $codec {
            type Value = $type;

            fn read<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<$type, D::Error> {
                deserializer.deserialize_any($visitor)
            }

            fn write<S: serde::Serializer>($value: &$type, $serializer: S) -> Result<S::Ok, S::Error> {
                $write
            }
        }
    };
}
pub(crate) use codec;

/// A visitor that serde's containers can be given, to read what stands in them.
macro_rules! seed {
    ($visitor:ty, of $type:ty, by $method:ident) => {
        impl<'de> serde::de::DeserializeSeed<'de> for $visitor {
            type Value = $type;

            fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<$type, D::Error> {
                deserializer.$method(self)
            }
        }
    };
}
pub(crate) use seed;

/// Visitor methods that refuse the JSON types named, without repeating the value, which serde's own would print.
macro_rules! refuse {
    ($expected:expr; $($method:ident($($value:ty)?)),* $(,)?) => {
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str($expected)
        }
        $(fn $method<E: serde::de::Error>(self $(, _: $value)?) -> Result<Self::Value, E> {
            Err(E::custom(format_args!("type: expected {}", $expected)))
        })*
    };
    (seq $expected:expr) => {
        fn visit_seq<A: serde::de::SeqAccess<'de>>(self, _: A) -> Result<Self::Value, A::Error> {
            Err(serde::de::Error::custom(format_args!("type: expected {}", $expected)))
        }
    };
    (map $expected:expr) => {
        fn visit_map<A: serde::de::MapAccess<'de>>(self, _: A) -> Result<Self::Value, A::Error> {
            Err(serde::de::Error::custom(format_args!("type: expected {}", $expected)))
        }
    };
}
pub(crate) use refuse;
