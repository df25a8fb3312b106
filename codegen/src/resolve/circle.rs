//! References that lead back to themselves.

use std::collections::{BTreeMap, BTreeSet};

use super::resource::Keyword;
use super::walk::Found;
use crate::diagnostic::Diagnostic;
use crate::parse::Place;

/// A `$ref` that leads back to itself, by way of other references alone, says nothing.
pub(super) fn refuse(found: &Found, decided: &BTreeMap<Place, Place>, diagnostics: &mut Vec<Diagnostic>) {
    let next_of = |place: &Place| found.references.get(place).or_else(|| decided.get(place));
    let mut done: BTreeSet<&Place> = BTreeSet::new();
    for start in found.references.keys().chain(decided.keys()) {
        let mut way: Vec<&Place> = Vec::new();
        let mut at: BTreeMap<&Place, usize> = BTreeMap::new();
        let mut next = Some(start);
        while let Some(place) = next.filter(|place| done.insert(place)) {
            at.insert(place, way.len());
            way.push(place);
            next = next_of(place);
        }
        let circle = next.and_then(|entry| at.get(entry)).map_or(&[][..], |entry| &way[*entry..]);
        diagnostics.extend(circle.iter().map(|place| {
            let schema = found.documents[place.document].value.pointer(&place.pointer);
            let keywords = [Keyword::Ref, Keyword::DynamicRef, Keyword::RecursiveRef].map(Keyword::name);
            let has = |keyword: &&str| schema.is_some_and(|schema| schema.get(keyword).is_some());
            let keyword = keywords.into_iter().find(has).unwrap_or_default();
            let location = found.documents[place.document].locate(&place.join(keyword).pointer);
            Diagnostic::error("S0205", format!("this `{keyword}` leads back to itself"), location)
                .help("let one of the schemas on the way say what is valid")
        }));
    }
}
