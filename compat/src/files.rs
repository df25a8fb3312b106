//! The documents of one version of a folder.

use std::collections::{BTreeMap, BTreeSet};

use jsonschema::{Draft, uri};
use serde_json::Value;

/// What a document without an absolute `$id` is known by.
const BASE: &str = "schema:///";

/// The place of a schema: a document, and a JSON Pointer in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The name of the document, as `orders/order.schema.json`; of a built-in meta-schema, its URI.
    pub file: String,
    /// A JSON Pointer, empty for the document as a whole.
    pub pointer: String,
}

impl Place {
    /// A document as a whole.
    pub fn root(file: impl Into<String>) -> Self {
        Self { file: file.into(), pointer: String::new() }
    }

    /// The place of a member or an item of what is here.
    #[must_use]
    pub fn join(&self, segment: &str) -> Self {
        let escaped = segment.replace('~', "~0").replace('/', "~1");
        Self { file: self.file.clone(), pointer: format!("{}/{escaped}", self.pointer) }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}#{}", self.file, self.pointer)
    }
}

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

    /// Whether `format` refuses values.
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

    /// Whether `format` refuses values.
    #[must_use]
    pub fn formats(&self) -> bool {
        self.formats
    }

    /// A document with those that it refers to, and those that these refer to.
    pub(crate) fn closure(&self, root: &str) -> BTreeMap<&str, &Value> {
        let by_uri = self.by_uri();
        let mut found = BTreeMap::new();
        let mut open: Vec<&str> =
            self.documents.get_key_value(root).map(|(name, _)| name.as_str()).into_iter().collect();
        while let Some(name) = open.pop() {
            let Some(document) = self.documents.get(name) else { continue };
            if found.insert(name, document).is_some() {
                continue;
            }
            let mut said = Said::default();
            said.read(document);
            let bases: BTreeSet<String> = said.bases(name);
            for base in bases.iter().filter_map(|base| uri::from_str(base).ok()) {
                let resolved =
                    said.references.iter().filter_map(|text| uri::resolve_against(&base.borrow(), text).ok());
                open.extend(resolved.filter_map(|uri| by_uri.get(without_fragment(uri.as_str())).copied()));
            }
        }
        found
    }

    fn by_uri(&self) -> BTreeMap<String, &str> {
        let mut by_uri = BTreeMap::new();
        for (name, document) in &self.documents {
            let mut said = Said::default();
            said.read(document);
            by_uri.extend(said.bases(name).into_iter().map(|uri| (uri, name.as_str())));
        }
        by_uri
    }
}

/// What a document says anywhere that may name a document or refer to one.
#[derive(Default)]
struct Said<'a> {
    ids: BTreeSet<&'a str>,
    references: BTreeSet<&'a str>,
}

impl<'a> Said<'a> {
    fn read(&mut self, value: &'a Value) {
        match value {
            Value::Object(members) => {
                for (name, value) in members {
                    match (name.as_str(), value) {
                        ("$id" | "id", Value::String(id)) => drop(self.ids.insert(id)),
                        ("$ref" | "$dynamicRef" | "$schema", Value::String(reference)) => {
                            self.references.insert(reference);
                        }
                        _ => self.read(value),
                    }
                }
            }
            Value::Array(items) => items.iter().for_each(|item| self.read(item)),
            _ => {}
        }
    }

    /// The URIs that may be those of a resource in the document.
    fn bases(&self, name: &str) -> BTreeSet<String> {
        let own = own_uri(name);
        let mut bases = BTreeSet::from([own.clone()]);
        // An `$id` is relative to the one around it: twice is enough for an absolute one at the root.
        for _ in 0..2 {
            let bases_now: Vec<_> = bases.iter().filter_map(|base| uri::from_str(base).ok()).collect();
            for base in &bases_now {
                let resolved = self.ids.iter().filter_map(|id| uri::resolve_against(&base.borrow(), id).ok());
                bases.extend(resolved.map(|uri| without_fragment(uri.as_str()).to_owned()));
            }
        }
        bases
    }
}

/// The URI of a document by its name.
pub(crate) fn own_uri(name: &str) -> String {
    if name.contains("://") {
        return name.to_owned();
    }
    let escape = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    name.bytes().map(escape).fold(BASE.to_owned(), |uri, part| uri + &part)
}

pub(crate) fn without_fragment(uri: &str) -> &str {
    uri.split('#').next().unwrap_or_default()
}

/// What `$schema` is for a draft.
pub(crate) fn schema_uri(draft: Draft) -> Option<&'static str> {
    Some(match draft {
        Draft::Draft4 => "http://json-schema.org/draft-04/schema#",
        Draft::Draft6 => "http://json-schema.org/draft-06/schema#",
        Draft::Draft7 => "http://json-schema.org/draft-07/schema#",
        Draft::Draft201909 => "https://json-schema.org/draft/2019-09/schema",
        Draft::Draft202012 => "https://json-schema.org/draft/2020-12/schema",
        _ => return None,
    })
}
