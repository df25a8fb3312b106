//! Variants that neither a JSON type nor a constant member tells apart: they are tried.

use std::cell::Cell;

use serde::de::{Deserializer, Error as _};
use serde::ser::{Error as _, Serialize, Serializer};

use super::content::Content;
use super::object::{is_unchecked, unchecked};
use super::union::Union;

/// Of unions in unions, whose values can be read in ever more ways, so many are tried.
const MAX_ATTEMPTS: u32 = 100_000;
/// The error beyond that.
pub(super) const TOO_MANY: &str = "limit: expected a value that can be read in fewer than 100000 ways";

thread_local! {
    /// Attempts in attempts, and how many there were since the outermost began.
    static ATTEMPTS: Cell<(u32, u32)> = const { Cell::new((0, 0)) };
}

/// An attempt to read a value as one variant.
struct Attempt;

impl Attempt {
    /// One more, unless there were too many.
    fn start() -> Option<Self> {
        let (depth, count) = ATTEMPTS.get();
        let count = if depth == 0 { 1 } else { count + 1 };
        if count > MAX_ATTEMPTS {
            return None;
        }
        ATTEMPTS.set((depth + 1, count));
        Some(Self)
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        let (depth, count) = ATTEMPTS.get();
        ATTEMPTS.set((depth.saturating_sub(1), count));
    }
}

/// A variant that is tried.
#[derive(Debug)]
pub struct Alternative<T> {
    required: &'static [&'static str],
    read: fn(&Content<'_>) -> Result<T, serde_json::Error>,
}

impl<T> Alternative<T> {
    /// A variant of objects that have these members at least, if of objects.
    #[must_use]
    pub const fn new(
        required: &'static [&'static str],
        read: fn(&Content<'_>) -> Result<T, serde_json::Error>,
    ) -> Self {
        Self { required, read }
    }

    /// The variant, where it takes the value; the error where that can't be told, as its Rust type does not hold a number.
    fn try_read(&self, value: &Content<'_>) -> Result<Option<T>, serde_json::Error> {
        let has = |name: &&str| value.get(name).is_some();
        if matches!(value, Content::Members(_)) && !self.required.iter().all(has) {
            return Ok(None);
        }
        let Some(_attempt) = Attempt::start() else {
            return Err(serde::de::Error::custom(TOO_MANY));
        };
        match (self.read)(value) {
            Ok(read) => Ok(Some(read)),
            Err(error) if error.to_string().contains("limit: expected") => Err(error),
            Err(_) => Ok(None),
        }
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
    let value = Content::read(deserializer)?;
    let mut limit = None;
    for alternative in tried.iter().filter_map(|index| T::ALTERNATIVES.get(*index)) {
        match alternative.try_read(&value) {
            Ok(Some(read)) => return Ok(read),
            Ok(None) => {}
            Err(error) => limit = Some(error),
        }
    }
    Err(match limit {
        Some(error) => D::Error::custom(error),
        None => D::Error::custom("anyOf: expected a value that one of the schemas accepts"),
    })
}

/// The only variant that takes the value.
///
/// # Errors
///
/// A value that none takes, or more than one.
pub fn only_of<'de, T: Alternatives, D: Deserializer<'de>>(deserializer: D, tried: &[usize]) -> Result<T, D::Error> {
    let value = Content::read(deserializer)?;
    let mut found = None;
    for alternative in tried.iter().filter_map(|index| T::ALTERNATIVES.get(*index)) {
        let read = alternative.try_read(&value).map_err(D::Error::custom)?;
        if read.is_some() && found.is_some() {
            return Err(D::Error::custom("oneOf: expected a value that one of the schemas accepts, and no other"));
        }
        found = read.or(found);
    }
    found.ok_or_else(|| D::Error::custom("oneOf: expected a value that one of the schemas accepts"))
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
        let json = Content::read(&json).map_err(S::Error::custom)?;
        let takers =
            T::ALTERNATIVES.iter().filter(|alternative| !matches!(alternative.try_read(&json), Ok(None))).count();
        if takers != 1 {
            return Err(S::Error::custom("oneOf: expected a value that one of the schemas accepts, and no other"));
        }
    }
    // What is in it was checked just now.
    unchecked(|| value.write(serializer))
}
