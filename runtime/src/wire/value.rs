//! JSON of any content, as `serde_json::Value`.

use std::fmt;

use serde_json::{Map, Number, Value};

use super::numbers::not_held;
use super::reader::{Kind, Number as Numeral, duplicate};
use super::{Codec, Error, Reader, Writer};
use crate::decimal::{Decimal, Held};

/// A value that holds every number of it.
impl Codec for Value {
    type Value = Value;

    fn read(reader: &mut Reader<'_>) -> Result<Value, Error> {
        any(reader, held)
    }

    fn write(value: &Value, writer: &mut Writer) -> Result<(), Error> {
        writer.any(value);
        Ok(())
    }
}

/// An object of any content.
impl Codec for Map<String, Value> {
    type Value = Map<String, Value>;

    fn read(reader: &mut Reader<'_>) -> Result<Self::Value, Error> {
        members(reader, held)
    }

    fn write(value: &Self::Value, writer: &mut Writer) -> Result<(), Error> {
        writer.members(value);
        Ok(())
    }
}

/// A value whose numbers are the nearest floats, where they are not beyond the largest one.
#[derive(Debug)]
pub struct Nearest;

impl Codec for Nearest {
    type Value = Value;

    fn read(reader: &mut Reader<'_>) -> Result<Value, Error> {
        any(reader, finite)
    }

    fn write(value: &Value, writer: &mut Writer) -> Result<(), Error> {
        Value::write(value, writer)
    }
}

/// A value as [`Nearest`], in which what is written as no integer is none: `1.00000000000000000001` is the float above 1.
///
/// There is no such float from 2^52 on: there it is the nearest one.
#[derive(Debug)]
pub struct NearestOfKind;

impl Codec for NearestOfKind {
    type Value = Value;

    fn read(reader: &mut Reader<'_>) -> Result<Value, Error> {
        any(reader, |reader, number| {
            let near = finite(reader, number)?;
            let float = near.as_f64().filter(|float| near.is_f64() && float.fract() == 0.0);
            let Some(float) = float.filter(|_| !number.is_integer()) else { return Ok(near) };
            let is_above = Decimal::parse(number.text) > Decimal::parse(&float.to_string());
            Ok(Number::from_f64(if is_above { float.next_up() } else { float.next_down() }).unwrap_or(near))
        })
    }

    fn write(value: &Value, writer: &mut Writer) -> Result<(), Error> {
        Value::write(value, writer)
    }
}

/// The number that is nearest, where that is not beyond the largest one.
fn finite(_: &mut Reader<'_>, number: Numeral<'_>) -> Result<Number, Error> {
    let is_finite = number.integer().is_some() || number.nearest().is_finite();
    if is_finite { Ok(nearest(number)) } else { Err(Error::limit("a number that fits a 64-bit float")) }
}

type OfNumber = fn(&mut Reader<'_>, Numeral<'_>) -> Result<Number, Error>;

fn any(reader: &mut Reader<'_>, number: OfNumber) -> Result<Value, Error> {
    Ok(match reader.kind() {
        Kind::Null => {
            reader.null()?;
            Value::Null
        }
        Kind::Boolean => Value::Bool(reader.boolean()?),
        Kind::Number => {
            let offset = reader.offset();
            let numeral = reader.number()?;
            Value::Number(number(reader, numeral).map_err(|error| error.or_at(offset))?)
        }
        Kind::String => Value::String(reader.string()?.into_owned()),
        Kind::Array => {
            let mut items = Vec::new();
            let mut more = reader.array()?;
            while more {
                items.push(any(reader, number)?);
                more = reader.next_item()?;
            }
            Value::Array(items)
        }
        Kind::Object => Value::Object(members(reader, number)?),
        Kind::Nothing => return Err(reader.syntax()),
    })
}

fn members(reader: &mut Reader<'_>, number: OfNumber) -> Result<Map<String, Value>, Error> {
    let offset = reader.offset();
    let mut members = Map::new();
    let mut more = reader.object()?;
    while more {
        let name = reader.name()?.into_owned();
        if members.insert(name, any(reader, number)?).is_some() {
            return Err(duplicate(offset));
        }
        more = reader.next_member()?;
    }
    Ok(members)
}

/// A number that is equal to the one that is written, or is what that was printed of.
fn held(reader: &mut Reader<'_>, number: Numeral<'_>) -> Result<Number, Error> {
    if let Some(integer) = number.integer().and_then(Number::from_i128) {
        return Ok(integer);
    }
    if !number.is_held() {
        if let Some(integer) = number.whole().and_then(Number::from_i128) {
            return Ok(integer);
        }
        let Held::Rounded(float) = number.in_float() else { return Err(not_held()) };
        reader.note_rounded(float);
    }
    Number::from_f64(number.nearest()).ok_or_else(not_held)
}

/// Reads a value whose numbers are the nearest that there are; true if it holds all of them.
#[cfg(feature = "dynamic")]
pub(super) fn read_nearest(reader: &mut Reader<'_>) -> Result<(Value, bool), Error> {
    let value = any(reader, |reader, number| {
        if !number.is_held() {
            reader.note_rounded(number.nearest());
        }
        Ok(nearest(number))
    })?;
    Ok((value, reader.numbers().is_empty()))
}

/// The number that is nearest.
pub(super) fn nearest(number: Numeral<'_>) -> Number {
    let integer = number.integer().and_then(Number::from_i128);
    integer.or_else(|| Number::from_f64(number.nearest().clamp(f64::MIN, f64::MAX))).unwrap_or_else(|| 0.into())
}

/// Parses JSON of any content, its numbers as the nearest that there are. Unlike `serde_json`'s own `Value` it refuses a
/// duplicate member.
///
/// # Errors
///
/// What is not JSON, and a duplicate member.
pub fn parse_strict(json: &[u8]) -> Result<Value, Error> {
    let text = str::from_utf8(json).map_err(|error| Error::syntax(error.valid_up_to()))?;
    Reader::whole::<Nearest>(text)
}

/// The value of a JSON text that a schema holds, as a default.
#[must_use]
pub fn json(text: &str) -> Value {
    // The generator wrote the text from a value.
    serde_json::from_str(text).unwrap_or_default()
}

/// Stands in `Debug` for a value that `x-sensitive` keeps out of it.
pub struct Redacted;

impl fmt::Debug for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}
