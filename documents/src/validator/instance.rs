//! A value that is validated, with the texts of the numbers in it that `serde_json` can't hold.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::marker::PhantomData;

use jsonschema::json::JsonNumber;
use serde_json::{Number, Value};

use crate::decimal::{Decimal, Held};

/// The texts of numbers in a value, where the number that stands there is only near: by the place in memory, so that the
/// value stays borrowed.
#[derive(Debug, Default)]
pub struct Numerals<'v> {
    texts: BTreeMap<usize, String>,
    of: PhantomData<&'v Value>,
}

impl<'v> Numerals<'v> {
    /// Notes the text of a number.
    pub fn insert(&mut self, number: &'v Value, text: impl Into<String>) {
        self.texts.insert(address(number), text.into());
    }

    fn get(&self, number: &Value) -> Option<&str> {
        self.texts.get(&address(number)).map(String::as_str)
    }
}

fn address(value: &Value) -> usize {
    std::ptr::from_ref(value).addr()
}

/// A value to validate. The numbers in a [`Value`] are those that are printed of it; with [`Numerals`] those that are noted
/// there.
///
/// ```
/// use serde_json::json;
/// use thoth_messaging_documents::Validation;
/// use thoth_messaging_documents::validator::{Bounded, Instance, Numerals};
///
/// let integers = Bounded::build(Validation::default(), None, "schema:///integer.json", &json!({"type": "integer"}))?;
/// let value = json!(1.0);
/// assert_eq!(integers.is_valid(&value), Ok(true));
///
/// let mut numerals = Numerals::default();
/// numerals.insert(&value, "1.00000000000000000001");
/// assert_eq!(integers.is_valid(Instance::new(&value, &numerals)), Ok(false));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Instance<'v> {
    pub(super) value: &'v Value,
    numerals: Option<&'v Numerals<'v>>,
}

impl<'v> From<&'v Value> for Instance<'v> {
    fn from(value: &'v Value) -> Self {
        Self { value, numerals: None }
    }
}

impl<'v> Instance<'v> {
    /// A value with the texts of its numbers.
    #[must_use]
    pub fn new(value: &'v Value, numerals: &'v Numerals<'v>) -> Self {
        Self { value, numerals: Some(numerals).filter(|numerals| !numerals.texts.is_empty()) }
    }

    /// A value in this one.
    pub(super) fn with(self, value: &'v Value) -> Self {
        Self { value, ..self }
    }

    pub(super) fn numeral(self, number: &'v Number) -> Numeral<'v> {
        Numeral { number, text: self.numerals.and_then(|numerals| numerals.get(self.value)) }
    }

    /// Returns whether there is a number in it, or in a value in it, that is not the same as a float and as a decimal.
    pub(super) fn has_wide_numbers(self) -> bool {
        /// Every integer up to here is a float.
        const WIDE: f64 = 9_007_199_254_740_992.0;
        match self.value {
            Value::Number(number) => {
                self.numeral(number).text.is_some()
                    || number.is_f64() && number.as_f64().is_none_or(|it| it.abs() >= WIDE)
            }
            Value::Array(items) => items.iter().any(|item| self.with(item).has_wide_numbers()),
            Value::Object(members) => members.values().any(|member| self.with(member).has_wide_numbers()),
            _ => false,
        }
    }

    /// Returns one text for all ways to write the same value.
    pub(super) fn canonical(self) -> String {
        match self.value {
            Value::Number(number) => {
                let numeral = self.numeral(number);
                let text = numeral.as_str();
                Decimal::parse(&text).map_or_else(|| text.to_string(), |decimal| decimal.canonical())
            }
            Value::Array(items) => {
                let items: Vec<String> = items.iter().map(|item| self.with(item).canonical()).collect();
                format!("[{}]", items.join(","))
            }
            Value::Object(members) => {
                let member = |(name, value): (&String, &'v Value)| {
                    format!("{}:{}", Value::from(name.as_str()), self.with(value).canonical())
                };
                let mut members: Vec<String> = members.iter().map(member).collect();
                members.sort_unstable();
                format!("{{{}}}", members.join(","))
            }
            other => other.to_string(),
        }
    }
}

/// A number: as a text where that is noted.
pub(super) struct Numeral<'v> {
    number: &'v Number,
    text: Option<&'v str>,
}

/// The integer that a text stands for, where its type holds it.
fn integer<T: TryFrom<i128>>(text: &str) -> Option<T> {
    T::try_from(Decimal::parse(text)?.to_integer()?).ok()
}

impl JsonNumber for Numeral<'_> {
    fn as_u64(&self) -> Option<u64> {
        match self.text {
            Some(text) => integer(text),
            None => self.number.as_u64(),
        }
    }

    fn as_i64(&self) -> Option<i64> {
        match self.text {
            Some(text) => integer(text),
            None => self.number.as_i64(),
        }
    }

    /// Equal to no float, where none is printed as the text.
    fn as_f64(&self) -> Option<f64> {
        match self.text {
            Some(text) if Held::in_float(text) == Held::Exactly => text.parse().ok(),
            Some(_) => Some(f64::NAN),
            None => self.number.as_f64(),
        }
    }

    fn as_str(&self) -> Cow<'_, str> {
        self.text.map_or_else(|| Cow::Owned(self.number.to_string()), Cow::Borrowed)
    }

    fn to_number(&self) -> Cow<'_, Number> {
        Cow::Borrowed(self.number)
    }

    fn is_integer(&self) -> bool {
        match self.text {
            Some(text) => Decimal::parse(text).is_some_and(|decimal| decimal.is_integer()),
            None => {
                self.number.is_i64() || self.number.is_u64() || self.number.as_f64().is_some_and(|it| it.fract() == 0.0)
            }
        }
    }

    fn is_written_as_integer(&self) -> bool {
        match self.text {
            Some(text) => !text.contains(['.', 'e', 'E']),
            None => self.number.is_written_as_integer(),
        }
    }
}
