//! Values that only the validator knows.

use serde_json::Value;

use crate::diagnostic::Diagnostic;
use crate::lower::read::{Cores, SchemaReader};
use crate::lower::subschemas::subschemas;
use crate::model::{Check, Type, Use};
use crate::resolve::{Place, Resolved};

/// The check by the validator, before a value is read as its Rust type.
pub(super) fn validated(resolved: &Resolved, places: &[Place]) -> Check {
    Check::Validated(subschemas(resolved, places))
}

/// As [`validated`], for all that is said of the value.
pub(super) fn validated_whole(reader: &mut SchemaReader<'_, '_>, cores: &Cores) -> Check {
    reader.note_validated(cores, &cores.places);
    validated(reader.resolved, &cores.places)
}

/// A value that can't be: what refuses it is the validator.
pub(super) fn never(reader: &mut SchemaReader<'_, '_>, cores: &Cores) -> Use {
    let is_meant = cores.places.iter().any(|place| *reader.resolved.schema(place) == Value::Bool(false));
    if let Some(place) = cores.places.first().filter(|_| !is_meant) {
        let location = reader.resolved.document(place).locate(&place.pointer);
        let message = "no value is valid here: what the schema asks for excludes itself";
        reader.diagnostics.push(
            Diagnostic::warning("S0405", message, location)
                .help("correct `type`, `enum` or the bounds; where no value is meant, say `false`"),
        );
    }
    Use { checks: vec![validated(reader.resolved, &cores.places)], ..Use::of(Type::Any) }
}
