//! Null, booleans, strings and numbers.

use std::marker::PhantomData;
use std::sync::Arc;

use serde::de::{Deserializer, Error as _, Visitor};
use serde::ser::{Error as _, Serialize, Serializer};

use super::content::numeral;
use super::exact::{HELD, note_float, note_rounded};
use super::{Codec, codec, refuse};
use crate::decimal::{Decimal, Held};

codec!((), of (), by Null, written as |_value, serializer| serializer.serialize_unit());
codec!(bool, of bool, by Boolean, written as |value, serializer| serializer.serialize_bool(*value));
codec!(String, of String, by Text, written as |value, serializer| serializer.serialize_str(value));
codec!(
    /// `number`: every JSON number that a 64-bit float holds.
    f64, of f64, by Number { exact: false }, written as |value, serializer| write_number(*value, serializer)
);
codec!(
    ExactNumber, of f64, by Number { exact: true }, written as |value, serializer| write_number(*value, serializer)
);

struct Null;

impl<'de> Visitor<'de> for Null {
    type Value = ();
    refuse!("null"; visit_bool(bool), visit_str(&str), visit_i64(i64), visit_u64(u64), visit_f64(f64), visit_bytes(&[u8]));
    refuse!(seq "null");
    refuse!(map "null");

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

struct Boolean;

impl<'de> Visitor<'de> for Boolean {
    type Value = bool;
    refuse!("a boolean"; visit_unit(), visit_str(&str), visit_i64(i64), visit_u64(u64), visit_f64(f64), visit_bytes(&[u8]));
    refuse!(seq "a boolean");
    refuse!(map "a boolean");

    fn visit_bool<E>(self, value: bool) -> Result<bool, E> {
        Ok(value)
    }
}

struct Text;

impl<'de> Visitor<'de> for Text {
    type Value = String;
    refuse!("a string"; visit_unit(), visit_bool(bool), visit_i64(i64), visit_u64(u64), visit_f64(f64), visit_bytes(&[u8]));
    refuse!(seq "a string");
    refuse!(map "a string");

    fn visit_str<E>(self, value: &str) -> Result<String, E> {
        Ok(value.to_owned())
    }

    fn visit_string<E>(self, value: String) -> Result<String, E> {
        Ok(value)
    }
}

/// Strings where the user chose another type for them.
macro_rules! texts {
    ($($type:ty),*) => {$(
        impl Codec for $type {
            type Value = $type;

            fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<$type, D::Error> {
                String::read(deserializer).map(Into::into)
            }

            fn write<S: Serializer>(value: &$type, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(value)
            }
        }
    )*};
}

texts!(Box<str>, Arc<str>);

fn write_number<S: Serializer>(value: f64, serializer: S) -> Result<S::Ok, S::Error> {
    if !value.is_finite() {
        // serde_json would write null.
        return Err(S::Error::custom("type: expected a finite number"));
    }
    match exact_integer(value) {
        // 3.0 is written as 3, which is how most producers wrote it.
        Some(integer) if integer.unsigned_abs() < 1 << 53 => serializer.serialize_i128(integer),
        _ => serializer.serialize_f64(value),
    }
}

/// `number` with constraints: an integer that no 64-bit float is printed as is refused, as what it is rounded to may meet
/// what it does not.
#[derive(Debug)]
pub struct ExactNumber;

/// Reads a number: as a float that holds it, or, where it is exact, as the one that is printed as it.
struct Number {
    exact: bool,
}

impl Number {
    fn integer<E: serde::de::Error>(&self, integer: i128) -> Result<f64, E> {
        #[allow(clippy::cast_precision_loss, reason = "what is rounded is refused")]
        let float = integer as f64;
        if integer.unsigned_abs() <= MAX_EXACT {
            return Ok(float);
        }
        match Held::in_float(&integer.to_string()) {
            Held::Exactly => Ok(float),
            Held::Rounded(_) if !self.exact => Ok(float),
            _ => Err(not_held()),
        }
    }
}

impl<'de> Visitor<'de> for Number {
    type Value = f64;
    refuse!("a number"; visit_unit(), visit_bool(bool), visit_str(&str));
    refuse!(seq "a number");
    refuse!(map "a number");

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<f64, E> {
        self.integer(value.into())
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<f64, E> {
        self.integer(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<f64, E> {
        note_float();
        Ok(value)
    }

    fn visit_bytes<E: serde::de::Error>(self, number: &[u8]) -> Result<f64, E> {
        read_float(number)
    }
}

/// Every integer up to here is a 64-bit float.
const MAX_EXACT: u128 = 1 << 53;

/// Reads a number that was kept as text.
pub(super) fn read_float<E: serde::de::Error>(number: &[u8]) -> Result<f64, E> {
    match Held::in_float(numeral(number)?) {
        Held::Rounded(float) => {
            note_rounded(float);
            Ok(float)
        }
        _ => Err(not_held()),
    }
}

fn not_held<E: serde::de::Error>() -> E {
    E::custom(format_args!("limit: expected {HELD}"))
}

/// An integer, read into the type `T`; one that does not fit is an error. `1.0` is one, unless it is strict.
#[derive(Debug)]
pub struct AnyInteger<T, const STRICT: bool>(PhantomData<T>);

/// `integer`, from draft 6 on: `1.0` is one.
pub type Integer<T> = AnyInteger<T, false>;

/// `integer` in draft 4, where `1.0` is none.
pub type StrictInteger<T> = AnyInteger<T, true>;

trait Fits: Copy + TryFrom<i128> + Serialize {
    const NAME: &'static str;
}

fn read_integer<'de, T: Fits, D: Deserializer<'de>>(deserializer: D, strict: bool) -> Result<T, D::Error> {
    struct Whole {
        strict: bool,
    }
    impl<'de> Visitor<'de> for Whole {
        type Value = i128;
        refuse!("an integer"; visit_unit(), visit_bool(bool), visit_str(&str));
        refuse!(seq "an integer");
        refuse!(map "an integer");

        fn visit_i64<E>(self, value: i64) -> Result<i128, E> {
            Ok(value.into())
        }

        fn visit_u64<E>(self, value: u64) -> Result<i128, E> {
            Ok(value.into())
        }

        fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<i128, E> {
            note_float();
            // Past 2^63 it is unknown how the number was written, and it does not fit anyway.
            if value.fract() != 0.0 || self.strict && value.abs() < 9_223_372_036_854_775_808.0 {
                return Err(E::custom("type: expected an integer"));
            }
            exact_integer(value).ok_or_else(too_wide)
        }

        fn visit_bytes<E: serde::de::Error>(self, number: &[u8]) -> Result<i128, E> {
            let text = numeral(number)?;
            let decimal = Decimal::parse(text).filter(Decimal::is_integer);
            match decimal.filter(|_| !(self.strict && text.contains(['.', 'e', 'E']))) {
                Some(decimal) => decimal.to_integer().ok_or_else(too_wide),
                None => Err(E::custom("type: expected an integer")),
            }
        }
    }
    let whole = deserializer.deserialize_any(Whole { strict })?;
    T::try_from(whole).map_err(|_| D::Error::custom(format_args!("limit: expected an integer that fits {}", T::NAME)))
}

/// The integer that a float is printed as, where there is one of 128 bits.
fn exact_integer(value: f64) -> Option<i128> {
    #[allow(clippy::cast_possible_truncation, reason = "the guard leaves what fits")]
    if value.abs() <= 9_007_199_254_740_992.0 {
        return (value.fract() == 0.0).then_some(value as i128);
    }
    Decimal::parse(&format!("{value:e}"))?.to_integer()
}

fn too_wide<E: serde::de::Error>() -> E {
    E::custom("limit: expected an integer of at most 64 bits")
}

macro_rules! integers {
    ($($type:ty),*) => {$(
        impl Fits for $type {
            const NAME: &'static str = stringify!($type);
        }

        impl Codec for $type {
            type Value = $type;

            fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<$type, D::Error> {
                Integer::<$type>::read(deserializer)
            }

            fn write<S: Serializer>(value: &$type, serializer: S) -> Result<S::Ok, S::Error> {
                value.serialize(serializer)
            }
        }

        impl<const STRICT: bool> Codec for AnyInteger<$type, STRICT> {
            type Value = $type;

            fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<$type, D::Error> {
                read_integer(deserializer, STRICT)
            }

            fn write<S: Serializer>(value: &$type, serializer: S) -> Result<S::Ok, S::Error> {
                <$type as Codec>::write(value, serializer)
            }
        }
    )*};
}

integers!(i8, i16, i32, i64, u8, u16, u32, u64);
