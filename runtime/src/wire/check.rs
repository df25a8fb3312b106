//! Constraints that the Rust type does not say, checked when a value is read and when it is written.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::OnceLock;

use serde_json::Value;

use super::distinct::{Distinct, canonical, items};
use super::numbers::{Number, Numbers, Written, not_held};
use super::{At as _, Codec, Error, Writer};
use crate::decimal::Decimal;

#[inline]
fn ensure(met: bool, keyword: &'static str, expected: impl fmt::Display) -> Result<(), Error> {
    if met { Ok(()) } else { Err(unmet(keyword, &expected)) }
}

#[cold]
fn unmet(keyword: &'static str, expected: &dyn fmt::Display) -> Error {
    Error::new(keyword, expected.to_string())
}

/// Returns whether a text has so many characters at least.
#[inline]
fn has_length(text: &str, length: usize) -> bool {
    // A character has a byte at least, and four at most.
    text.len() >= length && (length <= 1 || text.len() / 4 >= length || text.chars().count() >= length)
}

macro_rules! constraints {
    ($($(#[$doc:meta])* $name:ident$([$($generics:tt)*])?($value:ident: $type:ty, $limit:ident: $bound:ty)
        $keyword:literal, $met:expr, $expected:literal;)*) => {$(
        $(#[$doc])*
        ///
        /// # Errors
        ///
        /// The error, where it is not met.
        #[inline]
        pub fn $name$(<$($generics)*>)?($value: $type, $limit: $bound) -> Result<(), Error> {
            ensure($met, $keyword, format_args!($expected))
        }
    )*};
}

constraints! {
    /// `minLength`, in characters.
    min_length(value: &str, limit: usize) "minLength", has_length(value, limit), "at least {limit} characters";
    /// `maxLength`, in characters.
    max_length(value: &str, limit: usize) "maxLength", value.len() <= limit || !has_length(value, limit + 1), "at most {limit} characters";
    /// `minItems`.
    min_items[T](value: &[T], limit: usize) "minItems", value.len() >= limit, "at least {limit} items";
    /// `maxItems`.
    max_items[T](value: &[T], limit: usize) "maxItems", value.len() <= limit, "at most {limit} items";
    /// `minProperties`, of the number of members.
    min_properties(value: usize, limit: usize) "minProperties", value >= limit, "at least {limit} members";
    /// `maxProperties`, of the number of members.
    max_properties(value: usize, limit: usize) "maxProperties", value <= limit, "at most {limit} members";
}

macro_rules! bounds {
    ($($(#[$doc:meta])* $name:ident $keyword:literal $relation:tt $expected:literal;)*) => {$(
        $(#[$doc])*
        ///
        /// # Errors
        ///
        /// The error, where it is not met, or where that can't be told of a number that was rounded to the limit.
        pub fn $name<T: Number>(value: T, limit: T::Bound) -> Result<(), Error> {
            if value.value() == limit {
                told(value)?;
            }
            ensure(value.value() $relation limit, $keyword, format_args!($expected, limit))
        }
    )*};
}

bounds! {
    /// `minimum`.
    minimum "minimum" >= "{} or more";
    /// `maximum`.
    maximum "maximum" <= "{} or less";
    /// `exclusiveMinimum`.
    exclusive_minimum "exclusiveMinimum" > "more than {}";
    /// `exclusiveMaximum`.
    exclusive_maximum "exclusiveMaximum" < "less than {}";
}

/// `multipleOf`, exact in decimal.
///
/// # Errors
///
/// The error, where it is not met, or where that can't be told of a number that was rounded.
pub fn multiple_of<T: Number>(value: T, limit: &str) -> Result<(), Error> {
    told(value)?;
    let value = value.value().to_string();
    let decimals = Decimal::parse(&value).zip(Decimal::parse(limit));
    let is_multiple = decimals.is_some_and(|(value, limit)| value.is_multiple_of(&limit));
    ensure(is_multiple, "multipleOf", format_args!("a multiple of {limit}"))
}

fn told(number: impl Number) -> Result<(), Error> {
    if number.is_rounded() { Err(not_held()) } else { Ok(()) }
}

/// `enum` and `const` of what is not a string: equal to one of the constants.
///
/// # Errors
///
/// The error, where it is equal to none.
pub fn one_of<T: PartialEq + fmt::Debug>(value: &T, constants: &[T]) -> Result<(), Error> {
    ensure(constants.contains(value), "enum", format_args!("one of {constants:?}"))
}

/// `enum` and `const` of floats.
///
/// # Errors
///
/// The error, where it is equal to none, or where that can't be told of a number that was rounded.
pub fn one_of_numbers(number: Written, constants: &[f64]) -> Result<(), Error> {
    one_of(&number.value(), constants)?;
    told(number)
}

/// Constants of several types: the items of a JSON array, compared as JSON values.
#[derive(Debug)]
pub struct Constants {
    json: &'static str,
    canonical: OnceLock<BTreeSet<String>>,
}

impl Constants {
    /// The constants of a JSON array, which is parsed when it is first used.
    #[must_use]
    pub const fn new(json: &'static str) -> Self {
        Self { json, canonical: OnceLock::new() }
    }

    /// Returns whether a JSON text is one of them.
    fn contains(&self, json: &str) -> bool {
        self.canonical.get_or_init(|| items(self.json)).contains(&canonical(json))
    }
}

/// `enum` and `const` of several types: equal to one of the constants as a JSON value.
///
/// # Errors
///
/// The error, where it is equal to none, or where that can't be told of a number that was rounded.
pub fn one_of_json(value: &Value, constants: &Constants, numbers: &Numbers) -> Result<(), Error> {
    ensure(constants.contains(&value.to_string()), "enum", format_args!("one of {}", constants.json))?;
    if numbers.are_rounded_in(value) { Err(not_held()) } else { Ok(()) }
}

/// `enum`, of more texts than an enum of Rust is made of.
///
/// # Errors
///
/// The error, where it is equal to none.
pub fn one_of_text(text: &str, constants: &Constants) -> Result<(), Error> {
    let json = Value::from(text).to_string();
    ensure(constants.contains(&json), "enum", "one of the constants of the schema")
}

/// `uniqueItems`: no two items are the same JSON value.
///
/// # Errors
///
/// The error, where two are, or where that can't be told of numbers that were rounded.
pub fn unique_items<C: Codec>(items: &[C::Value], numbers: &Numbers) -> Result<(), Error> {
    let mut seen = Distinct::default();
    for item in items {
        let mut writer = Writer::unchecked();
        // What can't be written is refused by its own check.
        let Ok(()) = C::write(item, &mut writer) else { continue };
        // Two numbers may have been told apart by what was rounded.
        seen.add(writer.text()).map_err(|error| if numbers.is_empty() { error } else { not_held() })?;
    }
    Ok(())
}

/// A constraint on each item of an array.
///
/// # Errors
///
/// The first item that does not meet it.
pub fn each<T>(items: &[T], check: impl Fn(&T) -> Result<(), Error>) -> Result<(), Error> {
    items.iter().enumerate().try_for_each(|(index, item)| check(item).at(&index.to_string()))
}

/// A constraint on each value of a map.
///
/// # Errors
///
/// The first value that does not meet it.
pub fn each_value<'a, N: AsRef<str> + 'a, T: 'a>(
    entries: impl IntoIterator<Item = (&'a N, &'a T)>,
    check: impl Fn(&T) -> Result<(), Error>,
) -> Result<(), Error> {
    entries.into_iter().try_for_each(|(name, value)| check(value).at(name.as_ref()))
}

/// `propertyNames`, and what a closed `patternProperties` says of names: a constraint on each member name.
///
/// # Errors
///
/// The first name that does not meet it.
pub fn each_name<'a, N: AsRef<str> + 'a, T: 'a>(
    entries: impl IntoIterator<Item = (&'a N, &'a T)>,
    check: impl Fn(&str) -> Result<(), Error>,
) -> Result<(), Error> {
    entries.into_iter().try_for_each(|(name, _)| check(name.as_ref()).map_err(Error::of_a_name))
}

/// Steps that a match of a text may take, for patterns with look-around or references back; the others need none. Some
/// milliseconds.
#[cfg(feature = "pattern")]
pub(crate) const MAX_BACKTRACKING: usize = 100_000;

/// A compiled `pattern`: an ECMA-262 expression, as the generator translated it.
#[cfg(feature = "pattern")]
pub struct Pattern {
    source: &'static str,
    rust: &'static str,
    compiled: OnceLock<Option<fancy_regex::Regex>>,
}

#[cfg(feature = "pattern")]
impl Pattern {
    /// A pattern, and what it is to the engine. It is compiled when it is first used.
    #[must_use]
    pub const fn new(source: &'static str, rust: &'static str) -> Self {
        Self { source, rust, compiled: OnceLock::new() }
    }

    fn is_match(&self, text: &str) -> bool {
        // The generator compiled it too, with the same engine. More backtracking than is allowed is no match.
        let compiled = self
            .compiled
            .get_or_init(|| fancy_regex::RegexBuilder::new(self.rust).backtrack_limit(MAX_BACKTRACKING).build().ok());
        compiled.as_ref().is_some_and(|regex| regex.is_match(text).unwrap_or(false))
    }
}

/// `pattern`.
///
/// # Errors
///
/// The error, where the text does not match.
#[cfg(feature = "pattern")]
pub fn pattern(value: &str, pattern: &Pattern) -> Result<(), Error> {
    ensure(pattern.is_match(value), "pattern", format_args!("a text that matches `{}`", pattern.source))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_characters_not_bytes() {
        assert!(min_length("ü", 1).is_ok());
        assert!(min_length("ü", 2).is_err());
        assert!(min_length("", 0).is_ok());
        assert!(max_length("üü", 2).is_ok());
        assert!(max_length("üüü", 2).is_err());
    }

    #[test]
    fn multiples_are_exact_in_decimal() {
        let exact = |float| Numbers::exact().of(float);
        assert!(multiple_of(exact(0.0075), "0.0001").is_ok());
        assert!(multiple_of(exact(0.00751), "0.0001").is_err());
        assert!(multiple_of(exact(4.5), "1.5").is_ok());
        assert!(multiple_of(35, "1.5").is_err());
        assert!(multiple_of(exact(1e30), "1").is_ok());
        assert!(multiple_of(-7, "7").is_ok());
        assert!(multiple_of(0, "0.3").is_ok());
        assert!(multiple_of(u64::MAX, "18446744073709551615").is_ok());
        assert!(multiple_of(exact(1e300), &1e298.to_string()).is_ok());
        assert!(multiple_of(exact(1.5e300), &1e300.to_string()).is_err());
        assert!(multiple_of(exact(1e-300), &1e-301.to_string()).is_ok());
    }

    #[test]
    fn equal_items_are_found_however_they_are_written() {
        let items = [serde_json::json!({"a": 1, "b": [1.0]}), serde_json::json!({"b": [1], "a": 1.0})];
        let exact = Numbers::exact();
        assert!(unique_items::<Value>(&items, exact).is_err());
        assert!(unique_items::<Value>(&[serde_json::json!(1), serde_json::json!("1")], exact).is_ok());
    }

    #[test]
    fn an_error_names_its_place() {
        let error = each(&["ok".to_owned(), String::new()], |item| min_length(item, 1)).at("tags").unwrap_err();
        assert_eq!(error.to_string(), "/tags/1 minLength: expected at least 1 characters");
    }
}
