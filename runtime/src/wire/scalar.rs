//! Null, booleans, strings and numbers.

use std::marker::PhantomData;
use std::sync::Arc;

use super::numbers::not_held;
use super::reader::Number;
use super::{Codec, Error, Reader, Writer};
use crate::decimal::{Decimal, Held};

impl Codec for () {
    type Value = ();

    fn read(reader: &mut Reader<'_>) -> Result<(), Error> {
        reader.null()
    }

    fn write((): &(), writer: &mut Writer) -> Result<(), Error> {
        writer.null();
        Ok(())
    }
}

impl Codec for bool {
    type Value = bool;

    fn read(reader: &mut Reader<'_>) -> Result<bool, Error> {
        reader.boolean()
    }

    fn write(value: &bool, writer: &mut Writer) -> Result<(), Error> {
        writer.boolean(*value);
        Ok(())
    }
}

/// Strings, in the type that the user chose for them.
macro_rules! texts {
    ($($type:ty),*) => {$(
        impl Codec for $type {
            type Value = $type;

            fn read(reader: &mut Reader<'_>) -> Result<$type, Error> {
                reader.string().map(|text| text.into())
            }

            fn write(value: &$type, writer: &mut Writer) -> Result<(), Error> {
                writer.string(value);
                Ok(())
            }
        }
    )*};
}

texts!(Box<str>, Arc<str>);
#[cfg(feature = "compact_str")]
texts!(compact_str::CompactString);

impl Codec for String {
    type Value = String;

    fn read(reader: &mut Reader<'_>) -> Result<String, Error> {
        reader.owned_string()
    }

    fn read_to(reader: &mut Reader<'_>, place: &mut Option<String>) -> Result<(), Error> {
        *place = Some(reader.owned_string()?);
        Ok(())
    }

    fn write(value: &String, writer: &mut Writer) -> Result<(), Error> {
        writer.string(value);
        Ok(())
    }
}

/// `number`: every JSON number that a 64-bit float holds.
impl Codec for f64 {
    type Value = f64;

    fn read(reader: &mut Reader<'_>) -> Result<f64, Error> {
        read_float(reader, false)
    }

    fn write(value: &f64, writer: &mut Writer) -> Result<(), Error> {
        write_float(*value, writer)
    }
}

/// `number` with constraints: an integer that no 64-bit float is printed as is refused, as what it is rounded to may meet
/// what it does not.
#[derive(Debug)]
pub struct ExactNumber;

impl Codec for ExactNumber {
    type Value = f64;

    fn read(reader: &mut Reader<'_>) -> Result<f64, Error> {
        read_float(reader, true)
    }

    fn write(value: &f64, writer: &mut Writer) -> Result<(), Error> {
        write_float(*value, writer)
    }
}

fn read_float(reader: &mut Reader<'_>, exact: bool) -> Result<f64, Error> {
    let offset = reader.offset();
    let number = reader.number()?;
    match number.in_float() {
        Held::Exactly => Ok(number.nearest()),
        // An integer of 64 bits may be rounded, where nothing is asked of it.
        Held::Rounded(float) if number.integer().is_some() && !exact => Ok(float),
        Held::Rounded(float) if number.integer().is_none() => {
            reader.note_rounded(float);
            Ok(float)
        }
        _ => Err(not_held().or_at(offset)),
    }
}

fn write_float(value: f64, writer: &mut Writer) -> Result<(), Error> {
    if !value.is_finite() {
        return Err(Error::new("type", "a finite number"));
    }
    match exact_integer(value) {
        // 3.0 is written as 3, which is how most producers wrote it.
        Some(integer) if integer.unsigned_abs() < 1 << 53 => writer.integer(integer),
        _ => writer.float(value),
    }
    Ok(())
}

/// The integer that a float is printed as, where there is one of 128 bits.
fn exact_integer(value: f64) -> Option<i128> {
    #[allow(clippy::cast_possible_truncation, reason = "the guard leaves what fits")]
    if value.abs() <= 9_007_199_254_740_992.0 {
        return (value.fract() == 0.0).then_some(value as i128);
    }
    Decimal::parse(&format!("{value:e}"))?.to_integer()
}

/// An integer, read into the type `T`; one that does not fit is an error. `1.0` is one, unless it is strict.
#[derive(Debug)]
pub struct AnyInteger<T, const STRICT: bool>(PhantomData<T>);

/// `integer`, from draft 6 on: `1.0` is one.
pub type Integer<T> = AnyInteger<T, false>;

/// `integer` in draft 4, where `1.0` is none.
pub type StrictInteger<T> = AnyInteger<T, true>;

#[inline]
fn read_integer<T: TryFrom<i128>>(reader: &mut Reader<'_>, strict: bool, name: &str) -> Result<T, Error> {
    let offset = reader.offset();
    let fits = |integer| T::try_from(integer);
    let too_large = |_| Error::limit(format!("an integer that fits {name}")).or_at(offset);
    if let Some(integer) = reader.short_integer() {
        return fits(integer.into()).map_err(too_large);
    }
    if !matches!(reader.peek(), b'-' | b'0'..=b'9') {
        return Err(reader.refused("an integer"));
    }
    let number = reader.number()?;
    let integer = match number.integer() {
        Some(integer) => integer,
        None => unusual_integer(number, strict).map_err(|error| error.or_at(offset))?,
    };
    fits(integer).map_err(too_large)
}

/// An integer that has more than 64 bits, or is written as a decimal.
#[cold]
fn unusual_integer(number: Number<'_>, strict: bool) -> Result<i128, Error> {
    let decimal = Decimal::parse(number.text).filter(Decimal::is_integer);
    let integer = decimal.ok_or_else(|| Error::new("type", "an integer"))?.to_integer();
    // Draft 4 goes by how it is written; to parsers `-0` is a float, and of a float from 2^63 on that is unknown.
    let is_decimal = !number.is_whole || number.text == "-0";
    let is_known = || !number.is_held() || integer.is_some_and(|integer| integer.unsigned_abs() < 1 << 63);
    if strict && is_decimal && is_known() {
        return Err(Error::new("type", "an integer"));
    }
    integer.ok_or_else(|| Error::limit("an integer of at most 64 bits"))
}

macro_rules! integers {
    ($($type:ty),*) => {$(
        impl Codec for $type {
            type Value = $type;

            fn read(reader: &mut Reader<'_>) -> Result<$type, Error> {
                read_integer(reader, false, stringify!($type))
            }

            fn write(value: &$type, writer: &mut Writer) -> Result<(), Error> {
                writer.integer(i128::from(*value));
                Ok(())
            }
        }

        impl<const STRICT: bool> Codec for AnyInteger<$type, STRICT> {
            type Value = $type;

            fn read(reader: &mut Reader<'_>) -> Result<$type, Error> {
                read_integer(reader, STRICT, stringify!($type))
            }

            fn write(value: &$type, writer: &mut Writer) -> Result<(), Error> {
                <$type as Codec>::write(value, writer)
            }
        }
    )*};
}

integers!(i8, i16, i32, i64, u8, u16, u32, u64);
