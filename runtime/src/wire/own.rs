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

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes a number, and repeats what it refuses.
    #[derive(Debug, PartialEq)]
    struct Number(f64);

    impl<'de> serde::Deserialize<'de> for Number {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            f64::deserialize(deserializer).map(Self)
        }
    }

    impl Serialize for Number {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            self.0.serialize(serializer)
        }
    }

    fn read(json: &str) -> Result<Number, String> {
        let mut deserializer = serde_json::Deserializer::from_str(json);
        Own::<Number>::read(&mut deserializer).map_err(|error| error.to_string())
    }

    #[test]
    fn reads_by_its_own_way() {
        assert_eq!(read("1.5"), Ok(Number(1.5)));
    }

    #[test]
    fn an_error_does_not_repeat_the_value() {
        let error = read("\"s3cret\"").unwrap_err();
        assert!(error.starts_with("type: expected ") && error.contains("Number"), "{error}");
        assert!(!error.contains("s3cret"), "{error}");
    }

    #[test]
    fn what_is_no_json_and_duplicates_are_refused_before() {
        assert!(read("[1").unwrap_err().starts_with("EOF while parsing"));
        assert!(read(r#"{"a": 1, "a": 2}"#).unwrap_err().starts_with("duplicate: "));
    }
}
