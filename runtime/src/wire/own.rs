//! Types of the user's own, in the place of generated ones.

use std::any::type_name;
use std::marker::PhantomData;

use serde::de::DeserializeOwned;
use serde::ser::Serialize;

use super::{Codec, Error, Reader, Writer};

/// A type that the user put in the place of a generated one (`Build::replace`): read and written by its own
/// `Deserialize` and `Serialize`.
///
/// What it takes is for its author. A duplicate member is refused beforehand, and what it says of a value that it
/// refuses is not repeated, as that may hold the value.
#[derive(Debug)]
pub struct Own<T>(PhantomData<T>);

impl<T: Serialize + DeserializeOwned> Codec for Own<T> {
    type Value = T;

    fn read(reader: &mut Reader<'_>) -> Result<T, Error> {
        let offset = reader.offset();
        reader.skip()?;
        serde_json::from_str(reader.since(offset)).map_err(|_| refused::<T>().or_at(offset))
    }

    fn write(value: &T, writer: &mut Writer) -> Result<(), Error> {
        writer.json(&serde_json::to_string(value).map_err(|_| refused::<T>())?);
        Ok(())
    }
}

#[cold]
fn refused<T>() -> Error {
    Error::new("type", type_name::<T>())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes a number, and repeats what it refuses.
    #[derive(Debug, PartialEq)]
    struct Number(f64);

    impl<'de> serde::Deserialize<'de> for Number {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            f64::deserialize(deserializer).map(Self)
        }
    }

    impl Serialize for Number {
        fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            self.0.serialize(serializer)
        }
    }

    fn read(json: &str) -> Result<Number, Error> {
        Reader::whole::<Own<Number>>(json)
    }

    #[test]
    fn reads_by_its_own_way() {
        assert_eq!(read("1.5"), Ok(Number(1.5)));
    }

    #[test]
    fn an_error_does_not_repeat_the_value() {
        let error = read("\"s3cret\"").unwrap_err().to_string();
        assert!(error.starts_with("type: expected ") && error.contains("Number"), "{error}");
        assert!(!error.contains("s3cret"), "{error}");
    }

    #[test]
    fn what_is_no_json_and_duplicates_are_refused_before() {
        assert!(read("[1").unwrap_err().is_syntax());
        assert_eq!(read(r#"{"a": 1, "a": 2}"#).unwrap_err().keyword(), "duplicate");
    }
}
