//! Variants that a constant member tells apart, wherever it stands in the object.

use std::borrow::Cow;

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, Visitor};

use super::content::{self, Content, read_name};
use super::refuse;
use super::value::Name;

/// The value of the member that tells variants apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag<'a> {
    /// There is none.
    Absent,
    /// A string.
    Text(&'a str),
    /// An integer.
    Integer(i64),
    /// A boolean.
    Boolean(bool),
    /// What is no constant of any variant.
    Other,
}

impl<'a> Tag<'a> {
    fn of(value: &'a Content<'_>) -> Self {
        match value {
            Content::Text(text) => Self::Text(text),
            Content::Boolean(boolean) => Self::Boolean(*boolean),
            Content::Signed(integer) => Self::Integer(*integer),
            Content::Unsigned(integer) => i64::try_from(*integer).map_or(Self::Other, Self::Integer),
            Content::Float(float) => whole(*float).map_or(Self::Other, Self::Integer),
            // An integer of 64 bits is no such number.
            Content::Number(_) | Content::Null | Content::Items(_) | Content::Members(_) => Self::Other,
        }
    }

    /// At the end of a path in the value of its first member.
    fn at(value: &'a Content<'_>, path: &[&str]) -> Self {
        path.iter().try_fold(value, |value, name| value.get(name)).map_or(Self::Absent, Self::of)
    }
}

/// `1.0` as 1.
fn whole(float: f64) -> Option<i64> {
    #[allow(clippy::cast_possible_truncation, reason = "the guard leaves what fits")]
    (float.fract() == 0.0 && float.abs() < 9e15).then_some(float as i64)
}

/// A generated enum whose objects are told apart by a constant member.
pub trait Tagged: Sized {
    /// The names that lead to the member, one at least.
    const TAG: &'static [&'static str];

    /// The constants, as `` `created`, `closed` ``.
    const CONSTANTS: &'static str;

    /// The number of the variant for a value of the member.
    fn index(tag: Tag<'_>) -> Option<usize>;

    /// Reads the variant of a number.
    ///
    /// # Errors
    ///
    /// Those of the variant's codec.
    fn read<'de, D: Deserializer<'de>>(index: usize, deserializer: D) -> Result<Self, D::Error>;
}

/// Reads an object: members before the one that tells are kept until it comes, the others are read as they come.
///
/// # Errors
///
/// Those of the variant's codec, and a constant that no variant has.
pub fn read_tagged<'de, T: Tagged, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    struct ByTag<T>(std::marker::PhantomData<T>);
    impl<'de, T: Tagged> Visitor<'de> for ByTag<T> {
        type Value = T;
        refuse!("an object"; visit_unit(), visit_bool(bool), visit_str(&str), visit_i64(i64), visit_u64(u64), visit_f64(f64), visit_bytes(&[u8]));
        refuse!(seq "an object");

        fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<T, A::Error> {
            let mut before = Vec::new();
            let (first, path) = T::TAG.split_first().unwrap_or((&"", &[]));
            let mut index = None;
            while let Some(name) = members.next_key_seed(Name)? {
                let value = members.next_value_seed(content::Read)?;
                let is_tag = name == *first;
                if is_tag {
                    index = Some(T::index(Tag::at(&value, path)));
                }
                before.push((name, value));
                if is_tag {
                    break;
                }
            }
            match index.unwrap_or_else(|| T::index(Tag::Absent)) {
                Some(index) => T::read(index, MapAccessDeserializer::new(Chain::new(before, members))),
                None => Err(A::Error::custom(format_args!(
                    "enum: expected the member `{}` to be one of {}",
                    T::TAG.join("/"),
                    T::CONSTANTS
                ))),
            }
        }
    }
    deserializer.deserialize_any(ByTag::<T>(std::marker::PhantomData))
}

/// Members that were read, then those that are still to come.
struct Chain<'de, A> {
    before: std::vec::IntoIter<(Cow<'de, str>, Content<'de>)>,
    value: Option<Content<'de>>,
    members: A,
}

impl<'de, A> Chain<'de, A> {
    fn new(before: Vec<(Cow<'de, str>, Content<'de>)>, members: A) -> Self {
        Self { before: before.into_iter(), value: None, members }
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Chain<'de, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, A::Error> {
        let Some((name, value)) = self.before.next() else { return self.members.next_key_seed(seed) };
        self.value = Some(value);
        read_name(&name, seed).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        match self.value.take() {
            Some(value) => seed.deserialize(&value).map_err(A::Error::custom),
            None => self.members.next_value_seed(seed),
        }
    }
}
