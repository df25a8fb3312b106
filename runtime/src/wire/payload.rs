//! A payload for a validator.

use serde_json::Value;
use thoth_messaging_documents::validator::{Instance, Numerals};

use super::reader::Kind;
use super::value::read_nearest;
use super::{Codec as _, Error, Reader};
use crate::error::Violation;

/// A payload: its text, and the value that it is, with the nearest numbers.
pub(crate) struct Payload<'p> {
    text: &'p str,
    value: Value,
    is_exact: bool,
}

impl<'p> Payload<'p> {
    /// Parses JSON of any content.
    ///
    /// # Errors
    ///
    /// What is not JSON, and a duplicate member.
    pub(crate) fn parse(text: &'p str) -> Result<Self, Error> {
        let mut reader = Reader::new(text);
        reader.space();
        let (value, is_exact) = read_nearest(&mut reader)?;
        reader.end()?;
        Ok(Self { text, value, is_exact })
    }

    /// Returns whether every number in it is equal to the one that the value has.
    pub(crate) fn is_exact(&self) -> bool {
        self.is_exact
    }

    /// The texts of its numbers, to be borrowed.
    pub(crate) fn numerals(&self) -> Numerals<'_> {
        let mut numerals = Numerals::default();
        if !self.is_exact {
            let mut reader = Reader::new(self.text);
            reader.space();
            // It was read before.
            note(&mut reader, &self.value, &mut numerals).unwrap_or_default();
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
    pub(crate) fn into_value(self) -> Result<Value, Error> {
        if self.is_exact { Ok(self.value) } else { Reader::whole::<Value>(self.text) }
    }
}

/// A value whose numbers are all equal to those that are written; none where they are not.
pub(crate) fn exact_value(text: &str) -> Option<Value> {
    let mut reader = Reader::new(text);
    let value = Value::read(&mut reader).ok()?;
    reader.numbers().is_empty().then_some(value)
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

/// Notes the numbers of a text that the value made of it is not equal to.
fn note<'v>(reader: &mut Reader<'_>, value: &'v Value, numerals: &mut Numerals<'v>) -> Result<(), Error> {
    match (reader.kind(), value) {
        (Kind::Number, number) => {
            let numeral = reader.number()?;
            if !numeral.is_held() {
                numerals.insert(number, numeral.text);
            }
        }
        (Kind::Array, Value::Array(values)) => {
            reader.array()?;
            for value in values {
                note(reader, value, numerals)?;
                reader.next_item()?;
            }
        }
        (Kind::Object, Value::Object(values)) => {
            let mut more = reader.object()?;
            while more {
                let name = reader.name()?;
                note(reader, values.get(&*name).unwrap_or(&Value::Null), numerals)?;
                more = reader.next_member()?;
            }
        }
        _ => reader.skip()?,
    }
    Ok(())
}
