//! References that lead back to themselves.

use std::collections::{BTreeMap, BTreeSet};

use super::Place;
use super::walk::Found;
use crate::diagnostic::Diagnostic;
use crate::source::join;

/// A `$ref` that leads back to itself, by way of other `$ref`s alone, says nothing.
pub(super) fn refuse(found: &Found, diagnostics: &mut Vec<Diagnostic>) {
    let references = &found.references;
    let mut done: BTreeSet<&Place> = BTreeSet::new();
    for start in references.keys() {
        let mut way: Vec<&Place> = Vec::new();
        let mut at: BTreeMap<&Place, usize> = BTreeMap::new();
        let mut next = Some(start);
        while let Some(place) = next.filter(|place| done.insert(place)) {
            at.insert(place, way.len());
            way.push(place);
            next = references.get(place);
        }
        let circle = next.and_then(|entry| at.get(entry)).map_or(&[][..], |entry| &way[*entry..]);
        diagnostics.extend(circle.iter().map(|place| {
            let location = found.documents[place.document].locate(&join(&place.pointer, "$ref"));
            Diagnostic::error("S0205", "this `$ref` leads back to itself", location)
                .help("let one of the schemas on the way say what is valid")
        }));
    }
}
