//! The values of a payload that the schema calls sensitive.

use std::collections::BTreeSet;

use serde_json::Value;
use thoth_messaging_compat::{Files, Place, Schema};
use thoth_messaging_documents::keywords::is_in_place;
use thoth_messaging_documents::pointer::segments;

/// The text in place of a sensitive value, as in `Debug` of generated types.
pub(super) const REDACTED: &str = "[redacted]";

/// The schemas of a topic that call something sensitive.
///
/// It does not ask whether a branch of `anyOf` or `if` applies: what is sensitive in any of them is, and so is what a
/// `patternProperties` may be about. Rather too much is hidden than too little, and an invalid payload is treated alike.
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

    /// Hides all sensitive values. Whether there are any.
    pub(crate) fn redact(&self, payload: &mut Value) -> bool {
        let mut found = false;
        for schema in &self.0 {
            found |= redact(schema, &BTreeSet::from([schema.root().clone()]), payload);
        }
        found
    }

    /// Returns whether a pointer leads to a sensitive value, or into one.
    pub(crate) fn covers(&self, pointer: &str) -> bool {
        self.0.iter().any(|schema| {
            let mut places = BTreeSet::from([schema.root().clone()]);
            for segment in segments(pointer) {
                places = in_place(schema, places);
                if places.iter().any(|place| is_marked(schema, place)) {
                    return true;
                }
                let item = segment.parse().ok();
                places = places.iter().flat_map(|place| below(schema, place, Some(&segment), item)).collect();
            }
            in_place(schema, places).iter().any(|place| is_marked(schema, place))
        })
    }

    /// Returns whether anything is sensitive at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

fn redact(schema: &Schema, places: &BTreeSet<Place>, value: &mut Value) -> bool {
    let places = in_place(schema, places.clone());
    if places.iter().any(|place| is_marked(schema, place)) {
        *value = REDACTED.into();
        return true;
    }
    let below = |name: Option<&str>, index: Option<usize>| -> BTreeSet<Place> {
        places.iter().flat_map(|place| below(schema, place, name, index)).collect()
    };
    let mut found = false;
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                found |= redact(schema, &below(Some(name), None), value);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                found |= redact(schema, &below(None, Some(index)), item);
            }
        }
        _ => {}
    }
    found
}

fn is_marked(schema: &Schema, place: &Place) -> bool {
    schema.value(place).is_some_and(|value| value["x-sensitive"] == true)
}

/// All schemas that may be about the same value.
fn in_place(schema: &Schema, places: BTreeSet<Place>) -> BTreeSet<Place> {
    let mut open: Vec<Place> = places.into_iter().collect();
    let mut found = BTreeSet::new();
    while let Some(place) = open.pop() {
        if !found.insert(place.clone()) {
            continue;
        }
        open.extend(schema.targets(&place).iter().cloned());
        open.extend(schema.subschemas(&place).iter().filter(|it| is_in_place(it.keyword)).map(|it| it.place.clone()));
    }
    found
}

/// The schemas that may be about a member or an item of the value.
fn below(schema: &Schema, place: &Place, name: Option<&str>, index: Option<usize>) -> Vec<Place> {
    let all = schema.subschemas(place);
    let named = |keyword: &str, member: &str| {
        all.iter().any(|it| it.keyword == keyword && it.member.as_deref() == Some(member))
    };
    let index_text = index.map(|index| index.to_string());
    let is_declared = name.is_some_and(|name| named("properties", name));
    let has_item = index_text.as_deref().is_some_and(|index| named("prefixItems", index) || named("items", index));
    let may_apply = |it: &&thoth_messaging_compat::Subschema| match it.keyword {
        "properties" => name.is_some() && it.member.as_deref() == name,
        "patternProperties" => name.is_some(),
        "additionalProperties" | "unevaluatedProperties" => name.is_some() && !is_declared,
        "prefixItems" => index_text.is_some() && it.member == index_text,
        "items" if it.member.is_some() => index_text.is_some() && it.member == index_text,
        "items" | "additionalItems" | "unevaluatedItems" => index_text.is_some() && !has_item,
        "contains" => index_text.is_some(),
        _ => false,
    };
    all.iter().filter(may_apply).map(|it| it.place.clone()).collect()
}
