//! Resources: what a base URI holds for. A document is one, and so is each schema inside that has an `$id`.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use thoth_messaging_documents::{Dialect, Draft, Uri, dialect, keywords};

use crate::parse::Place;

/// A schema with a URI, and the anchors within its reach.
#[derive(Debug)]
pub(super) struct Resource {
    /// Without a fragment.
    pub(super) uri: Uri<String>,
    pub(super) root: Place,
    /// The resource around this one; a document is its own.
    pub(super) outer: usize,
    /// True if it can be referred to: not so where the meta-schema expects no schema.
    pub(super) is_known: bool,
    pub(super) anchors: BTreeMap<String, Anchor>,
}

/// A name for a place in a resource.
#[derive(Clone, Debug)]
pub(super) struct Anchor {
    pub(super) place: Place,
    /// True if it is a `$dynamicAnchor`.
    pub(super) is_dynamic: bool,
}

/// The state at a place that follows from what is around it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scope {
    pub(super) resource: usize,
    pub(super) dialect: Dialect,
    /// True if only a reference leads here: the meta-schema expects no schema, so nothing is identified here.
    pub(super) is_hidden: bool,
}

/// The scope of a place, or of the nearest schema around it.
pub(super) fn scope(scopes: &BTreeMap<Place, Scope>, roots: &[Scope], place: &Place) -> Scope {
    let mut around = std::iter::successors(Some(place.clone()), Place::parent);
    around.find_map(|place| scopes.get(&place).copied()).unwrap_or(roots[place.document])
}

/// The resource, or the nearest around it, that can be referred to.
pub(super) fn addressed(resources: &[Resource], number: usize) -> &Resource {
    let around = std::iter::successors(Some(number), |number| {
        let outer = resources[*number].outer;
        (outer != *number).then_some(outer)
    });
    let known = around.map(|number| &resources[number]).find(|resource| resource.is_known);
    known.unwrap_or(&resources[number])
}

/// The identifiers of a schema, and its references.
#[derive(Debug, Default)]
pub(super) struct Said {
    /// A URI reference without a fragment.
    pub(super) id: Option<String>,
    /// Its names, and whether they are dynamic.
    pub(super) anchors: Vec<(String, bool)>,
    pub(super) references: Vec<(Keyword, String)>,
}

/// A keyword that refers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keyword {
    Ref,
    DynamicRef,
    RecursiveRef,
}

impl Keyword {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Ref => "$ref",
            Self::DynamicRef => "$dynamicRef",
            Self::RecursiveRef => "$recursiveRef",
        }
    }
}

impl Said {
    /// Reads what a schema says in its draft.
    pub(super) fn of(draft: Draft, schema: &Map<String, Value>) -> Self {
        let mut said = Self::default();
        let text = |keyword: &str| schema.get(keyword).and_then(Value::as_str).map(str::to_owned);
        said.references.extend(text("$ref").map(|reference| (Keyword::Ref, reference)));
        let id = dialect::id(draft, schema).unwrap_or_default();
        let (uri, fragment) = id.split_once('#').unwrap_or((id, ""));
        said.id = Some(uri.to_owned()).filter(|uri| !uri.is_empty());
        if keywords::ref_stands_alone(draft) {
            let named = Some(fragment.to_owned()).filter(|fragment| !fragment.is_empty());
            said.anchors.extend(named.map(|name| (name, false)));
            return said;
        }
        said.anchors.extend(text("$anchor").map(|name| (name, false)));
        if draft == Draft::Draft201909 {
            // Its value is always `#`, and is not looked at.
            said.references.extend(text("$recursiveRef").map(|_| (Keyword::RecursiveRef, "#".to_owned())));
        } else {
            said.anchors.extend(text("$dynamicAnchor").map(|name| (name, true)));
            said.references.extend(text("$dynamicRef").map(|reference| (Keyword::DynamicRef, reference)));
        }
        said
    }
}

/// The schemas directly under a schema. Beside a `$ref` that hides all else, definitions can still be referred to.
pub(super) fn below(draft: Draft, place: &Place, schema: &Map<String, Value>) -> Vec<Place> {
    let inner = keywords::visible_subschemas(draft, schema).into_iter();
    inner.map(|inner| place.at(inner.pointer(&place.pointer))).collect()
}

/// Returns whether a schema directly under another is there only to be referred to.
pub(super) fn is_definition(outer: &Place, inner: &Place) -> bool {
    inner.pointer[outer.pointer.len()..].split('/').nth(1).is_some_and(keywords::is_definition)
}
