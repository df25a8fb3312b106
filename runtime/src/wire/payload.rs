//! A payload for a validator.

use serde_json::{Number, Value};
use thoth_messaging_documents::validator::{Instance, Numerals};

use super::content::Content;
use super::exact::exactly;
use super::value::parse_strict;
use crate::error::Violation;

/// A payload: a value, and the tree that it was made of where numbers in it are not equal to their floats.
pub(crate) struct Payload<'p> {
    value: Value,
    content: Option<Content<'p>>,
}

impl<'p> Payload<'p> {
    /// Parses JSON of any content.
    ///
    /// # Errors
    ///
    /// What is not JSON, and a duplicate member.
    pub(crate) fn parse(payload: &'p [u8]) -> Result<Self, serde_json::Error> {
        let plain = || parse_strict(payload).map(|value| Self { value, content: None });
        match str::from_utf8(payload) {
            Ok(text) => exactly(text, plain, |content| Ok(Self::of(content))),
            Err(_) => plain(),
        }
    }

    pub(super) fn of(content: Content<'p>) -> Self {
        Self { value: to_value(&content), content: Some(content) }
    }

    /// Returns whether every number in it is equal to the one that the value has.
    pub(crate) fn is_exact(&self) -> bool {
        self.content.is_none()
    }

    /// The tree.
    pub(super) fn content(&self) -> &Content<'p> {
        self.content.as_ref().unwrap_or(&Content::Null)
    }

    /// The texts of its numbers, to be borrowed.
    pub(crate) fn numerals(&self) -> Numerals<'_> {
        let mut numerals = Numerals::default();
        if let Some(content) = &self.content {
            note(content, &self.value, &mut numerals);
        }
        numerals
    }

    /// The payload as validators see it.
    pub(crate) fn instance<'v>(&'v self, numerals: &'v Numerals<'v>) -> Instance<'v> {
        Instance::new(&self.value, numerals)
    }

    /// The value, where it holds every number of the payload.
    ///
    /// # Errors
    ///
    /// The first number that it does not hold.
    pub(crate) fn into_value(self) -> Result<Value, serde_json::Error> {
        match &self.content {
            Some(content) => <Value as super::Codec>::read(content),
            None => Ok(self.value),
        }
    }
}

/// The violation of a payload that is valid, but would not be with its numbers as they are held.
pub(crate) fn not_held() -> Violation {
    Violation {
        instance_path: String::new(),
        schema_path: String::new(),
        keyword: "limit".to_owned(),
        expected: "numbers that 64-bit floats hold".to_owned(),
    }
}

/// The value of a tree, with the floats that are nearest.
fn to_value(content: &Content<'_>) -> Value {
    match content {
        Content::Null => Value::Null,
        Content::Boolean(boolean) => Value::Bool(*boolean),
        Content::Unsigned(integer) => Value::from(*integer),
        Content::Signed(integer) => Value::from(*integer),
        Content::Float(float) => Value::from(*float),
        Content::Number(text) => {
            let float: f64 = text.parse().unwrap_or_default();
            Number::from_f64(float.clamp(f64::MIN, f64::MAX)).map_or(Value::Null, Value::Number)
        }
        Content::Text(text) => Value::from(&**text),
        Content::Items(items) => items.iter().map(to_value).collect(),
        Content::Members(members) => {
            members.iter().map(|(name, member)| (name.to_string(), to_value(member))).collect()
        }
    }
}

fn note<'v>(content: &Content<'_>, value: &'v Value, numerals: &mut Numerals<'v>) {
    match (content, value) {
        (Content::Number(text), number) => numerals.insert(number, &**text),
        (Content::Items(items), Value::Array(values)) => {
            items.iter().zip(values).for_each(|(item, value)| note(item, value, numerals));
        }
        (Content::Members(members), Value::Object(values)) => {
            for (name, member) in members {
                if let Some(value) = values.get(&**name) {
                    note(member, value, numerals);
                }
            }
        }
        _ => {}
    }
}
