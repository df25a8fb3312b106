//! Constraints that the Rust type does not say, checked when a value is read and when it is written.

use std::any::Any;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::OnceLock;

use serde_json::Value;

use super::content::Content;
use super::exact::{HELD, is_any_rounded, is_rounded};
use super::{Codec, Encoded, locate};
use crate::decimal::Decimal;

/// A constraint that is not met: where, the keyword, and what was expected. It holds no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    path: String,
    keyword: Cow<'static, str>,
    expected: String,
}

impl Fault {
    pub(super) fn new(keyword: impl Into<Cow<'static, str>>, expected: impl fmt::Display) -> Self {
        Self { path: String::new(), keyword: keyword.into(), expected: expected.to_string() }
    }

    /// At the place that a pointer names.
    #[cfg(feature = "dynamic")]
    pub(super) fn with_path(self, path: String) -> Self {
        Self { path, ..self }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{} ", self.path)?;
        }
        write!(f, "{}: expected {}", self.keyword, self.expected)
    }
}

impl std::error::Error for Fault {}

/// Says in which member a constraint is not met.
pub trait At {
    /// With the name of the member in front of the path.
    ///
    /// # Errors
    ///
    /// The fault, with its place.
    #[must_use = "it is the outcome of a check"]
    fn at(self, member: &str) -> Self;
}

impl At for Result<(), Fault> {
    fn at(self, member: &str) -> Self {
        self.map_err(|mut fault| {
            fault.path = locate::segment(member) + &fault.path;
            fault
        })
    }
}

fn ensure(met: bool, keyword: &'static str, expected: impl fmt::Display) -> Result<(), Fault> {
    if met { Ok(()) } else { Err(Fault::new(keyword, expected)) }
}

macro_rules! constraints {
    ($($(#[$doc:meta])* $name:ident$([$($generics:tt)*])?($value:ident: $type:ty, $limit:ident: $bound:ty)
        $keyword:literal, $met:expr, $expected:literal;)*) => {$(
        $(#[$doc])*
        ///
        /// # Errors
        ///
        /// The fault, where it is not met.
        pub fn $name$(<$($generics)*>)?($value: $type, $limit: $bound) -> Result<(), Fault> {
            ensure($met, $keyword, format_args!($expected))
        }
    )*};
}

constraints! {
    /// `minLength`, in characters.
    min_length(value: &str, limit: usize) "minLength", value.chars().nth(limit.wrapping_sub(1)).is_some() || limit == 0, "at least {limit} characters";
    /// `maxLength`, in characters.
    max_length(value: &str, limit: usize) "maxLength", value.len() <= limit || value.chars().nth(limit).is_none(), "at most {limit} characters";
    /// `minItems`.
    min_items[T](value: &[T], limit: usize) "minItems", value.len() >= limit, "at least {limit} items";
    /// `maxItems`.
    max_items[T](value: &[T], limit: usize) "maxItems", value.len() <= limit, "at most {limit} items";
    /// `minProperties`, of the number of members.
    min_properties(value: usize, limit: usize) "minProperties", value >= limit, "at least {limit} members";
    /// `maxProperties`, of the number of members.
    max_properties(value: usize, limit: usize) "maxProperties", value <= limit, "at most {limit} members";
}

/// A number with constraints.
pub trait Number: Copy + PartialOrd + fmt::Display {
    /// Returns whether it stands for another number in the payload at hand, which was too long for it.
    fn is_rounded(self) -> bool {
        false
    }
}

macro_rules! integers {
    ($($type:ty),*) => {$(impl Number for $type {})*};
}

integers!(i8, i16, i32, i64, u8, u16, u32, u64);

impl Number for f64 {
    fn is_rounded(self) -> bool {
        is_rounded(self)
    }
}

macro_rules! bounds {
    ($($(#[$doc:meta])* $name:ident $keyword:literal $relation:tt $expected:literal;)*) => {$(
        $(#[$doc])*
        ///
        /// # Errors
        ///
        /// The fault, where it is not met, or where that can't be told of a number that was rounded to the limit.
        #[allow(clippy::float_cmp, reason = "the limit itself is meant")]
        pub fn $name<T: Number>(value: T, limit: T) -> Result<(), Fault> {
            if value == limit {
                told(value)?;
            }
            ensure(value $relation limit, $keyword, format_args!($expected, limit))
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
/// The fault, where it is not met, or where that can't be told of a number that was rounded.
pub fn multiple_of<T: Number>(value: T, limit: &str) -> Result<(), Fault> {
    told(value)?;
    let value = value.to_string();
    let decimals = Decimal::parse(&value).zip(Decimal::parse(limit));
    let is_multiple = decimals.is_some_and(|(value, limit)| value.is_multiple_of(&limit));
    ensure(is_multiple, "multipleOf", format_args!("a multiple of {limit}"))
}

fn told(number: impl Number) -> Result<(), Fault> {
    ensure(!number.is_rounded(), "limit", HELD)
}

/// `enum` and `const` of what is not a string: equal to one of the constants.
///
/// # Errors
///
/// The fault, where it is equal to none.
pub fn one_of<T: PartialEq + fmt::Debug + 'static>(value: &T, constants: &[T]) -> Result<(), Fault> {
    ensure(constants.contains(value), "enum", format_args!("one of {constants:?}"))?;
    (value as &dyn Any).downcast_ref::<f64>().map_or(Ok(()), |number| told(*number))
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

    fn contains(&self, value: &Value) -> bool {
        let parse = || serde_json::from_str::<Vec<Value>>(self.json).unwrap_or_default();
        let all = self.canonical.get_or_init(|| parse().iter().map(canonical_value).collect());
        all.contains(&canonical_value(value))
    }
}

/// `enum` and `const` of several types: equal to one of the constants as a JSON value.
///
/// # Errors
///
/// The fault, where it is equal to none.
pub fn one_of_json(value: &Value, constants: &Constants) -> Result<(), Fault> {
    ensure(constants.contains(value), "enum", format_args!("one of {}", constants.json))?;
    ensure(!holds_rounded(value), "limit", HELD)
}

fn holds_rounded(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.as_f64().is_some_and(is_rounded),
        Value::Array(items) => items.iter().any(holds_rounded),
        Value::Object(members) => members.values().any(holds_rounded),
        _ => false,
    }
}

/// `enum`, of more texts than an enum of Rust is made of.
///
/// # Errors
///
/// The fault, where it is equal to none.
pub fn one_of_text(text: &str, constants: &Constants) -> Result<(), Fault> {
    ensure(constants.contains(&text.into()), "enum", "one of the constants of the schema")
}

/// `uniqueItems`: no two items are the same JSON value.
///
/// # Errors
///
/// The fault, where two are.
pub fn unique_items<C: Codec>(items: &[C::Value]) -> Result<(), Fault> {
    let mut seen = Distinct::default();
    let is_unique = items.iter().all(|item| match serde_json::to_value(Encoded::<C>(item)) {
        Ok(value) => seen.insert(canonical_value(&value)),
        // What can't be written is refused by its own check.
        Err(_) => true,
    });
    // Two numbers may have been told apart by what was rounded.
    ensure(is_unique || !is_any_rounded(), "limit", HELD)?;
    ensure(is_unique, "uniqueItems", DISTINCT)
}

const DISTINCT: &str = "no two equal items";

/// JSON values of which no two are the same.
#[derive(Default)]
pub(super) struct Distinct(BTreeSet<String>);

impl Distinct {
    /// One more value, by its canonical text; false where it was there before.
    fn insert(&mut self, canonical: String) -> bool {
        self.0.insert(canonical)
    }

    /// One more value.
    ///
    /// # Errors
    ///
    /// The fault, where it was there before.
    pub(super) fn add(&mut self, value: &Content<'_>) -> Result<(), Fault> {
        ensure(self.insert(canonical(value)), "uniqueItems", DISTINCT)
    }
}

fn canonical_value(value: &Value) -> String {
    // Each name is there once.
    Content::read(value).map_or_else(|_| value.to_string(), |content| canonical(&content))
}

/// One text for all ways to write the same JSON value: members in order, `1.0` as `1`.
fn canonical(value: &Content<'_>) -> String {
    match value {
        Content::Null => "null".to_owned(),
        Content::Boolean(boolean) => boolean.to_string(),
        Content::Unsigned(integer) => canonical_number(&integer.to_string()),
        Content::Signed(integer) => canonical_number(&integer.to_string()),
        Content::Float(float) => canonical_number(&float.to_string()),
        Content::Number(text) => canonical_number(text),
        Content::Text(text) => Value::from(&**text).to_string(),
        Content::Items(items) => format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(",")),
        Content::Members(members) => {
            let mut members: Vec<_> =
                members.iter().map(|(name, value)| format!("{}:{}", Value::from(&**name), canonical(value))).collect();
            members.sort_unstable();
            format!("{{{}}}", members.join(","))
        }
    }
}

fn canonical_number(text: &str) -> String {
    Decimal::parse(text).map_or_else(|| text.to_owned(), |decimal| decimal.canonical())
}

/// A constraint on each item of an array.
///
/// # Errors
///
/// The first item that does not meet it.
pub fn each<T>(items: &[T], check: impl Fn(&T) -> Result<(), Fault>) -> Result<(), Fault> {
    items.iter().enumerate().try_for_each(|(index, item)| check(item).at(&index.to_string()))
}

/// A constraint on each value of a map.
///
/// # Errors
///
/// The first value that does not meet it.
pub fn each_value<'a, N: AsRef<str> + 'a, T: 'a>(
    entries: impl IntoIterator<Item = (&'a N, &'a T)>,
    check: impl Fn(&T) -> Result<(), Fault>,
) -> Result<(), Fault> {
    entries.into_iter().try_for_each(|(name, value)| check(value).at(name.as_ref()))
}

/// `propertyNames`, and what a closed `patternProperties` says of names: a constraint on each member name.
///
/// # Errors
///
/// The first name that does not meet it.
pub fn each_name<'a, N: AsRef<str> + 'a, T: 'a>(
    entries: impl IntoIterator<Item = (&'a N, &'a T)>,
    check: impl Fn(&str) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let named = |fault: Fault| Fault { keyword: "propertyNames".into(), ..fault };
    entries.into_iter().try_for_each(|(name, _)| check(name.as_ref()).map_err(named))
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
    /// A pattern that means the same to the engine. It is compiled when it is first used.
    #[must_use]
    pub const fn new(source: &'static str) -> Self {
        Self::translated(source, source)
    }

    /// A pattern, and what it is to the engine.
    #[must_use]
    pub const fn translated(source: &'static str, rust: &'static str) -> Self {
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
/// The fault, where the text does not match.
#[cfg(feature = "pattern")]
pub fn pattern(value: &str, pattern: &Pattern) -> Result<(), Fault> {
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
        assert!(multiple_of(0.0075, "0.0001").is_ok());
        assert!(multiple_of(0.00751, "0.0001").is_err());
        assert!(multiple_of(4.5, "1.5").is_ok());
        assert!(multiple_of(35, "1.5").is_err());
        assert!(multiple_of(1e30, "1").is_ok());
        assert!(multiple_of(-7, "7").is_ok());
        assert!(multiple_of(0, "0.3").is_ok());
        assert!(multiple_of(u64::MAX, "18446744073709551615").is_ok());
        assert!(multiple_of(1e300, &1e298.to_string()).is_ok());
        assert!(multiple_of(1.5e300, &1e300.to_string()).is_err());
        assert!(multiple_of(1e-300, &1e-301.to_string()).is_ok());
    }

    #[test]
    fn equal_items_are_found_however_they_are_written() {
        let items = [serde_json::json!({"a": 1, "b": [1.0]}), serde_json::json!({"b": [1], "a": 1.0})];
        assert!(unique_items::<Value>(&items).is_err());
        assert!(unique_items::<Value>(&[serde_json::json!(1), serde_json::json!("1")]).is_ok());
    }

    #[test]
    fn a_fault_names_its_place() {
        let fault = each(&["ok".to_owned(), String::new()], |item| min_length(item, 1)).at("tags").unwrap_err();
        assert_eq!(fault.to_string(), "/tags/1 minLength: expected at least 1 characters");
    }
}
