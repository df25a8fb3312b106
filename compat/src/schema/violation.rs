//! What a schema refuses in a value.

use thoth_messaging_documents::jsonschema::ValidationError;
use thoth_messaging_documents::pattern::original_path;
use thoth_messaging_documents::validator::reason;

use super::Schema;
use crate::files::Place;

/// One thing that a schema refuses in a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The keyword.
    pub keyword: String,
    /// The place of the keyword, as far as it is known: else the schema as a whole.
    pub place: Place,
    /// JSON Pointer in the value.
    pub instance: String,
    /// The expectation, without the value.
    pub reason: String,
}

impl Violation {
    pub(super) fn new(error: &ValidationError<'_>, schema: &Schema) -> Self {
        Self {
            keyword: error.kind().keyword().to_owned(),
            place: place(error, schema),
            instance: error.instance_path().to_string(),
            reason: reason(error),
        }
    }
}

/// The schema location of an error is a pointer in the document that holds the keyword; which document that is, is found
/// by where there is such a keyword.
fn place(error: &ValidationError<'_>, schema: &Schema) -> Place {
    let pointer = original_path(error.schema_path().as_str()).into_owned();
    let (parent, _) = pointer.rsplit_once('/').unwrap_or_default();
    let files = schema.nodes.keys().filter(|place| place.pointer == *parent).map(|place| &place.document);
    let mut files: Vec<_> = files.collect();
    files.sort_by_key(|file| **file != schema.root.document);
    match files.first() {
        Some(file) => Place::new(file.as_str(), pointer),
        None => schema.root.clone(),
    }
}
