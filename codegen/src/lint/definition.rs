//! Definitions that nothing refers to.

use std::collections::BTreeSet;
use std::ops::Bound;

use serde_json::Value;
use thoth_messaging_documents::keywords;

use super::Subject;
use crate::diagnostic::Diagnostic;
use crate::resolve::{Place, Resolved, definition_name};

pub(super) fn unused_definition(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let Subject { resolved, schemas, .. } = subject;
    // Where the way decides what is meant, anything may be.
    if schemas.places.iter().any(|(place, _)| resolved.is_dynamic(place)) {
        return;
    }
    let used = used(resolved);
    let mut unused: BTreeSet<&Place> = BTreeSet::new();
    for (place, _) in &schemas.places {
        let Some(name) = definition_name(&place.pointer).filter(|_| is_definition(resolved, place)) else { continue };
        let mut around = std::iter::successors(place.parent(), Place::parent);
        if is_used(&used, place) || around.any(|outer| unused.contains(&outer)) {
            continue;
        }
        unused.insert(place);
        let location = resolved.document(place).locate(&place.pointer);
        found.push(
            Diagnostic::warning("L0302", format!("nothing refers to the definition `{name}`"), location)
                .help("remove it, or refer to it where it was meant"),
        );
    }
}

/// The schemas that the roots of the files lead to.
fn used(resolved: &Resolved) -> BTreeSet<Place> {
    let mut used = BTreeSet::new();
    let mut open: Vec<Place> = (0..resolved.documents.len()).map(Place::root).collect();
    while let Some(place) = open.pop() {
        if !used.insert(place.clone()) {
            continue;
        }
        open.extend(resolved.targets(&place).cloned());
        let Value::Object(schema) = resolved.schema(&place) else { continue };
        let below = keywords::subschemas(resolved.draft(&place), schema).into_iter();
        let below = below.map(|inner| place.at(inner.pointer(&place.pointer)));
        open.extend(below.filter(|inner| !is_definition(resolved, inner)));
    }
    used
}

/// Returns whether a schema is there only to be referred to.
fn is_definition(resolved: &Resolved, place: &Place) -> bool {
    let outer = definition_name(&place.pointer).and_then(|_| place.parent()?.parent());
    outer.is_some_and(|outer| resolved.find(&outer).is_some())
}

/// Returns whether a definition, or something in it, is used.
fn is_used(used: &BTreeSet<Place>, place: &Place) -> bool {
    let below = place.join("");
    let next = used.range((Bound::Excluded(&below), Bound::Unbounded)).next();
    used.contains(place)
        || next.is_some_and(|next| next.document == place.document && next.pointer.starts_with(below.pointer.as_str()))
}
