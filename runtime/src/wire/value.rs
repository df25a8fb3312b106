//! JSON of any content: kept as `serde_json::Value`, or read past. Either way a duplicate member is refused.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use serde::de::{Error as _, MapAccess, SeqAccess, Visitor};
use serde::ser::Serialize;
use serde_json::{Map, Number, Value};

use super::content::numeral;
use super::exact::note_float;
use super::scalar::read_float;
use super::{Codec, Seed, codec, refuse, seed};
use crate::decimal::Decimal;

codec!(Value, of Value, by Any, written as |value, serializer| value.serialize(serializer));
codec!(
    /// An object of any content.
    Map<String, Value>, of Map<String, Value>, by Entries, written as |value, serializer| value.serialize(serializer)
);

struct Any;

impl<'de> Visitor<'de> for Any {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        note_float();
        let number = Number::from_f64(value).ok_or_else(|| E::custom("type: expected a finite number"))?;
        Ok(Value::Number(number))
    }

    fn visit_bytes<E: serde::de::Error>(self, number: &[u8]) -> Result<Value, E> {
        let integer = Decimal::parse(numeral(number)?).and_then(Decimal::to_integer);
        match integer.and_then(Number::from_i128) {
            Some(integer) => Ok(Value::Number(integer)),
            None => self.visit_f64(read_float(number)?),
        }
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = items.next_element_seed(Seed::<Value>::new())? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Value, A::Error> {
        entries(members).map(Value::Object)
    }
}

struct Entries;

impl<'de> Visitor<'de> for Entries {
    type Value = Map<String, Value>;
    refuse!("an object"; visit_unit(), visit_bool(bool), visit_str(&str), visit_i64(i64), visit_u64(u64), visit_f64(f64), visit_bytes(&[u8]));
    refuse!(seq "an object");

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Self::Value, A::Error> {
        entries(members)
    }
}

fn entries<'de, A: MapAccess<'de>>(mut members: A) -> Result<Map<String, Value>, A::Error> {
    let mut values = Map::new();
    while let Some(name) = members.next_key_seed(Seed::<String>::new())? {
        let value = members.next_value_seed(Seed::<Value>::new())?;
        if values.insert(name, value).is_some() {
            return Err(A::Error::custom("duplicate: expected each member name once"));
        }
    }
    Ok(values)
}

/// Parses JSON of any content. Unlike `serde_json`'s own `Value` it refuses a duplicate member.
///
/// # Errors
///
/// What is not JSON, and a duplicate member.
pub fn parse_strict(json: &[u8]) -> Result<Value, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let value = Value::read(&mut deserializer)?;
    deserializer.end()?;
    Ok(value)
}

/// The value of a JSON text that a schema holds, as a default.
#[must_use]
pub fn json(text: &str) -> Value {
    // The generator wrote the text from a value.
    serde_json::from_str(text).unwrap_or_default()
}

/// Reads past a value of any content.
pub(crate) struct Skip;

seed!(Skip, of (), by deserialize_any);

impl<'de> Visitor<'de> for Skip {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_bytes<E: serde::de::Error>(self, number: &[u8]) -> Result<(), E> {
        numeral(number).map(drop)
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(Skip)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let mut names = BTreeSet::new();
        while let Some(name) = members.next_key_seed(Name)? {
            if !names.insert(name) {
                return Err(A::Error::custom("duplicate: expected each member name once"));
            }
            members.next_value_seed(Skip)?;
        }
        Ok(())
    }
}

/// Reads a member name, borrowed from the payload where it stands there without escapes.
pub(crate) struct Name;

seed!(Name, of Cow<'de, str>, by deserialize_str);

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a member name")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name.to_owned()))
    }

    fn visit_string<E>(self, name: String) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name))
    }
}

/// Stands in `Debug` for a value that `x-sensitive` keeps out of it.
pub struct Redacted;

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}
