//! Variants that neither a JSON type nor a constant member tells apart: they are tried.

use serde::de::{Deserializer, Error as _};
use serde::ser::{Error as _, Serialize, Serializer};
use serde_json::Value;

use super::Codec;
use super::object::is_unchecked;
use super::union::Union;

/// A variant that is tried.
#[derive(Debug)]
pub struct Alternative<T> {
    required: &'static [&'static str],
    read: fn(&Value) -> Result<T, serde_json::Error>,
}

impl<T> Alternative<T> {
    /// A variant of objects that have these members at least, if of objects.
    #[must_use]
    pub const fn new(required: &'static [&'static str], read: fn(&Value) -> Result<T, serde_json::Error>) -> Self {
        Self { required, read }
    }

    fn try_read(&self, value: &Value) -> Option<T> {
        let has = |name: &&str| value.get(name).is_some();
        if value.is_object() && !self.required.iter().all(has) {
            return None;
        }
        (self.read)(value).ok()
    }
}

/// A generated enum whose variants are tried.
pub trait Alternatives: Union + 'static {
    /// The variants, in the order of the schema.
    const ALTERNATIVES: &'static [Alternative<Self>];
}

/// The first of some variants that takes the value: where no value is one of two of them, and for `anyOf`.
///
/// # Errors
///
/// A value that none takes.
pub fn first_of<'de, T: Alternatives, D: Deserializer<'de>>(deserializer: D, tried: &[usize]) -> Result<T, D::Error> {
    let value = Value::read(deserializer)?;
    let found = tried.iter().find_map(|index| T::ALTERNATIVES.get(*index)?.try_read(&value));
    found.ok_or_else(|| D::Error::custom("anyOf: expected a value that one of the schemas accepts"))
}

/// The only variant that takes the value.
///
/// # Errors
///
/// A value that none takes, or more than one.
pub fn only_of<'de, T: Alternatives, D: Deserializer<'de>>(deserializer: D, tried: &[usize]) -> Result<T, D::Error> {
    let value = Value::read(deserializer)?;
    let mut found = tried.iter().filter_map(|index| T::ALTERNATIVES.get(*index)?.try_read(&value));
    match (found.next(), found.next()) {
        (Some(only), None) => Ok(only),
        _ => Err(D::Error::custom("oneOf: expected a value that one of the schemas accepts, and no other")),
    }
}

/// Writes a union of `oneOf` whose variants may take the same value: one that two of them take is refused.
///
/// # Errors
///
/// Those of the variant's codec, and a value that another variant takes too.
pub fn write_only<T: Alternatives, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    struct Variant<'a, T>(&'a T);
    impl<T: Union> Serialize for Variant<'_, T> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            self.0.write(serializer)
        }
    }
    if !is_unchecked() {
        let json = serde_json::to_value(Variant(value)).map_err(S::Error::custom)?;
        let takers = T::ALTERNATIVES.iter().filter(|alternative| alternative.try_read(&json).is_some()).count();
        if takers != 1 {
            return Err(S::Error::custom("oneOf: expected a value that one of the schemas accepts, and no other"));
        }
    }
    value.write(serializer)
}
