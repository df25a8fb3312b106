//! Schemas that contain themselves as a part of the same value: no value could ever be looked at to its end.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::diagnostic::Diagnostic;
use crate::resolve::{Place, Resolved};

/// The keywords whose schemas speak of the same value.
const IN_PLACE: [&str; 8] = ["allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas"];

/// Refuses each circle once, at the first of its schemas that is met.
pub(super) fn refuse(resolved: &Resolved, diagnostics: &mut Vec<Diagnostic>) {
    let mut done: BTreeMap<&Place, bool> = BTreeMap::new();
    for start in resolved.places() {
        let mut open = vec![(start.clone(), false)];
        while let Some((place, left)) = open.pop() {
            let Some(place) = resolved.find(&place) else { continue };
            if left {
                done.insert(place, true);
                continue;
            }
            match done.get(place) {
                Some(true) => {}
                // On the way to itself.
                Some(false) => report(resolved, place, diagnostics),
                None => {
                    done.insert(place, false);
                    open.push((place.clone(), true));
                    open.extend(parts(resolved, place).into_iter().map(|part| (part, false)));
                }
            }
        }
    }
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
    let draft = resolved.draft(place);
    if crate::keywords::ref_stands_alone(draft) && schema.contains_key("$ref") {
        return parts;
    }
    for keyword in IN_PLACE {
        let at = place.join(keyword);
        match schema.get(keyword) {
            Some(Value::Array(items)) => parts.extend((0..items.len()).map(|index| at.join(&index.to_string()))),
            Some(Value::Object(members)) if keyword == "dependentSchemas" => {
                parts.extend(Map::keys(members).map(|name| at.join(name)));
            }
            Some(Value::Object(_)) => parts.push(at),
            _ => {}
        }
    }
    parts
}
