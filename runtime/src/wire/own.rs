//! Types of the user's own, in the place of generated ones.

use std::any::type_name;
use std::marker::PhantomData;

use serde::de::{DeserializeOwned, Deserializer, Error as _};
use serde::ser::{Serialize, Serializer};
use serde_json::Value;

use super::Codec;

/// A type that the user put in the place of a generated one (`Build::replace`): read and written by its own
/// `Deserialize` and `Serialize`.
///
/// What it takes is for its author. A duplicate member is refused beforehand, and what it says of a value that it
/// refuses is not repeated, as that may hold the value.
#[derive(Debug)]
pub struct Own<T>(PhantomData<T>);

impl<T: Serialize + DeserializeOwned> Codec for Own<T> {
    type Value = T;

    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        let value = Value::read(deserializer)?;
        T::deserialize(value).map_err(|_| D::Error::custom(format_args!("type: expected {}", type_name::<T>())))
    }

    fn write<S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
        value.serialize(serializer)
    }
}
