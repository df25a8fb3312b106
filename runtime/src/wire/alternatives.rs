//! Variants that neither a JSON type nor a constant member tells apart: they are tried.

use std::cell::Cell;

use serde::de::{Deserializer, Error as _};
use serde::ser::{Error as _, Serialize, Serializer};

use super::content::Content;
use super::object::{is_unchecked, unchecked};
use super::union::Union;

/// Values of unions in unions can be read in ever more ways: so many values are read to tell variants apart,
const MIN_WORK: u64 = 1_000_000;
/// and so many more for each value that there is.
const WORK_PER_VALUE: u64 = 1_000;

/// The error beyond that.
const TOO_MANY: &str = "limit: expected a value whose variants can be told apart in fewer steps";

thread_local! {
    /// Attempts in attempts, and how many values may still be read in them.
    static ATTEMPTS: Cell<(u32, u64)> = const { Cell::new((0, 0)) };
}

/// An attempt to read a value as one variant.
struct Attempt;

impl Attempt {
    /// One more, of a value that is made of so many, unless there were too many.
    fn start(size: u64) -> Option<Self> {
        let (depth, left) = ATTEMPTS.get();
        let left = if depth == 0 { size.saturating_mul(WORK_PER_VALUE).saturating_add(MIN_WORK) } else { left };
        ATTEMPTS.set((depth + 1, left.checked_sub(size)?));
        Some(Self)
    }
}

/// Returns whether a value is being read as a variant that may not be its own.
pub(super) fn is_attempt() -> bool {
    ATTEMPTS.get().0 > 0
}

impl Drop for Attempt {
    fn drop(&mut self) {
        let (depth, left) = ATTEMPTS.get();
        ATTEMPTS.set((depth.saturating_sub(1), left));
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

    /// The variant, where it takes the value, which is made of `size` values; the error where that can't be told, as its Rust type does not hold a number.
    fn try_read(&self, value: &Content<'_>, size: u64) -> Result<Option<T>, serde_json::Error> {
        let has = |name: &&str| value.get(name).is_some();
        if matches!(value, Content::Members(_)) && !self.required.iter().all(has) {
            return Ok(None);
        }
        let Some(_attempt) = Attempt::start(size) else {
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
    let size = value.size();
    let mut limit = None;
    for alternative in tried.iter().filter_map(|index| T::ALTERNATIVES.get(*index)) {
        match alternative.try_read(&value, size) {
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
    let size = value.size();
    let mut found = None;
    for alternative in tried.iter().filter_map(|index| T::ALTERNATIVES.get(*index)) {
        let read = alternative.try_read(&value, size).map_err(D::Error::custom)?;
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
        let size = json.size();
        let takers =
            T::ALTERNATIVES.iter().filter(|alternative| !matches!(alternative.try_read(&json, size), Ok(None))).count();
        if takers != 1 {
            return Err(S::Error::custom("oneOf: expected a value that one of the schemas accepts, and no other"));
        }
    }
    // What is in it was checked just now.
    unchecked(|| value.write(serializer))
}

#[cfg(test)]
mod tests {
    use super::super::read_union;
    use super::*;

    /// An object that has another one as its `next`, in three ways, or `null`.
    enum Node {
        End,
        Next(Box<Node>),
    }

    impl Union for Node {
        const EXPECTED: &'static str = "an object or null";

        fn null<'de, D: Deserializer<'de>>(_: D) -> Result<Self, D::Error> {
            Ok(Self::End)
        }

        fn object<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            first_of(deserializer, &[0, 1, 2])
        }

        fn write<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            match self {
                Self::End => serializer.serialize_unit(),
                Self::Next(next) => next.write(serializer),
            }
        }
    }

    impl Alternatives for Node {
        const ALTERNATIVES: &'static [Alternative<Self>] =
            &[Alternative::new(&["next"], next), Alternative::new(&["next"], next), Alternative::new(&["next"], next)];
    }

    fn next(value: &Content<'_>) -> Result<Node, serde_json::Error> {
        let next = value.get("next").ok_or_else(|| serde::de::Error::custom("required: expected `next`"))?;
        read_union(next).map(|node| Node::Next(Box::new(node)))
    }

    fn read(levels: usize, end: &str) -> Result<Node, String> {
        let json = format!("{}{end}{}", r#"{"next":"#.repeat(levels), "}".repeat(levels));
        read_union(&mut serde_json::Deserializer::from_str(&json)).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_read_in_ever_more_ways_is_refused_in_time() {
        let wide = format!("[{}]", vec!["1"; 10_000].join(","));
        assert!(matches!(read(100, "null"), Ok(Node::Next(_))));
        assert!(read(5, &wide).err().unwrap().starts_with("anyOf: expected"));
        for end in ["1", &wide] {
            assert!(read(100, end).err().unwrap().starts_with(TOO_MANY), "{}", end.len());
        }
    }
}
