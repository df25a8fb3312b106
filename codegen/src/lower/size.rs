//! Types that take the Rust compiler long.

use super::define::Definitions;
use crate::diagnostic::Diagnostic;
use crate::model::Shape;
use crate::resolve::Resolved;

/// With more members, a struct takes the compiler more than some 3 s: it takes 2 to 3 ms for each.
const MAX_MEMBERS: usize = 1_000;

/// With more variants, a union does, with the types in them: it takes 75 ms for each.
const MAX_VARIANTS: usize = 40;

const OWN_CRATE: &str = "keep generated code in a crate of its own, which is compiled again only when schemas change";

/// Warns of large structs and unions. All that is emitted for one grows with the number of its members alone.
pub(super) fn warn(resolved: &Resolved, definitions: &Definitions, diagnostics: &mut Vec<Diagnostic>) {
    for declared in &definitions.types {
        let (message, help) = match declared.shape() {
            Some(Shape::Struct(object)) if object.fields.len() > MAX_MEMBERS => (
                format!("this object has {} properties: its type takes the Rust compiler long", object.fields.len()),
                "where they are of one kind, say so by `patternProperties` or `additionalProperties`, which is a map",
            ),
            Some(Shape::Union(union)) if union.variants.len() > MAX_VARIANTS => (
                format!("this is one of {} schemas: its types take the Rust compiler long", union.variants.len()),
                "where few of them are read, leave the others to one schema that takes any of them",
            ),
            _ => continue,
        };
        let Some(place) = declared.places.first() else { continue };
        let location = resolved.document(place).locate(&place.pointer);
        diagnostics.push(Diagnostic::warning("S0414", message, location).help(format!("{OWN_CRATE}; {help}")));
    }
}
