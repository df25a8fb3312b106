//! Types with a name of their own that hold one value: constants, and values with constraints.

use std::marker::PhantomData;

use serde::de::{Deserializer, Error as _, Visitor};
use serde::ser::Serializer;

use super::{Codec, Fault, refuse};

/// A generated enum of string constants.
pub trait Enumeration: Copy + 'static {
    /// The constants, in the order of the schema.
    const ALL: &'static [Self];

    /// The constant as it stands in JSON.
    fn text(self) -> &'static str;
}

/// Reads a constant.
///
/// # Errors
///
/// Anything else.
pub fn read_enumeration<'de, T: Enumeration, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    struct Constant<T>(PhantomData<T>);
    impl<'de, T: Enumeration> Visitor<'de> for Constant<T> {
        type Value = T;
        refuse!("a string"; visit_unit(), visit_bool(bool), visit_i64(i64), visit_u64(u64), visit_f64(f64), visit_bytes(&[u8]));
        refuse!(seq "a string");
        refuse!(map "a string");

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
            let constant = T::ALL.iter().find(|constant| constant.text() == text);
            constant.copied().ok_or_else(|| {
                let all: Vec<String> = T::ALL.iter().map(|constant| format!("`{}`", constant.text())).collect();
                E::custom(format_args!(
                    "enum: expected {}{}",
                    if all.len() > 1 { "one of " } else { "" },
                    all.join(", ")
                ))
            })
        }
    }
    deserializer.deserialize_any(Constant::<T>(PhantomData))
}

/// Writes a constant.
///
/// # Errors
///
/// Those of the serializer.
pub fn write_enumeration<T: Enumeration, S: Serializer>(constant: &T, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(constant.text())
}

/// A generated struct around one value that meets its schema's constraints: it can't be made otherwise.
pub trait Newtype: Sized {
    /// How the value inside is read and written.
    type Codec: Codec;

    /// The value inside.
    fn get(&self) -> &<Self::Codec as Codec>::Value;

    /// Wraps a value that meets the constraints.
    ///
    /// # Errors
    ///
    /// The constraint that it does not meet.
    fn wrap(value: <Self::Codec as Codec>::Value) -> Result<Self, Fault>;
}

/// Reads a value and checks it.
///
/// # Errors
///
/// Those of the codec, and the constraint that is not met.
pub fn read_newtype<'de, T: Newtype, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    T::wrap(T::Codec::read(deserializer)?).map_err(D::Error::custom)
}

/// Writes the value inside.
///
/// # Errors
///
/// Those of the codec.
pub fn write_newtype<T: Newtype, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    T::Codec::write(value.get(), serializer)
}
