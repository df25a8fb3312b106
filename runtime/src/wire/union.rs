//! Values of one of several types.

use std::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserializer, Error, IntoDeserializer, MapAccess, SeqAccess, Visitor};

/// A generated enum whose variants are told apart by JSON type. The methods that it does not have refuse.
pub trait Union: Sized {
    /// What is expected, as `a string or an integer`.
    const EXPECTED: &'static str;

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
}

fn refused<T: Union, E: Error>() -> E {
    E::custom(format_args!("type: expected {}", T::EXPECTED))
}

/// Reads a union: straight to the variant of the JSON type at hand.
///
/// # Errors
///
/// Those of the variant's codec, and a JSON type that no variant has.
pub fn read_union<'de, T: Union, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_any(ByType::<T>(PhantomData))
}

struct ByType<T>(PhantomData<T>);

impl<'de, T: Union> Visitor<'de> for ByType<T> {
    type Value = T;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_unit<E: Error>(self) -> Result<T, E> {
        Err(refused::<T, E>())
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
