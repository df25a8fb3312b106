//! Values of one of several types.

use std::marker::PhantomData;

use serde::de::value::{BorrowedBytesDeserializer, BytesDeserializer, MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserializer, Error, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::Serializer;

/// A generated enum: how a value of each JSON type finds its variant. The methods that it does not have refuse.
pub trait Union: Sized {
    /// What is expected, as `a string or an integer`.
    const EXPECTED: &'static str;

    /// Reads `null`.
    ///
    /// # Errors
    ///
    /// Those of the variant's codec.
    fn null<'de, D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Err(refused::<Self, _>())
    }

    /// Reads `true` or `false`.
    ///
    /// # Errors
    ///
    /// Those of the variant's codec.
    fn boolean<'de, D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Err(refused::<Self, _>())
    }

    /// Reads a number.
    ///
    /// # Errors
    ///
    /// Those of the variant's codec.
    fn number<'de, D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Err(refused::<Self, _>())
    }

    /// Reads a string.
    ///
    /// # Errors
    ///
    /// Those of the variant's codec.
    fn string<'de, D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Err(refused::<Self, _>())
    }

    /// Reads an array.
    ///
    /// # Errors
    ///
    /// Those of the variant's codec.
    fn array<'de, D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Err(refused::<Self, _>())
    }

    /// Reads an object.
    ///
    /// # Errors
    ///
    /// Those of the variant's codec.
    fn object<'de, D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
        Err(refused::<Self, _>())
    }

    /// Writes the variant.
    ///
    /// # Errors
    ///
    /// Those of the variant's codec.
    fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error>;
}

fn refused<T: Union, E: Error>() -> E {
    E::custom(format_args!("type: expected {}", T::EXPECTED))
}

/// Reads a union: straight to what reads the JSON type at hand.
///
/// # Errors
///
/// Those of the variant's codec, and a JSON type that no variant has.
pub fn read_union<'de, T: Union, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_any(ByType::<T>(PhantomData))
}

/// Writes a union.
///
/// # Errors
///
/// Those of the variant's codec.
pub fn write_union<T: Union, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    value.write(serializer)
}

struct ByType<T>(PhantomData<T>);

impl<'de, T: Union> Visitor<'de> for ByType<T> {
    type Value = T;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_unit<E: Error>(self) -> Result<T, E> {
        T::null(().into_deserializer())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<T, E> {
        T::boolean(value.into_deserializer())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<T, E> {
        T::number(value.into_deserializer())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<T, E> {
        T::number(value.into_deserializer())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<T, E> {
        T::number(value.into_deserializer())
    }

    fn visit_borrowed_bytes<E: Error>(self, number: &'de [u8]) -> Result<T, E> {
        T::number(BorrowedBytesDeserializer::new(number))
    }

    fn visit_bytes<E: Error>(self, number: &[u8]) -> Result<T, E> {
        T::number(BytesDeserializer::new(number))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<T, E> {
        T::string(value.into_deserializer())
    }

    fn visit_string<E: Error>(self, value: String) -> Result<T, E> {
        T::string(value.into_deserializer())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<T, A::Error> {
        T::array(SeqAccessDeserializer::new(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<T, A::Error> {
        T::object(MapAccessDeserializer::new(members))
    }
}
