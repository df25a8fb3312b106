//! The proof by the canonical form of the `jsonschema` crate.

use thoth_messaging_documents::Validation;
use thoth_messaging_documents::jsonschema::canonical::{CanonicalSchema, Containment};

use crate::bundle::Bundle;
use crate::schema::Schema;

/// Whether the canonical form proves that every instance of `narrow` is one of `wide`.
pub(crate) fn is_covered(wide: &Schema, narrow: &Schema) -> bool {
    let (Some(wide), Some(narrow)) = (canonical(wide), canonical(narrow)) else { return false };
    wide.covers(&narrow).is_ok_and(|answer| answer == Containment::Yes)
}

fn canonical(schema: &Schema) -> Option<CanonicalSchema> {
    // The canonical form drops what is always valid, such as `if` alone, together with what it evaluates.
    let asks = |keyword: &str| schema.places().filter_map(|place| schema.value(place)?.get(keyword)).next().is_some();
    if asks("unevaluatedProperties") || asks("unevaluatedItems") {
        return None;
    }
    let bundle = Bundle::of(schema)?;
    let root = bundle.root.clone();
    let document = bundle.document(&root);
    Validation::with_formats(schema.formats()).canonical().canonicalize(&document).ok()
}
