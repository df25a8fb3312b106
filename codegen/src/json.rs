//! Parsing that knows of a member that stands twice, of which `serde_json::Value` keeps the last in silence.

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use thoth_messaging_documents::decimal::Decimal;
use thoth_messaging_documents::{Pointer, pointer};

/// A member that stood in an object before.
#[derive(Debug)]
pub(crate) struct Duplicate {
    pub(crate) name: String,
    /// The place of the last member of the name.
    pub(crate) pointer: Pointer,
    /// The value before that.
    earlier: Value,
}

impl Duplicate {
    /// Tells whether it makes no difference which of the two values counts: they are equal, but for what only describes.
    pub(crate) fn is_clear(&self, root: &Value) -> bool {
        let is_data = |segment: String| matches!(segment.as_str(), "const" | "default" | "enum" | "examples");
        let Some(last) = root.pointer(&self.pointer) else { return false };
        if pointer::segments(&self.pointer).any(is_data) {
            return canonical(&self.earlier) == canonical(last);
        }
        describes(&self.name, &self.earlier) && describes(&self.name, last) || means_the_same(&self.earlier, last)
    }
}

/// Tells whether a member only describes: no type is named after it, and nothing follows from it.
fn describes(name: &str, value: &Value) -> bool {
    match name {
        "$comment" | "description" => value.is_string(),
        "examples" => value.is_array(),
        _ => false,
    }
}

/// Tells whether two schemas, or parts of them, say the same but for what only describes.
fn means_the_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            let said = |members: &'_ Map<String, Value>| {
                members.iter().filter(|(name, value)| !describes(name, value)).count()
            };
            said(one) == said(other)
                && one.iter().filter(|(name, value)| !describes(name, value)).all(|(name, value)| {
                    let other = other.get(name);
                    match name.as_str() {
                        "const" | "default" | "enum" => other.is_some_and(|other| canonical(value) == canonical(other)),
                        _ => other.is_some_and(|other| means_the_same(value, other)),
                    }
                })
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| means_the_same(one, other))
        }
        (one, other) => canonical(one) == canonical(other),
    }
}

/// Parses a JSON text. Of members that stand twice the last counts.
pub(crate) fn parse(text: &str) -> Result<(Value, Vec<Duplicate>), serde_json::Error> {
    let found = RefCell::default();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = Any { way: Way::Root, found: &found }.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok((value, found.into_inner()))
}

/// The way to a value.
#[derive(Clone, Copy)]
enum Way<'a> {
    Root,
    Member(&'a Way<'a>, &'a str),
    Item(&'a Way<'a>, usize),
}

impl Way<'_> {
    fn pointer(&self) -> Pointer {
        match self {
            Self::Root => Pointer::root(),
            Self::Member(outer, name) => outer.pointer().join(name),
            Self::Item(outer, index) => outer.pointer().join(&index.to_string()),
        }
    }
}

/// Any value, at the end of a way.
#[derive(Clone, Copy)]
struct Any<'a> {
    way: Way<'a>,
    found: &'a RefCell<Vec<Duplicate>>,
}

impl<'de> DeserializeSeed<'de> for Any<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Any<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = items.next_element_seed(Any { way: Way::Item(&self.way, values.len()), ..self })? {
            values.push(value);
        }
        Ok(values.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut values = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(Any { way: Way::Member(&self.way, &name), ..self })?;
            if let Some(earlier) = values.insert(name.clone(), value) {
                let pointer = Way::Member(&self.way, &name).pointer();
                self.found.borrow_mut().push(Duplicate { name, pointer, earlier });
            }
        }
        Ok(values.into())
    }
}

/// One text for all ways to write the same JSON value: members in order, `1.0` as `1`.
pub(crate) fn canonical(value: &Value) -> String {
    match value {
        Value::Number(number) => match whole(number) {
            Some(integer) => integer.to_string(),
            None => number.to_string(),
        },
        Value::Array(items) => format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(",")),
        Value::Object(members) => {
            let member = |(name, value): (&String, &Value)| format!("{}:{}", Value::from(&**name), canonical(value));
            let mut members: Vec<_> = members.iter().map(member).collect();
            members.sort_unstable();
            format!("{{{}}}", members.join(","))
        }
        other => other.to_string(),
    }
}

/// The integer that a number is, however it is written; `None` for a fraction, and for what no type of Rust holds.
pub(crate) fn whole(number: &Number) -> Option<i128> {
    number.as_i128().or_else(|| Decimal::parse(&number.to_string())?.to_integer())
}

/// A value as JSON, cut where it is long.
pub(crate) fn short(value: &Value) -> String {
    short_text(&value.to_string())
}

/// A text, cut where it is long.
pub(crate) fn short_text(text: &str) -> String {
    const MAX_SHOWN: usize = 60;
    match text.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
