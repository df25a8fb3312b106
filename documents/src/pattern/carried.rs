//! Schemas for `jsonschema`, which translates patterns in its own way: it gets each as this module translates it, with its source
//! carried along in a group that is repeated no times, so that errors and paths can name what the schema says.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::Pattern;
use super::write::is_syntax;
use crate::pointer::{self, Pointer};
use crate::reference::escaped;
use crate::uri;

const OPEN: &str = "(?:";
const CLOSE: &str = "){0}";

/// A schema with its patterns translated; itself where none is to be. References into `patternProperties` lead where they led.
///
/// ```
/// use serde_json::json;
/// use thoth_messaging_documents::pattern::{carried, original};
///
/// let schema = json!({"pattern": "^a.$"});
/// let carried = carried(&schema);
/// assert_ne!(*carried, schema);
/// assert_eq!(original(carried["pattern"].as_str().unwrap()), "^a.$");
/// ```
#[must_use]
pub fn carried(schema: &Value) -> Cow<'_, Value> {
    match translated(schema) {
        Some(translated) => Cow::Owned(translated),
        None => Cow::Borrowed(schema),
    }
}

/// The pattern that a translated one carries; itself where it is none.
#[must_use]
pub fn original(pattern: &str) -> Cow<'_, str> {
    let carried = pattern.strip_suffix(CLOSE).and_then(|text| text.rsplit_once(OPEN));
    let Some((_, escaped)) = carried else { return Cow::Borrowed(pattern) };
    let mut text = String::with_capacity(escaped.len());
    let mut letters = escaped.chars();
    while let Some(letter) = letters.next() {
        text.extend(if letter == '\\' { letters.next() } else { Some(letter) });
    }
    Cow::Owned(text)
}

/// A JSON Pointer into a translated schema as one into the schema itself.
#[must_use]
pub fn original_path(pointer: &str) -> Cow<'_, str> {
    if !pointer.contains(CLOSE) {
        return Cow::Borrowed(pointer);
    }
    Cow::Owned(mapped(pointer, |segment| original(segment).into_owned()).to_string())
}

fn mapped(pointer: &str, segment: impl Fn(&str) -> String) -> Pointer {
    pointer::segments(pointer).fold(Pointer::root(), |all, one| all.join(&segment(&one)))
}

/// A pattern as it is handed over; none where that is itself, or where it is no pattern.
fn handed(source: &str) -> Option<String> {
    let pattern = Pattern::new(source).ok()?;
    let mut escaped = String::with_capacity(source.len());
    for letter in source.chars() {
        escaped.extend(is_syntax(letter).then_some('\\'));
        escaped.push(letter);
    }
    (pattern.as_rust() != source).then(|| format!("(?:{}){OPEN}{escaped}{CLOSE}", pattern.as_rust()))
}

fn translated(schema: &Value) -> Option<Value> {
    match schema {
        Value::Array(items) => {
            let all: Vec<Option<Value>> = items.iter().map(translated).collect();
            let merge = |(item, translated): (&Value, Option<Value>)| translated.unwrap_or_else(|| item.clone());
            all.iter().any(Option::is_some).then(|| items.iter().zip(all).map(merge).collect())
        }
        Value::Object(members) => changed(members, |name, value| match (name, value) {
            ("pattern", Value::String(source)) => handed(source).map(Value::String),
            ("$ref" | "$dynamicRef" | "$recursiveRef", Value::String(reference)) => led(reference).map(Value::String),
            ("const" | "enum" | "default" | "examples", _) => None,
            // Their members are names, and no keywords.
            ("patternProperties", Value::Object(patterns)) => renamed(patterns),
            ("properties" | "$defs" | "definitions" | "dependentSchemas" | "dependencies", Value::Object(schemas)) => {
                changed(schemas, |_, schema| translated(schema)).map(Value::Object)
            }
            _ => translated(value),
        })
        .map(Value::Object),
        _ => None,
    }
}

/// An object with what is changed in it; none where nothing is.
fn changed(members: &Map<String, Value>, change: impl Fn(&str, &Value) -> Option<Value>) -> Option<Map<String, Value>> {
    let all: Vec<Option<Value>> = members.iter().map(|(name, value)| change(name, value)).collect();
    let merge = |((name, value), changed): ((&String, &Value), Option<Value>)| {
        (name.clone(), changed.unwrap_or_else(|| value.clone()))
    };
    all.iter().any(Option::is_some).then(|| members.iter().zip(all).map(merge).collect())
}

fn renamed(patterns: &Map<String, Value>) -> Option<Value> {
    let mut is_changed = false;
    let mut renamed = Map::new();
    for (name, schema) in patterns {
        let (handed, translated) = (handed(name), translated(schema));
        is_changed |= handed.is_some() || translated.is_some();
        renamed.insert(handed.unwrap_or_else(|| name.clone()), translated.unwrap_or_else(|| schema.clone()));
    }
    is_changed.then_some(Value::Object(renamed))
}

/// A reference as a URI, and through `patternProperties`; none where it leads there as it is.
fn led(reference: &str) -> Option<String> {
    let escaped = escaped(reference);
    led_through_patterns(&escaped).or_else(|| (escaped != reference).then(|| escaped.into_owned()))
}

fn led_through_patterns(reference: &str) -> Option<String> {
    let (uri, fragment) = reference.split_once('#').filter(|(_, fragment)| fragment.contains("patternProperties/"))?;
    let pointer = uri::decode(fragment);
    let mut is_name = false;
    let mut led = Pointer::root();
    for segment in pointer::segments(&pointer) {
        let handed = if is_name { handed(&segment) } else { None };
        is_name = !is_name && segment == "patternProperties";
        led.push(&handed.unwrap_or(segment));
    }
    (led.as_str() != pointer).then(|| format!("{uri}#{}", uri::encode_fragment(led.as_str())))
}
