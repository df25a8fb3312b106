//! The number of schemas that are applied to one value. References multiply: thirty definitions, each with two references to the
//! next one, apply the last a billion times.

use std::collections::BTreeMap;

use thoth_messaging_documents::{Registry, keywords};

use super::subschema::{Key, Schema, Subschema};

/// No more schemas than this are applied to one value.
pub(in crate::dynamic) const MAX_APPLIED: u64 = 1_000_000;

/// No more schemas than this lead to each other for one value, each to the next.
pub(in crate::dynamic) const MAX_CHAIN: usize = 500;

/// The place of a schema that applies more than [`MAX_APPLIED`] others to a value, or more than [`MAX_CHAIN`] in a row, among
/// those that the schema at a URI leads to: the URI of its document.
pub(in crate::dynamic) fn place_of_too_many(registry: &Registry<'_>, uri: &str) -> Option<String> {
    let mut known = BTreeMap::new();
    let mut open = vec![Subschema::root(registry, uri)?];
    while let Some(schema) = open.pop() {
        let Schema::Says(subschema) = schema else { continue };
        if known.contains_key(&subschema.key()) {
            continue;
        }
        if applied(&subschema, &mut known, &mut open, MAX_CHAIN) > MAX_APPLIED {
            return Some(subschema.base());
        }
    }
    None
}

/// The number of schemas that are applied where this one is. Those that are applied to members and items are left open.
fn applied<'r>(
    subschema: &Subschema<'r>,
    known: &mut BTreeMap<Key, u64>,
    open: &mut Vec<Schema<'r>>,
    depth: usize,
) -> u64 {
    if let Some(known) = known.get(&subschema.key()) {
        return *known;
    }
    // One that leads back to itself is applied once.
    known.insert(subschema.key(), 1);
    let Some(depth) = depth.checked_sub(1) else { return u64::MAX };
    let mut in_place: Vec<Schema<'r>> = subschema.targets().collect();
    for inner in keywords::visible_subschemas(subschema.draft, subschema.schema) {
        match inner.keyword.name {
            name if keywords::is_definition(name) => {}
            name if keywords::is_in_place(name) => in_place.push(subschema.child(inner.schema)),
            _ => open.push(subschema.child(inner.schema)),
        }
    }
    let count = in_place.iter().fold(1_u64, |count, schema| match schema {
        Schema::Says(inner) => count.saturating_add(applied(inner, known, open, depth)),
        _ => count.saturating_add(1),
    });
    known.insert(subschema.key(), count);
    count
}
