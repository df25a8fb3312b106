//! The schemas that generated code hands to the validator of the runtime.

use crate::model::Subschema;
use crate::resolve::{Place, Resolved};
use thoth_messaging_documents::uri::shown;

/// The schemas at some places, as the validator finds them.
pub(super) fn subschemas(resolved: &Resolved, places: &[Place]) -> Vec<Subschema> {
    let subschema = |place: &Place| {
        let address = resolved.address(place);
        // What stands in the file itself is known by its pointer.
        let own = address.strip_prefix(&resolved.document(place).uri).filter(|own| own.starts_with('#'));
        let reference = own.unwrap_or_else(|| shown(&address));
        Subschema { document: place.document, reference: reference.to_owned() }
    };
    places.iter().map(subschema).collect()
}
