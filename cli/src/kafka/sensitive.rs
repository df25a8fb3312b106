//! The values of a payload that the schema calls sensitive.

use std::collections::BTreeSet;

use serde_json::Value;
use thoth_messaging_compat::{Files, Place, Schema};
use thoth_messaging_documents::pointer::unescape;

use crate::project::fields::{below, in_place, is_unexpected};

/// The text in place of a sensitive value, as in `Debug` of generated types.
pub(super) const REDACTED: &str = "[redacted]";

/// The schemas of a topic that call something sensitive.
///
/// It does not ask whether a branch of `anyOf` or `if` applies: what is sensitive in any of them is, and so is what a
/// `patternProperties` may be about. Rather too much is hidden than too little, and an invalid payload is treated alike:
/// what has not the shape of its schema (an array of objects in the place of one) is hidden whole, where the schema calls
/// anything in it sensitive.
#[derive(Default)]
pub(crate) struct Sensitive(Vec<Schema>);

impl Sensitive {
    /// Adds the schema of a message.
    pub(super) fn add(&mut self, files: &Files, root: &str) {
        // Where it can't be read so, the checker has refused it already.
        let Ok(schema) = Schema::new(files, root) else { return };
        if schema.places().any(|place| is_marked(&schema, place)) {
            self.0.push(schema);
        }
    }

    /// Hides all sensitive values, and what has not the shape of the schema unless the payload may be a message of another
    /// one. Whether there is anything to hide.
    pub(crate) fn redact(&self, payload: &mut Value, shape: Shape) -> bool {
        let mut found = false;
        for schema in &self.0 {
            found |= redact(schema, &BTreeSet::from([schema.root().clone()]), payload, shape);
        }
        found
    }

    /// Returns whether a pointer leads to a sensitive value, or into one.
    pub(crate) fn covers(&self, pointer: &str) -> bool {
        self.cut(pointer).is_some()
    }

    /// The part of a pointer that leads to the outermost sensitive value; nothing where it leads to none, and into none.
    pub(crate) fn cut<'p>(&self, pointer: &'p str) -> Option<&'p str> {
        let ends = self.0.iter().filter_map(|schema| sensitive_part(schema, pointer));
        ends.min().map(|end| &pointer[..end])
    }

    /// Returns whether anything is sensitive at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The shape of a payload, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// It has to be that of each schema.
    Due,
    /// It may be that of another schema.
    Any,
}

/// The length of the part of a pointer that leads to the outermost sensitive value.
fn sensitive_part(schema: &Schema, pointer: &str) -> Option<usize> {
    let mut places = in_place(schema, BTreeSet::from([schema.root().clone()]));
    let mut end = 0;
    for raw in pointer.split('/').skip(1) {
        if places.iter().any(|place| is_marked(schema, place)) {
            return Some(end);
        }
        end += 1 + raw.len();
        let segment = unescape(raw);
        let item = segment.parse().ok();
        let inner = places.iter().flat_map(|place| below(schema, place, Some(&segment), item)).collect();
        places = in_place(schema, inner);
    }
    places.iter().any(|place| is_marked(schema, place)).then_some(end)
}

fn redact(schema: &Schema, places: &BTreeSet<Place>, value: &mut Value, shape: Shape) -> bool {
    let places = in_place(schema, places.clone());
    let is_hidden = places.iter().any(|place| is_marked(schema, place));
    if is_hidden || shape == Shape::Due && is_misshapen(schema, &places, value) {
        *value = REDACTED.into();
        return true;
    }
    let below = |name: Option<&str>, index: Option<usize>| -> BTreeSet<Place> {
        places.iter().flat_map(|place| below(schema, place, name, index)).collect()
    };
    let redact_inner = |inner: &BTreeSet<Place>, value: &mut Value| {
        if shape == Shape::Due && is_unexpected(schema, inner) && holds_sensitive(schema, &places) {
            *value = REDACTED.into();
            return true;
        }
        redact(schema, inner, value, shape)
    };
    let mut found = false;
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                found |= redact_inner(&below(Some(name), None), value);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                found |= redact_inner(&below(None, Some(index)), item);
            }
        }
        _ => {}
    }
    found
}

/// Returns whether a value is none of those that its schemas are about, while some of them call something in it sensitive:
/// nobody knows where that stands in it.
fn is_misshapen(schema: &Schema, places: &BTreeSet<Place>, value: &Value) -> bool {
    let speaks_of = |keywords: &[&str]| {
        let mut all = places.iter().flat_map(|place| schema.subschemas(place));
        all.any(|it| keywords.contains(&it.keyword))
    };
    let has_shape = match value {
        Value::Null => true,
        Value::Object(_) => speaks_of(&MEMBERS),
        Value::Array(_) => speaks_of(&ITEMS),
        scalar => places.iter().any(|place| schema.value(place).is_some_and(|it| allows(&it["type"], scalar))),
    };
    !has_shape && holds_sensitive(schema, places)
}

const MEMBERS: [&str; 4] = ["properties", "patternProperties", "additionalProperties", "unevaluatedProperties"];
const ITEMS: [&str; 5] = ["items", "prefixItems", "additionalItems", "unevaluatedItems", "contains"];

/// Returns whether a `type` names that of a scalar.
fn allows(types: &Value, scalar: &Value) -> bool {
    let names: &[&str] = match scalar {
        Value::String(_) => &["string"],
        Value::Number(_) => &["number", "integer"],
        Value::Bool(_) => &["boolean"],
        _ => &[],
    };
    let is_named = |one: &Value| one.as_str().is_some_and(|one| names.contains(&one));
    is_named(types) || types.as_array().is_some_and(|several| several.iter().any(is_named))
}

/// Returns whether something within a value is sensitive, by these schemas of the value.
fn holds_sensitive(schema: &Schema, places: &BTreeSet<Place>) -> bool {
    let mut open: Vec<Place> = places.iter().cloned().collect();
    let mut found = BTreeSet::new();
    while let Some(place) = open.pop() {
        if !found.insert(place.clone()) {
            continue;
        }
        if is_marked(schema, &place) {
            return true;
        }
        open.extend(schema.targets(&place).iter().cloned());
        let about_values = schema.subschemas(&place).iter().filter(|it| !it.is_definition());
        open.extend(about_values.map(|it| it.place.clone()));
    }
    false
}

fn is_marked(schema: &Schema, place: &Place) -> bool {
    schema.value(place).is_some_and(|value| value["x-sensitive"] == true)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use thoth_messaging_compat::Files;

    use super::{Sensitive, Shape};

    fn sensitive() -> Sensitive {
        let schema = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "properties": {
                "id": {"type": "string"},
                "card": {"type": "string", "x-sensitive": true},
                "tokens": {"type": "object", "x-sensitive": true, "additionalProperties": {"type": "string"}},
                "lines": {"type": "array", "items": {"$ref": "#/$defs/line"}},
                "closed": {"$ref": "#/$defs/closed"},
                "by": {"anyOf": [{"type": "string"}, {"$ref": "#/$defs/line"}]}
            },
            "$defs": {
                "line": {"type": "object", "properties": {"pin": {"type": "integer", "x-sensitive": true}}},
                "closed": {"allOf": [{"$ref": "#/$defs/line"}], "properties": {"id": true}, "additionalProperties": false}
            }
        });
        let mut sensitive = Sensitive::default();
        let mut files = Files::new();
        files.insert("a.json", schema);
        sensitive.add(&files, "a.json");
        assert!(!sensitive.is_empty());
        sensitive
    }

    #[track_caller]
    fn check(payload: &Value, expected: &Value) {
        let mut shown = payload.clone();
        assert_eq!(sensitive().redact(&mut shown, Shape::Due), payload != expected);
        assert_eq!(shown, *expected);
    }

    #[test]
    fn what_has_not_the_shape_of_its_schema_is_hidden() {
        let hidden = || json!("[redacted]");
        for payload in [json!("X"), json!([{"card": "X"}]), json!(4111), json!(true), json!([["X"]])] {
            check(&payload, &hidden());
        }
        check(&json!(null), &json!(null));
        check(&json!({"lines": {"0": {"pin": 1}}}), &json!({"lines": hidden()}));
        check(&json!({"lines": "1234"}), &json!({"lines": hidden()}));
        check(&json!({"lines": ["1234", {"pin": 1}, [1]]}), &json!({"lines": [hidden(), {"pin": hidden()}, hidden()]}));
        check(&json!({"by": [{"pin": 1}]}), &json!({"by": hidden()}));
        check(
            &json!({"closed": {"id": 1, "pine": 1234, "it": {"pin": 1}}}),
            &json!({"closed": {"id": 1, "pine": hidden(), "it": hidden()}}),
        );
    }

    #[test]
    fn what_has_the_shape_is_shown_but_for_the_sensitive_values() {
        check(&json!({"id": 7, "by": "me", "more": [1]}), &json!({"id": 7, "by": "me", "more": [1]}));
        check(&json!({"card": null}), &json!({"card": "[redacted]"}));
        check(&json!({"card": ["X"], "tokens": {"T": "X"}}), &json!({"card": "[redacted]", "tokens": "[redacted]"}));
        check(&json!({"by": {"pin": 1, "id": "A"}}), &json!({"by": {"pin": "[redacted]", "id": "A"}}));
        let mut other = json!([{"pin": 1}]);
        assert!(!sensitive().redact(&mut other, Shape::Any));
    }

    #[test]
    fn a_pointer_ends_at_the_outermost_sensitive_value() {
        let sensitive = sensitive();
        assert_eq!(sensitive.cut("/tokens/TOKEN/x"), Some("/tokens"));
        assert_eq!(sensitive.cut("/lines/3/pin"), Some("/lines/3/pin"));
        assert_eq!(sensitive.cut("/lines/3"), None);
        assert_eq!(sensitive.cut("/id/x"), None);
        assert!(sensitive.covers("/card") && !sensitive.covers(""));
    }
}
