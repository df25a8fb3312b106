//! What a schema says of the type of a value, and of numbers, texts and constants.

use serde_json::{Map, Value, json};
use thoth_messaging_documents::Draft;
use thoth_messaging_documents::keywords::LIMITS;
use thoth_messaging_documents::validator::Limit;

use super::compile::{bound, validator};
use super::graph::{
    ALL, ARRAY, Again, BOOLEAN, Kinds, NULL, NUMBER, Node, NumberRules, OBJECT, STRING, StringRules, kind_of,
};
use super::subschema::Subschema;

/// Adds what a schema says to a node; none where that is not known.
pub(super) fn add(node: &mut Node, subschema: &Subschema<'_>, formats: bool) -> Option<()> {
    let kinds = types(subschema.schema)?;
    node.kinds &= kinds;
    numbers(node, subschema)?;
    texts(node, subschema, formats)?;
    let constants =
        subschema.schema.get("const").filter(|_| subschema.draft >= Draft::Draft6).map(std::slice::from_ref);
    if let Some(constants) = constants {
        among(node, subschema.draft, constants)?;
    }
    match subschema.schema.get("enum") {
        Some(Value::Array(values)) => among(node, subschema.draft, values),
        Some(_) => None,
        None => Some(()),
    }
}

/// The types that `type` allows.
fn types(schema: &Map<String, Value>) -> Option<Kinds> {
    let kind = |name: &Value| match name.as_str()? {
        "null" => Some(NULL),
        "boolean" => Some(BOOLEAN),
        "number" | "integer" => Some(NUMBER),
        "string" => Some(STRING),
        "array" => Some(ARRAY),
        "object" => Some(OBJECT),
        _ => None,
    };
    match schema.get("type") {
        None => Some(ALL),
        Some(Value::Array(names)) => names.iter().try_fold(0, |kinds, name| Some(kinds | kind(name)?)),
        Some(name) => kind(name),
    }
}

/// Returns whether numbers have to be integers: a list of types may allow both.
fn wants_integers(schema: &Map<String, Value>) -> bool {
    let names = match schema.get("type") {
        Some(Value::Array(names)) => names.as_slice(),
        Some(name) => std::slice::from_ref(name),
        None => &[],
    };
    names.iter().any(|name| name == "integer") && names.iter().all(|name| name != "number")
}

/// Numbers are compared as they are written; what is about short integers alone is decided without that.
fn numbers(node: &mut Node, subschema: &Subschema<'_>) -> Option<()> {
    let keywords: Map<String, Value> = LIMITS
        .into_iter()
        .filter_map(|keyword| Some((keyword.to_owned(), subschema.schema.get(keyword)?.clone())))
        .collect();
    let integer = wants_integers(subschema.schema).then_some(subschema.draft == Draft::Draft4);
    if keywords.is_empty() && integer.is_none() {
        return Some(());
    }
    // In draft 4 a boolean makes the bound beside it exclusive.
    let known = |value: &Value| value.is_number() || value.is_boolean() && subschema.draft == Draft::Draft4;
    if !keywords.values().all(known) {
        return None;
    }
    let rules = rules(node, integer_range(&keywords));
    rules.limits.extend(Limit::all(&keywords));
    rules.integer = match (rules.integer, integer) {
        (Some(one), Some(other)) => Some(one || other),
        (one, other) => one.or(other),
    };
    Some(())
}

/// The rules of numbers, with what decides them for short integers.
fn rules(node: &mut Node, range: Option<(i64, i64)>) -> &mut NumberRules {
    let rules = node.number.get_or_insert_with(|| NumberRules {
        decided: Some((i64::MIN, i64::MAX)),
        limits: Vec::new(),
        integer: None,
        among: Vec::new(),
    });
    rules.decided = rules.decided.zip(range).map(|(one, other)| (one.0.max(other.0), one.1.min(other.1)));
    rules
}

/// The integers that bounds allow, where it is as simple as that.
fn integer_range(keywords: &Map<String, Value>) -> Option<(i64, i64)> {
    let mut range = (i64::MIN, i64::MAX);
    for (keyword, value) in keywords {
        match keyword.as_str() {
            "minimum" => range.0 = range.0.max(value.as_i64()?),
            "maximum" => range.1 = range.1.min(value.as_i64()?),
            "exclusiveMinimum" if value.is_number() => range.0 = range.0.max(value.as_i64()?.checked_add(1)?),
            "exclusiveMaximum" if value.is_number() => range.1 = range.1.min(value.as_i64()?.checked_sub(1)?),
            // `multipleOf`, and the booleans of draft 4.
            _ => return None,
        }
    }
    Some(range)
}

fn texts(node: &mut Node, subschema: &Subschema<'_>, formats: bool) -> Option<()> {
    let min = bound(subschema.schema, "minLength", 0)?;
    let max = bound(subschema.schema, "maxLength", u64::MAX)?;
    let mut checks = Vec::new();
    if let Some(pattern) = subschema.schema.get("pattern") {
        checks.push(validator(subschema.draft, &json!({"pattern": pattern}), false)?);
    }
    if let Some(format) = subschema.schema.get("format").filter(|_| formats) {
        checks.push(validator(subschema.draft, &json!({"format": format}), true)?);
    }
    if (min, max) == (0, u64::MAX) && checks.is_empty() {
        return Some(());
    }
    let rules = node.string.get_or_insert_with(StringRules::default);
    rules.min_length = rules.min_length.max(min);
    rules.max_length = Some(rules.max_length.map_or(max, |known| known.min(max)));
    rules.checks.extend(checks);
    Some(())
}

/// A value has to be among some.
fn among(node: &mut Node, draft: Draft, values: &[Value]) -> Option<()> {
    let mut kinds = 0;
    let mut booleans = [false, false];
    let mut texts = Vec::new();
    for value in values {
        match value {
            Value::Bool(value) => booleans[usize::from(*value)] = true,
            Value::String(text) => texts.push(text.as_str().into()),
            _ => {}
        }
        kinds |= kind_of(value.to_string().bytes().next()?);
    }
    node.kinds &= kinds;
    node.booleans = [node.booleans[0] && booleans[0], node.booleans[1] && booleans[1]];
    node.string.get_or_insert_with(StringRules::default).among.push(texts);
    if kinds & (NUMBER | ARRAY | OBJECT) == 0 {
        return Some(());
    }
    if kinds & NUMBER != 0 {
        let numbers = values.iter().filter(|value| value.is_number());
        rules(node, None).among.push(numbers.map(|number| number.to_string().into()).collect());
    }
    // `const` is no keyword of draft 4.
    let compared = || validator(draft, &json!({"enum": values}), false);
    if kinds & (ARRAY | OBJECT) != 0 {
        node.again.push(Again::Whole(kinds & (ARRAY | OBJECT), Box::new(compared()?)));
    }
    Some(())
}
