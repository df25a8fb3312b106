//! The proof by the canonical form of the `jsonschema` crate.

use thoth_messaging_documents::Validation;
use thoth_messaging_documents::jsonschema::canonical::{CanonicalSchema, Containment};
use thoth_messaging_documents::pattern::carried;

use crate::bundle::Bundle;
use crate::schema::Schema;
use crate::terms::{Part, Terms};

/// Terms of two schemas that the canonical form is made of: its work can't be counted, and grows with the cases.
const MAX_TERMS: usize = 2_000;
const MAX_CASES: usize = 300;

/// Returns whether the canonical form proves that every instance of `narrow` is one of `wide`.
pub(crate) fn is_covered(wide: &Schema, narrow: &Schema, terms: &Terms) -> bool {
    let cases = |part: &Part| match part {
        Part::Cases(cases) if cases.len() > 1 => cases.len(),
        Part::ExactlyOne(ids) => ids.len(),
        Part::Values(values) => values.len() / 8,
        _ => 0,
    };
    let all = (0..terms.len()).flat_map(|id| &terms.get(id).parts).map(cases).sum::<usize>();
    if terms.len() > MAX_TERMS || all > MAX_CASES {
        return false;
    }
    let (Some(wide), Some(narrow)) = (canonical(wide), canonical(narrow)) else { return false };
    wide.covers(&narrow).is_ok_and(|answer| answer == Containment::Yes)
}

fn canonical(schema: &Schema) -> Option<CanonicalSchema> {
    // The canonical form drops what is always valid, such as `if` alone, together with what it evaluates.
    let asks = |keyword: &str| {
        schema.places().any(|place| schema.value(place).is_some_and(|value| value.get(keyword).is_some()))
    };
    if asks("unevaluatedProperties") || asks("unevaluatedItems") {
        return None;
    }
    let bundle = Bundle::of(schema)?;
    let root = bundle.root.clone();
    let document = bundle.document(&root);
    Validation::with_formats(schema.formats()).canonical().canonicalize(&carried(&document)).ok()
}
