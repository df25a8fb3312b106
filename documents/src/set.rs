//! Documents that refer to each other.

#[cfg(feature = "pattern")]
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use referencing::{Error, Registry};
use serde_json::Value;

#[cfg(feature = "pattern")]
use crate::dialect::Dialects;
#[cfg(feature = "pattern")]
use crate::keywords::LIMITS;
use crate::reference::{escaped, meta_schemas_of};
use crate::uri::{self, absolute, own_uri, without_fragment};

/// The documents of a set, each by the URIs that lead to it. It borrows them, as a validator knows a schema by where it
/// is in memory, and it fetches nothing.
///
/// ```
/// use serde_json::json;
/// use thoth_messaging_documents::DocumentSet;
///
/// let (order, line) = (json!({"$ref": "lines/line.json"}), json!({"type": "object"}));
/// let set = DocumentSet::of_files([("order.json", &order), ("lines/line.json", &line)]);
/// assert_eq!(set.get("schema:///lines/line.json"), Some(&line));
/// assert!(set.registry()?.contains_resource("schema:///order.json"));
/// assert_eq!(set.closure("schema:///order.json").len(), 2);
/// # Ok::<(), thoth_messaging_documents::ReferencingError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct DocumentSet<'d> {
    by_uri: BTreeMap<String, &'d Value>,
}

impl<'d> DocumentSet<'d> {
    /// A set without documents.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The documents of some URIs, as [`insert`](Self::insert) adds them.
    pub fn of_uris<U: AsRef<str>>(documents: impl IntoIterator<Item = (U, &'d Value)>) -> Self {
        let mut set = Self::new();
        for (uri, document) in documents {
            set.insert(uri.as_ref(), document);
        }
        set
    }

    /// The documents of some names, as [`insert_file`](Self::insert_file) adds them.
    pub fn of_files<N: AsRef<str>>(documents: impl IntoIterator<Item = (N, &'d Value)>) -> Self {
        let mut set = Self::new();
        for (name, document) in documents {
            set.insert_file(name.as_ref(), document);
        }
        set
    }

    /// Adds a document by a URI, which may be relative to [`BASE`](uri::BASE), in place of the one that it led to.
    pub fn insert(&mut self, uri: &str, document: &'d Value) {
        self.by_uri.insert(absolute(uri), document);
    }

    /// Adds a document by its name in the set, unless something else is known by the URI that this makes.
    pub fn insert_file(&mut self, name: &str, document: &'d Value) {
        self.by_uri.entry(own_uri(name)).or_insert(document);
    }

    /// The document that an absolute URI leads to.
    #[must_use]
    pub fn get(&self, uri: &str) -> Option<&'d Value> {
        self.by_uri.get(uri).copied()
    }

    /// The documents by their URIs, in the order of these. One that several lead to comes as often.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &'d Value)> {
        self.by_uri.iter().map(|(uri, document)| (uri.as_str(), *document))
    }

    /// The documents, each once, however many URIs lead to it.
    pub fn documents(&self) -> impl Iterator<Item = &'d Value> {
        let mut seen = BTreeSet::new();
        self.by_uri.values().copied().filter(move |document| seen.insert(std::ptr::from_ref(*document).addr()))
    }

    /// The number of URIs.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_uri.len()
    }

    /// Returns whether there is no document.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_uri.is_empty()
    }

    /// The documents as validators and resolvers ask for them.
    ///
    /// # Errors
    ///
    /// A URI, or an `$id` in a document, can't be used.
    pub fn registry(&self) -> Result<Registry<'d>, Error> {
        Registry::new().extend(self.iter())?.extend(self.meta_schemas())?.prepare()
    }

    /// The meta-schemas that the documents refer to and the set does not hold: a registry has none once it is made.
    fn meta_schemas(&self) -> Vec<(&'static str, &'d Value)> {
        let needed = meta_schemas_of(self.documents()).map(|(uri, schema)| -> (_, &'d Value) { (uri, schema) });
        needed.filter(|(uri, _)| !self.by_uri.contains_key(*uri)).collect()
    }

    /// The documents as the validators of `jsonschema` take them, with translated patterns, and without the limits of numbers that a
    /// meta-schema without the vocabulary of validation leaves without meaning: they are our own keywords.
    ///
    /// # Errors
    ///
    /// Those of [`registry`](Self::registry).
    #[cfg(feature = "pattern")]
    pub fn validation_registry(&self) -> Result<Registry<'d>, Error> {
        let dialects = Dialects::of(self.iter());
        let mut builder = Registry::new().extend(self.meta_schemas())?;
        for (uri, document) in self.iter() {
            let declared = document.get("$schema").and_then(Value::as_str).map(|uri| dialects.find(uri));
            let is_limited = !matches!(declared, Some(Ok(dialect)) if !dialect.asserts("minimum"));
            let meant = if is_limited { Cow::Borrowed(document) } else { Cow::Owned(without_limits(document)) };
            builder = match carried(meant) {
                Cow::Borrowed(document) => builder.add(uri, document)?,
                Cow::Owned(document) => builder.add(uri, document)?,
            };
        }
        builder.prepare()
    }

    /// The document of a URI with those that it may refer to, and those that these may: by all that it says anywhere,
    /// so more perhaps than a validator follows, and never fewer. Empty where the URI leads nowhere.
    #[must_use]
    pub fn closure(&self, uri: &str) -> Self {
        let said: BTreeMap<&str, Said<'_>> =
            self.iter().map(|(uri, document)| (uri, Said::of(uri, document))).collect();
        let bases = said.iter().flat_map(|(uri, said)| said.bases.iter().map(|base| (base.as_str(), *uri)));
        let by_base: BTreeMap<&str, &str> = bases.collect();
        let mut found = BTreeMap::new();
        let mut open: Vec<&str> = self.by_uri.get_key_value(uri).map(|(uri, _)| uri.as_str()).into_iter().collect();
        while let Some(uri) = open.pop() {
            let (Some(document), Some(said)) = (self.get(uri), said.get(uri)) else { continue };
            if found.insert(uri.to_owned(), document).is_none() {
                let leads_to = said.targets().into_iter().filter_map(|target| by_base.get(target.as_str()).copied());
                open.extend(leads_to);
            }
        }
        Self { by_uri: found }
    }
}

/// The texts of a document that may name it or a part of it, and those that may refer to one.
struct Said<'d> {
    references: BTreeSet<&'d str>,
    /// The URIs that may be those of a resource in the document.
    bases: BTreeSet<String>,
}

impl<'d> Said<'d> {
    fn of(uri: &str, document: &'d Value) -> Self {
        let (mut ids, mut references) = (BTreeSet::new(), BTreeSet::new());
        read(document, &mut ids, &mut references);
        let mut bases = BTreeSet::from([uri.to_owned()]);
        // An `$id` is relative to the one around it: twice is enough for an absolute one at the root.
        for _ in 0..2 {
            let more = resolved(&bases, &ids);
            bases.extend(more);
        }
        Self { references, bases }
    }

    /// The URIs, without a fragment, of all that the document may refer to.
    fn targets(&self) -> Vec<String> {
        resolved(&self.bases, &self.references)
    }
}

/// Each text resolved against each base, where that is possible, without a fragment.
fn resolved(bases: &BTreeSet<String>, texts: &BTreeSet<&str>) -> Vec<String> {
    let bases = bases.iter().filter_map(|base| uri::parse(base).ok());
    let resolved = bases.flat_map(|base| {
        let resolved = texts.iter().filter_map(move |text| uri::resolve(&base.borrow(), &escaped(text)).ok());
        resolved.map(|uri| without_fragment(uri.as_str()).to_owned())
    });
    resolved.collect()
}

fn read<'d>(value: &'d Value, ids: &mut BTreeSet<&'d str>, references: &mut BTreeSet<&'d str>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                match (name.as_str(), value) {
                    ("$id" | "id", Value::String(id)) => drop(ids.insert(id)),
                    ("$ref" | "$dynamicRef" | "$schema", Value::String(reference)) => {
                        references.insert(reference);
                    }
                    _ => read(value, ids, references),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| read(item, ids, references)),
        _ => {}
    }
}

/// A document with its patterns translated.
#[cfg(feature = "pattern")]
fn carried(document: Cow<'_, Value>) -> Cow<'_, Value> {
    match document {
        Cow::Borrowed(document) => crate::pattern::carried(document),
        Cow::Owned(document) => Cow::Owned(crate::pattern::carried(&document).into_owned()),
    }
}

/// A schema without limits of numbers.
#[cfg(feature = "pattern")]
fn without_limits(schema: &Value) -> Value {
    match schema {
        Value::Array(items) => items.iter().map(without_limits).collect(),
        Value::Object(members) => {
            let is_kept = |(name, value): &(&String, &Value)| !(value.is_number() && LIMITS.contains(&name.as_str()));
            let members = members.iter().filter(is_kept).map(|(name, value)| match name.as_str() {
                "const" | "enum" | "default" | "examples" => (name.clone(), value.clone()),
                _ => (name.clone(), without_limits(value)),
            });
            members.collect()
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_uri_leads_to_the_last_document_and_a_name_to_the_first() {
        let (one, other) = (json!(1), json!(2));
        let mut set = DocumentSet::new();
        set.insert("a.json", &one);
        set.insert_file("a.json", &other);
        assert_eq!(set.get("schema:///a.json"), Some(&one));
        set.insert("a.json", &other);
        assert_eq!((set.get("schema:///a.json"), set.len()), (Some(&other), 1));
        set.insert("b.json", &other);
        assert_eq!((set.iter().count(), set.documents().count()), (2, 1));
    }

    #[test]
    fn closures_follow_identifiers_and_circles() {
        let root = json!({"$id": "https://example.org/root.json", "items": {"$ref": "other.json#/$defs/A"}});
        let other = json!({"$id": "https://example.org/other.json", "$defs": {"A": {"$ref": "root.json"}}});
        let far = json!({"$schema": "https://example.org/other.json"});
        let files = [("a b.json", &root), ("folder/other.json", &other), ("far.json", &far)];
        let set = DocumentSet::of_files(files);
        let uris = |root| set.closure(root).iter().map(|(uri, _)| uri.to_owned()).collect::<Vec<_>>();
        assert_eq!(uris("schema:///a%20b.json"), ["schema:///a%20b.json", "schema:///folder/other.json"]);
        assert_eq!(uris("schema:///far.json").len(), 3);
        assert!(set.closure("schema:///none.json").is_empty());
    }

    #[test]
    fn registries_find_documents_by_identifier_too() {
        let (order, line) = (json!({"$ref": "https://example.org/line"}), json!({"$id": "https://example.org/line"}));
        let set = DocumentSet::of_files([("order.json", &order), ("line.json", &line)]);
        let registry = set.registry().unwrap();
        let resolver = registry.resolver(uri::parse("schema:///order.json").unwrap());
        assert_eq!(resolver.lookup("https://example.org/line").unwrap().contents(), &line);
    }
}
