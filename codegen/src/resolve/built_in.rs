//! The meta-schemas of the drafts, which a `$ref` may name without a file in the set.

use serde_json::Value;
use thoth_messaging_documents::{Dialect, Draft, meta_schemas};

use crate::parse::Document;
use crate::source::{SchemaFile, Source};

/// The meta-schema, or the vocabulary of one, that is known by a URI without a fragment.
pub(super) fn document(uri: &str) -> Option<Document> {
    let value = meta_schemas::find(uri)?.clone();
    let schema = value.get("$schema").and_then(Value::as_str).unwrap_or_default();
    let file = SchemaFile { origin: uri.to_owned(), text: value.to_string() };
    Some(Document {
        name: uri.to_owned(),
        source: Source::new(&file),
        dialect: Dialect::of(Draft::from_schema_uri(schema)),
        uri: uri.to_owned(),
        kafka: None,
        is_message: false,
        assumed: None,
        built_in: true,
        files: Vec::new(),
        value,
    })
}
