//! Generated types as others read them, by serde.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use super::Type;
use super::content::{Content, Read, read_members};
use super::exact::{read_content, read_text};
use super::locate::without_path;
use super::value::Name;

/// The name by which `serde_json` gives the text of a value. It is not public; that it is still the name is tested by what
/// `from_slice` says of numbers that no float holds.
const RAW_VALUE: &str = "$serde_json::private::RawValue";

/// Reads a value from its text, which `serde_json` gives. Of other formats it is read as they have it: their numbers are the
/// floats that they are.
///
/// # Errors
///
/// Those of the deserializer, and what the type refuses.
pub fn deserialize<'de, T: Type, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    match deserializer.deserialize_newtype_struct(RAW_VALUE, Whole)? {
        Source::Text(text) => read_text(&text).map_err(|error| D::Error::custom(without_path(&error))),
        Source::Content(content) => read_content(&content).map_err(|error| D::Error::custom(without_path(&error))),
    }
}

/// A value as it is given.
enum Source<'de> {
    Text(Cow<'de, str>),
    Content(Content<'de>),
}

struct Whole;

/// Values that are not given as text.
macro_rules! contents {
    ($($method:ident($type:ty)),*) => {$(
        fn $method<E: serde::de::Error>(self, value: $type) -> Result<Source<'de>, E> {
            Read.$method(value).map(Source::Content)
        }
    )*};
}

impl<'de> Visitor<'de> for Whole {
    type Value = Source<'de>;

    contents!(visit_bool(bool), visit_i64(i64), visit_u64(u64), visit_f64(f64), visit_str(&str), visit_string(String));
    contents!(visit_borrowed_str(&'de str));

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Source<'de>, E> {
        Ok(Source::Content(Content::Null))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Source<'de>, D::Error> {
        Content::read(deserializer).map(Source::Content)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Source<'de>, A::Error> {
        Read.visit_seq(items).map(Source::Content)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Source<'de>, A::Error> {
        let Some(name) = members.next_key_seed(Name)? else { return Ok(Source::Content(Content::Members(Vec::new()))) };
        if name == RAW_VALUE {
            return members.next_value_seed(Name).map(Source::Text);
        }
        let first = (name, members.next_value_seed(Read)?);
        read_members(vec![first], members).map(Source::Content)
    }
}
