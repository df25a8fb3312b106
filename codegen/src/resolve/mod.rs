//! The second stage: every reference leads somewhere, every keyword is known, every pattern compiles.
//!
//! [`walk`] finds the schemas of all documents, with what identifies them ([`resource`]) and the references between
//! them, which [`mod@reference`] follows; [`dynamic`] decides what the dynamic ones lead to. [`look`] is about keywords.
//!
//! Codes: `S02xx` (references) and `S04xx` (keywords).

mod built_in;
mod circle;
mod dynamic;
mod look;
mod reference;
mod resource;
#[cfg(test)]
mod tests;
mod walk;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use thoth_messaging_documents::{Dialect, Draft, pointer, uri};

use crate::diagnostic::Diagnostic;
pub(crate) use crate::parse::Place;
use crate::parse::{Document, Parsed};
use resource::{Resource, Scope};

/// Documents whose references are all known to lead to a schema.
#[derive(Debug)]
pub(crate) struct Resolved {
    /// The files of the set, then the meta-schemas that they refer to.
    pub(crate) documents: Vec<Document>,
    resources: Vec<Resource>,
    /// Of the roots of the documents.
    roots: Vec<Scope>,
    /// Every schema that is an object.
    scopes: BTreeMap<Place, Scope>,
    /// From the schema that holds a `$ref` to the one that it names.
    references: BTreeMap<Place, Place>,
    /// The same of `$dynamicRef` and `$recursiveRef`, where they lead to one schema alone.
    decided: BTreeMap<Place, Place>,
    /// The schemas from which a reference can be reached that leads to several.
    dynamic: BTreeSet<Place>,
    /// The documents that each document refers to.
    needs: Vec<BTreeSet<usize>>,
}

impl Resolved {
    /// The places of all schemas but `true` and `false`.
    pub(crate) fn places(&self) -> impl Iterator<Item = &Place> {
        self.scopes.keys()
    }

    /// A place, where its schema is neither `true` nor `false`.
    pub(crate) fn find(&self, place: &Place) -> Option<&Place> {
        self.scopes.get_key_value(place).map(|(known, _)| known)
    }

    pub(crate) fn schema(&self, place: &Place) -> &Value {
        self.documents[place.document].value.pointer(&place.pointer).unwrap_or(&Value::Bool(true))
    }

    pub(crate) fn document(&self, place: &Place) -> &Document {
        &self.documents[place.document]
    }

    /// The draft that the schema at a place is written in: that of its own `$schema`, or of the nearest around it.
    pub(crate) fn draft(&self, place: &Place) -> Draft {
        self.scope(place).dialect.draft
    }

    /// Returns whether the keywords at a place mean what the draft says: a meta-schema may leave vocabularies out.
    pub(crate) fn is_plain(&self, place: &Place) -> bool {
        self.scope(place).dialect == Dialect::of(self.draft(place))
    }

    /// Returns where the `$ref` of a schema leads.
    pub(crate) fn target(&self, place: &Place) -> Option<&Place> {
        self.references.get(place)
    }

    /// Returns where the references of a schema lead: its `$ref`, then its `$dynamicRef` or `$recursiveRef`, unless that can't
    /// be decided.
    pub(crate) fn targets(&self, place: &Place) -> impl Iterator<Item = &Place> {
        self.references.get(place).into_iter().chain(self.decided.get(place))
    }

    /// Returns whether a schema leads to a reference whose target depends on the way there, be it through subschemas and
    /// references: only a validator that starts at the root of the message knows what it says.
    pub(crate) fn is_dynamic(&self, place: &Place) -> bool {
        self.dynamic.contains(place)
    }

    /// The documents that the schemas of a document refer to, itself not counted. Meta-schemas are among them, as a
    /// validator knows those of its own draft alone.
    pub(crate) fn references_of(&self, document: usize) -> Vec<usize> {
        let needs = self.needs.get(document).into_iter().flatten().copied();
        needs.filter(|other| *other != document).collect()
    }

    /// A URI for the schema at a place, relative to the resource that it stands in: one that any validator follows, with
    /// the base URI and the draft that the schema has.
    pub(crate) fn address(&self, place: &Place) -> String {
        let resource = resource::addressed(&self.resources, self.scope(place).resource);
        let pointer = place.pointer.strip_prefix(&*resource.root.pointer).unwrap_or_default();
        format!("{}#{}", resource.uri.as_str(), uri::encode_fragment(pointer))
    }

    fn scope(&self, place: &Place) -> Scope {
        resource::scope(&self.scopes, &self.roots, place)
    }
}

/// Resolves every reference of every document, and looks at every keyword.
pub(crate) fn resolve(parsed: Parsed, diagnostics: &mut Vec<Diagnostic>) -> Resolved {
    let found = walk::walk(parsed, diagnostics);
    let (decided, dynamic) = dynamic::decide(&found);
    circle::refuse(&found, &decided, diagnostics);
    Resolved {
        documents: found.documents,
        resources: found.resources,
        roots: found.roots,
        scopes: found.scopes,
        references: found.references,
        decided,
        dynamic,
        needs: found.needs,
    }
}

/// The name that a definition has in its file, as `OrderLine` at `/$defs/OrderLine`.
pub(crate) fn definition_name(pointer: &str) -> Option<String> {
    let (parent, _) = pointer.rsplit_once('/')?;
    let is_definition = parent.ends_with("/$defs") || parent.ends_with("/definitions");
    is_definition.then(|| pointer::segments(&pointer[parent.len()..]).next()).flatten()
}
