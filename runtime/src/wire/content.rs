//! A value of any content, kept to be read again: as one type after the other, or when it is known as which.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use serde::de::value::BorrowedStrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IntoDeserializer, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::Error;

use super::alternatives::is_attempt;
use super::exact::note_float;
use super::locate::{segment, under};
use super::seed;
use super::value::Name;
use crate::decimal::{Decimal, Held};

/// JSON of any content, its texts borrowed from the payload where they stand there without escapes: less work than a
/// `serde_json::Value`, which owns them and finds members by name.
#[derive(Debug)]
pub enum Content<'de> {
    /// `null`
    Null,
    /// `true` or `false`
    Boolean(bool),
    /// An integer from 0 on.
    Unsigned(u64),
    /// An integer below 0.
    Signed(i64),
    /// Another number.
    Float(f64),
    /// A number that is not equal to its float, as it is written.
    Number(Cow<'de, str>),
    /// A string.
    Text(Cow<'de, str>),
    /// An array.
    Items(Vec<Self>),
    /// An object, its members as they came, each name once.
    Members(Vec<(Cow<'de, str>, Self)>),
}

impl<'de> Content<'de> {
    /// Reads a value of any content.
    ///
    /// # Errors
    ///
    /// What is not JSON, a duplicate member.
    pub(super) fn read<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Read.deserialize(deserializer)
    }

    /// The number of values that it is made of.
    pub(super) fn size(&self) -> u64 {
        1 + match self {
            Self::Items(items) => items.iter().map(Self::size).sum(),
            Self::Members(members) => members.iter().map(|(_, member)| member.size()).sum(),
            _ => 0,
        }
    }

    /// The member of a name, of an object.
    pub(super) fn get(&self, name: &str) -> Option<&Self> {
        let Self::Members(members) = self else { return None };
        members.iter().find_map(|(other, value)| (other == name).then_some(value))
    }
}

/// Reads [`Content`], as serde's containers ask for it.
pub(super) struct Read;

seed!(Read, of Content<'de>, by deserialize_any);

impl<'de> Visitor<'de> for Read {
    type Value = Content<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Content<'de>, E> {
        Ok(Content::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Content<'de>, E> {
        Ok(Content::Boolean(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Content<'de>, E> {
        Ok(Content::Unsigned(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Content<'de>, E> {
        Ok(Content::Signed(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Content<'de>, E> {
        note_float();
        Ok(Content::Float(value))
    }

    fn visit_borrowed_bytes<E: serde::de::Error>(self, text: &'de [u8]) -> Result<Content<'de>, E> {
        Ok(Content::Number(Cow::Borrowed(numeral(text)?)))
    }

    fn visit_bytes<E: serde::de::Error>(self, text: &[u8]) -> Result<Content<'de>, E> {
        Ok(Content::Number(Cow::Owned(numeral(text)?.to_owned())))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Content<'de>, E> {
        Ok(Content::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Content<'de>, E> {
        Ok(Content::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_string<E>(self, text: String) -> Result<Content<'de>, E> {
        Ok(Content::Text(Cow::Owned(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Content<'de>, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = items.next_element_seed(Read)? {
            values.push(value);
        }
        Ok(Content::Items(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Content<'de>, A::Error> {
        read_members(Vec::new(), members)
    }
}

/// Reads the members that are left of an object.
pub(super) fn read_members<'de, A: MapAccess<'de>>(
    mut values: Vec<(Cow<'de, str>, Content<'de>)>,
    mut members: A,
) -> Result<Content<'de>, A::Error> {
    while let Some(name) = members.next_key_seed(Name)? {
        values.push((name, members.next_value_seed(Read)?));
    }
    if !are_distinct(&values) {
        return Err(A::Error::custom("duplicate: expected each member name once"));
    }
    Ok(Content::Members(values))
}

/// A number that is kept as text. JSON has no bytes: they are how such a number gets from a tree to who reads it.
///
/// # Errors
///
/// Any other bytes.
pub(super) fn numeral<E: serde::de::Error>(text: &[u8]) -> Result<&str, E> {
    let number = str::from_utf8(text).ok().filter(|text| Held::of(text) != Held::Exactly);
    let number = number.filter(|text| Decimal::parse(text).is_some());
    number.ok_or_else(|| E::custom("type: expected a JSON value"))
}

/// Returns whether no name comes twice.
pub(super) fn are_distinct(members: &[(Cow<'_, str>, Content<'_>)]) -> bool {
    /// So many names are compared with each other faster than they are ordered.
    const FEW: usize = 16;
    if members.len() <= FEW {
        return members
            .iter()
            .enumerate()
            .all(|(index, (name, _))| members[..index].iter().all(|(other, _)| other != name));
    }
    let mut seen = BTreeSet::new();
    members.iter().all(|(name, _)| seen.insert(&**name))
}

impl<'de> Deserializer<'de> for &Content<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Content::Null => visitor.visit_unit(),
            Content::Boolean(value) => visitor.visit_bool(*value),
            Content::Unsigned(value) => visitor.visit_u64(*value),
            Content::Signed(value) => visitor.visit_i64(*value),
            Content::Float(value) => visitor.visit_f64(*value),
            Content::Number(Cow::Borrowed(text)) => visitor.visit_borrowed_bytes(text.as_bytes()),
            Content::Number(Cow::Owned(text)) => visitor.visit_bytes(text.as_bytes()),
            Content::Text(Cow::Borrowed(text)) => visitor.visit_borrowed_str(text),
            Content::Text(Cow::Owned(text)) => visitor.visit_str(text),
            Content::Items(items) => visitor.visit_seq(Items { left: items.iter().enumerate() }),
            Content::Members(members) => visitor.visit_map(Entries { left: members.iter(), value: None }),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Content::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// Reads a member name that was kept.
///
/// # Errors
///
/// Those of the seed.
pub(super) fn read_name<'de, K: DeserializeSeed<'de>, E: serde::de::Error>(
    name: &Cow<'de, str>,
    seed: K,
) -> Result<K::Value, E> {
    match name {
        Cow::Borrowed(name) => seed.deserialize(BorrowedStrDeserializer::new(name)),
        Cow::Owned(name) => seed.deserialize(name.as_str().into_deserializer()),
    }
}

/// The items of an array that are still to be read.
struct Items<'a, 'de> {
    left: std::iter::Enumerate<std::slice::Iter<'a, Content<'de>>>,
}

impl<'de> SeqAccess<'de> for Items<'_, 'de> {
    type Error = Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        let Some((index, item)) = self.left.next() else { return Ok(None) };
        seed.deserialize(item).map(Some).map_err(|error| at(|| format!("/{index}"), error))
    }
}

/// The members of an object that are still to be read.
struct Entries<'a, 'de> {
    left: std::slice::Iter<'a, (Cow<'de, str>, Content<'de>)>,
    value: Option<(&'a str, &'a Content<'de>)>,
}

impl<'de> MapAccess<'de> for Entries<'_, 'de> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let Some((name, value)) = self.left.next() else { return Ok(None) };
        self.value = Some((name, value));
        read_name(name, seed).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        // serde asks for a value behind each name, and for none before it.
        let (name, value) = self.value.take().unwrap_or(("", &Content::Null));
        seed.deserialize(value).map_err(|error| at(|| segment(name), error))
    }
}

/// An error of a value in a tree, where no position in a text tells its place. What an attempt at a variant says is not read.
fn at(place: impl FnOnce() -> String, error: Error) -> Error {
    if is_attempt() { error } else { Error::custom(under(&place(), &error.to_string())) }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::wire::Codec as _;

    fn content(json: &str) -> Result<Content<'_>, Error> {
        Content::read(&mut serde_json::Deserializer::from_str(json))
    }

    #[test]
    fn is_read_as_what_was_kept() {
        let json = r#"{"a\n": [null, true, 1, -1, 1.5, "b", "\u00fc"], "c": {}, "d": 18446744073709551615}"#;
        let value = Value::read(&content(json).unwrap()).unwrap();
        assert_eq!(value, serde_json::from_str::<Value>(json).unwrap());
    }

    #[test]
    fn has_each_name_once_among_few_and_many() {
        assert!(content(r#"{"a": 1, "b": {"c": 1, "c": 2}}"#).is_err());
        let members: Vec<String> = (0..40).map(|number| format!("\"{number}\":0")).collect();
        assert!(content(&format!("{{{}}}", members.join(","))).is_ok());
        assert!(content(&format!("{{{},\"7\":0}}", members.join(","))).is_err());
    }
}
