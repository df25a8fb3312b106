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
    let bundle = Bundle::of(schema)?;
    let root = bundle.root.clone();
    let document = bundle.document(&root);
    Validation::with_formats(schema.formats()).canonical().canonicalize(&document).ok()
}
