//! The schema documents that a validator is compiled of, each parsed once: it knows a schema by where it is in memory.

use std::collections::BTreeMap;

use serde_json::Value;
use thoth_messaging_documents::DocumentSet;
use thoth_messaging_documents::reference::escape_all;

use crate::message::Schema;

/// A schema document, and the URIs that lead to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// Absolute, or relative to one base that all documents share: what references to the document resolve to. An `$id`
    /// in it need not be among them.
    pub uris: Vec<String>,
    /// The schema.
    pub contents: Value,
}

/// Schema documents and all that they refer to.
pub(super) struct Files(Vec<Document>);

impl Files {
    pub(super) fn of_documents(documents: impl IntoIterator<Item = Document>) -> Self {
        let mut documents: Vec<Document> = documents.into_iter().collect();
        for document in &mut documents {
            escape_all(&mut document.contents);
        }
        Self(documents)
    }

    /// The files of generated schemas; `None` where a text is not JSON, which is never so of a generated one.
    pub(super) fn of<'a>(schemas: impl IntoIterator<Item = &'a Schema>) -> Option<Self> {
        let parsed = closure(schemas).into_values().map(|schema| {
            let uris = std::iter::once(&schema.uri).chain(&schema.name).map(ToString::to_string).collect();
            Some(Document { uris, contents: serde_json::from_str(&schema.text).ok()? })
        });
        Some(Self::of_documents(parsed.collect::<Option<Vec<_>>>()?))
    }

    /// The documents by each URI that leads to them.
    pub(super) fn set(&self) -> DocumentSet<'_> {
        let uris = self.0.iter().flat_map(|document| document.uris.iter().map(|uri| (uri, &document.contents)));
        DocumentSet::of_uris(uris)
    }
}

/// Schemas and all that they refer to, by their URIs.
pub(super) fn closure<'a>(schemas: impl IntoIterator<Item = &'a Schema>) -> BTreeMap<&'a str, &'a Schema> {
    let mut found = BTreeMap::new();
    schemas.into_iter().for_each(|schema| collect(schema, &mut found));
    found
}

fn collect<'a>(schema: &'a Schema, found: &mut BTreeMap<&'a str, &'a Schema>) {
    if found.insert(&schema.uri, schema).is_none() {
        schema.references.iter().for_each(|reference| collect(reference, found));
    }
}
