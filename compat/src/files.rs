//! The documents of one version of a folder.

use std::collections::BTreeMap;

use serde_json::Value;
use thoth_messaging_documents::dialect::schema_uri;
use thoth_messaging_documents::reference::escape_all;
use thoth_messaging_documents::uri::own_uri;
use thoth_messaging_documents::{DocumentSet, Draft};

/// The place of a schema: a document by its name, as `orders/order.schema.json`, or of a built-in meta-schema its URI,
/// and a JSON Pointer in it.
pub type Place = thoth_messaging_documents::Place<String>;

/// The schema documents of one version of a folder, by their names in it, as `orders/order.schema.json`.
///
/// A document is known by its name, relative to the others, and by its `$id` (`id` in draft 4).
///
/// ```
/// use serde_json::json;
/// use thoth_messaging_compat::Files;
///
/// let mut files = Files::new();
/// files.insert("order.schema.json", json!({"$ref": "line.schema.json"}));
/// files.insert("line.schema.json", json!({"type": "object"}));
/// ```
#[derive(Clone, Debug)]
pub struct Files {
    documents: BTreeMap<String, Value>,
    draft: Draft,
    formats: bool,
}

impl Default for Files {
    fn default() -> Self {
        Self { documents: BTreeMap::new(), draft: Draft::Draft202012, formats: false }
    }
}

impl Files {
    /// No documents; draft 2020-12 where `$schema` is absent, and `format` is an annotation.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The draft of documents without `$schema`. It holds for the documents that are inserted from here on.
    #[must_use]
    pub fn with_draft(mut self, draft: Draft) -> Self {
        self.draft = draft;
        self
    }

    /// Sets whether `format` refuses values.
    #[must_use]
    pub fn with_formats(mut self, formats: bool) -> Self {
        self.formats = formats;
        self
    }

    /// Adds a document, in place of another of the same name.
    pub fn insert(&mut self, name: impl Into<String>, mut document: Value) {
        if let Some(root) = document.as_object_mut()
            && let Some(uri) = schema_uri(self.draft)
        {
            root.entry("$schema").or_insert_with(|| uri.into());
        }
        escape_all(&mut document);
        self.documents.insert(name.into(), document);
    }

    /// The names of the documents, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.documents.keys().map(String::as_str)
    }

    /// A document by its name, with the `$schema` that it was given by [`Files::with_draft`].
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.documents.get(name)
    }

    /// Sets whether `format` refuses values.
    #[must_use]
    pub fn formats(&self) -> bool {
        self.formats
    }

    /// A document with those that it refers to, and those that these refer to.
    pub(crate) fn closure(&self, root: &str) -> BTreeMap<&str, &Value> {
        let closure = DocumentSet::of_files(&self.documents).closure(&own_uri(root));
        let documents = self.documents.iter().filter(|(name, _)| closure.get(&own_uri(name)).is_some());
        documents.map(|(name, document)| (name.as_str(), document)).collect()
    }
}
