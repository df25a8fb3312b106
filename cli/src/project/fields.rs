//! The schemas that may be about a place in a payload.

use std::collections::BTreeSet;

use serde_json::Value;
use thoth_messaging_compat::{Place, Schema, Subschema};
use thoth_messaging_documents::keywords::is_in_place;
use thoth_messaging_documents::pointer::unescape;

/// Returns whether a schema is about the place that a pointer leads to.
pub(crate) fn declares(schema: &Schema, pointer: &str) -> bool {
    let mut places = in_place(schema, BTreeSet::from([schema.root().clone()]));
    for segment in pointer.split('/').skip(1).map(unescape) {
        let item = segment.parse().ok();
        let inner = places.iter().flat_map(|place| below(schema, place, Some(&segment), item)).collect();
        places = in_place(schema, inner);
    }
    !places.is_empty() && !is_unexpected(schema, &places)
}

/// Returns whether no member or item is allowed where one is: it may be a sensitive one under another name.
pub(crate) fn is_unexpected(schema: &Schema, places: &BTreeSet<Place>) -> bool {
    !places.is_empty() && places.iter().all(|place| schema.value(place) == Some(&Value::Bool(false)))
}

/// All schemas that may be about the same value.
pub(crate) fn in_place(schema: &Schema, places: BTreeSet<Place>) -> BTreeSet<Place> {
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
pub(crate) fn below(schema: &Schema, place: &Place, name: Option<&str>, index: Option<usize>) -> Vec<Place> {
    let all = schema.subschemas(place);
    let named = |keyword: &str, member: &str| {
        all.iter().any(|it| it.keyword == keyword && it.member.as_deref() == Some(member))
    };
    let index_text = index.map(|index| index.to_string());
    let is_declared = name.is_some_and(|name| named("properties", name));
    let has_item = index_text.as_deref().is_some_and(|index| named("prefixItems", index) || named("items", index));
    let may_apply = |it: &&Subschema| match it.keyword {
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
