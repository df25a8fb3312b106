//! Schemas that contain themselves as a part of the same value: no value could ever be looked at to its end. And those
//! that speak of one value so often that it would take too long.

use std::collections::BTreeMap;

use serde_json::Value;
use thoth_messaging_documents::keywords::{is_in_place, visible_subschemas};

use crate::diagnostic::Diagnostic;
use crate::resolve::{Place, Resolved};

/// More schemas than this never speak of one value on purpose. A validator looks at each of them, as often as references
/// lead there.
const MAX_SCHEMAS: u64 = 100_000;

/// Refuses each circle once, at the first of its schemas that is met, and what speaks of one value too often: then nothing
/// more can be found out in time, and this is `false`.
pub(super) fn refuse(resolved: &Resolved, diagnostics: &mut Vec<Diagnostic>) -> bool {
    let mut ends_in_time = true;
    // How many schemas speak of the value, each counted as often as it is met; unknown on the way through it.
    let mut known: BTreeMap<&Place, Option<u64>> = BTreeMap::new();
    for start in resolved.places() {
        let mut open = vec![(start.clone(), false)];
        while let Some((place, left)) = open.pop() {
            let Some(place) = resolved.find(&place) else { continue };
            if left {
                let counts = parts(resolved, place).into_iter().filter_map(|part| *known.get(resolved.find(&part)?)?);
                let (count, is_first) = counts.fold((1_u64, true), |(all, is_first), count| {
                    (all.saturating_add(count), is_first && count <= MAX_SCHEMAS)
                });
                if count > MAX_SCHEMAS && is_first {
                    diagnostics.push(too_many(resolved, place));
                    ends_in_time = false;
                }
                known.insert(place, Some(count));
                continue;
            }
            match known.get(place) {
                Some(Some(_)) => {}
                // On the way to itself.
                Some(None) => report(resolved, place, diagnostics),
                None => {
                    known.insert(place, None);
                    open.push((place.clone(), true));
                    open.extend(parts(resolved, place).into_iter().map(|part| (part, false)));
                }
            }
        }
    }
    ends_in_time
}

fn too_many(resolved: &Resolved, place: &Place) -> Diagnostic {
    let location = resolved.document(place).locate(&place.pointer);
    let message =
        format!("more than {MAX_SCHEMAS} schemas speak of one value, those that are referred to again counted again");
    Diagnostic::error("S0206", message, location).help("refer to what is meant more directly, and once")
}

fn report(resolved: &Resolved, place: &Place, diagnostics: &mut Vec<Diagnostic>) {
    // A circle of references alone was reported before, with all of it.
    let reference = |keyword| resolved.document(place).locate(&place.join(keyword).pointer);
    let references = ["$ref", "$dynamicRef", "$recursiveRef"].map(reference);
    let is_known = |other: &Diagnostic| {
        other.code == "S0205" && other.location.as_ref().is_some_and(|location| references.contains(location))
    };
    if diagnostics.iter().any(is_known) {
        return;
    }
    let location = resolved.document(place).locate(&place.pointer);
    diagnostics.push(
        Diagnostic::error("S0206", "this schema contains itself, as a part of the same value", location)
            .help("let the recursion go through a member or an item"),
    );
}

/// The schemas that speak of the same value as one does.
fn parts(resolved: &Resolved, place: &Place) -> Vec<Place> {
    let mut parts: Vec<Place> = resolved.targets(place).cloned().collect();
    let Value::Object(schema) = resolved.schema(place) else { return parts };
    let inner = visible_subschemas(resolved.draft(place), schema).into_iter();
    let beside = inner.filter(|inner| is_in_place(inner.keyword.name));
    parts.extend(beside.map(|inner| place.at(inner.pointer(&place.pointer))));
    parts
}
