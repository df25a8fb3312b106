//! The keywords that go with a type.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::model::{Array, Id, Number, Object, Others, Text};
use super::source::Source;
use crate::files::Place;

/// Reads the schema at a place, where one is.
type Read<'r> = &'r mut dyn FnMut(&Place) -> Option<Id>;

/// Keywords that say something of values of one type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    Array,
    Object,
    Number,
    Text,
}

impl Family {
    pub(super) const ALL: [Self; 4] = [Self::Array, Self::Object, Self::Number, Self::Text];

    pub(super) fn of_type(name: &str) -> Option<Self> {
        match name {
            "array" => Some(Self::Array),
            "object" => Some(Self::Object),
            "number" | "integer" => Some(Self::Number),
            "string" => Some(Self::Text),
            _ => None,
        }
    }
}

/// Returns whether a schema has one of the keywords of a family.
pub(super) fn has_any(source: Source<'_>, family: Family) -> bool {
    let has = |keyword: &&str| source.members.contains_key(*keyword);
    let by_draft = |always: &[&str], early: &[&str], late: &[&str]| {
        always.iter().any(has) || if source.is_late { late.iter().any(has) } else { early.iter().any(has) }
    };
    match family {
        Family::Array => by_draft(
            &["items", "minItems", "maxItems", "uniqueItems"],
            if source.is_draft_4 { &["additionalItems"] } else { &["additionalItems", "contains"] },
            &["prefixItems", "contains", "unevaluatedItems"],
        ),
        Family::Object => {
            // A map without members says nothing in later drafts.
            let has_members = |keyword: &&str| {
                source.members.get(*keyword).and_then(Value::as_object).is_some_and(|members| !members.is_empty())
            };
            let maps = ["properties", "patternProperties"];
            let early: &[&str] = &["properties", "patternProperties", "dependencies"];
            by_draft(
                &["required", "minProperties", "maxProperties", "additionalProperties"],
                early,
                &["dependentRequired", "dependentSchemas", "unevaluatedProperties"],
            ) || source.is_late && maps.iter().any(has_members)
                || !source.is_draft_4 && has(&"propertyNames")
        }
        Family::Number => {
            by_draft(&["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"], &[], &[])
        }
        // Later drafts know that `format` is an annotation.
        Family::Text => by_draft(&["minLength", "maxLength", "pattern"], &["format"], &[]),
    }
}

fn number_at(source: Source<'_>, keyword: &str) -> Option<Value> {
    source.members.get(keyword).filter(|value| value.is_number()).cloned()
}

pub(super) fn text(source: Source<'_>) -> Text {
    Text {
        max_length: number_at(source, "maxLength"),
        min_length: number_at(source, "minLength"),
        pattern: source.members.get("pattern").and_then(Value::as_str).map(str::to_owned),
    }
}

/// In draft 4 the exclusive limits are switches, which are not looked at.
pub(super) fn number(source: Source<'_>, is_integer: bool) -> Number {
    Number {
        is_integer,
        maximum: number_at(source, "maximum"),
        minimum: number_at(source, "minimum"),
        exclusive_maximum: number_at(source, "exclusiveMaximum"),
        exclusive_minimum: number_at(source, "exclusiveMinimum"),
        multiple_of: number_at(source, "multipleOf"),
    }
}

pub(super) fn object(source: Source<'_>, read: Read<'_>) -> Object {
    let (lists, schemas) =
        if source.is_late { ("dependentRequired", "dependentSchemas") } else { ("dependencies", "dependencies") };
    Object {
        properties: map(source, "properties", read),
        required: source.members.get("required").map(names).unwrap_or_default(),
        patterns: map(source, "patternProperties", read),
        additional: others(source, "additionalProperties", read),
        unevaluated: late(source, "unevaluatedProperties", read),
        required_with: members(source, lists)
            .filter(|(_, value)| value.is_array())
            .map(|(name, value)| (name.clone(), names(value)))
            .collect(),
        schemas_with: map(source, schemas, read),
        max_properties: number_at(source, "maxProperties"),
        min_properties: number_at(source, "minProperties"),
    }
}

pub(super) fn array(source: Source<'_>, read: Read<'_>) -> Array {
    let is_list = source.members.get("items").is_some_and(Value::is_array);
    let tuple_keyword = if source.is_late && !is_list { "prefixItems" } else { "items" };
    let tuple: Vec<Id> = source.members.get(tuple_keyword).and_then(Value::as_array).map_or_else(Vec::new, |list| {
        let at = source.place.join(tuple_keyword);
        (0..list.len()).filter_map(|index| read(&at.join(&index.to_string()))).collect()
    });
    let has_contains = source.is_late && source.members.contains_key("contains");
    let mut array = Array {
        tuple,
        tuple_keyword,
        unevaluated: late(source, "unevaluatedItems", read),
        max_items: number_at(source, "maxItems"),
        min_items: number_at(source, "minItems"),
        is_unique: source.members.get("uniqueItems") == Some(&Value::Bool(true)),
        max_contains: number_at(source, "maxContains").filter(|_| has_contains),
        min_contains: has_contains.then(|| number_at(source, "minContains").unwrap_or_else(|| json!(1))),
        ..Array::default()
    };
    if tuple_keyword == "items" {
        array.additional = others(source, "additionalItems", read);
        array.all = if is_list { None } else { read(&source.place.join("items")) };
    } else {
        // `false` closes the array, with or without a tuple; a schema is that of all items where there is no tuple.
        match others(source, "items", read) {
            Others::Schema(id) if array.tuple.is_empty() => array.all = Some(id),
            others => array.additional = others,
        }
    }
    array
}

fn others(source: Source<'_>, keyword: &str, read: Read<'_>) -> Others {
    match source.members.get(keyword) {
        Some(Value::Bool(false)) => Others::Nothing,
        Some(Value::Object(_)) => read(&source.place.join(keyword)).map_or(Others::Anything, Others::Schema),
        _ => Others::Anything,
    }
}

/// A keyword that only the later drafts have.
fn late(source: Source<'_>, keyword: &str, read: Read<'_>) -> Option<Id> {
    if source.is_late { read(&source.place.join(keyword)) } else { None }
}

fn members<'a>(source: Source<'a>, keyword: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    source.members.get(keyword).and_then(Value::as_object).into_iter().flatten()
}

fn map(source: Source<'_>, keyword: &str, read: Read<'_>) -> BTreeMap<String, Id> {
    let at: Place = source.place.join(keyword);
    members(source, keyword).filter_map(|(name, _)| Some((name.clone(), read(&at.join(name))?))).collect()
}

fn names(list: &Value) -> BTreeSet<String> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}
