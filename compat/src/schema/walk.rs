//! The walk through all schemas that a document leads to: their drafts, and where their references lead.

use std::collections::BTreeMap;

use serde_json::Value;
use thoth_messaging_documents::referencing::ResourceRef;
use thoth_messaging_documents::uri::{self, own_uri};
use thoth_messaging_documents::{Draft, ReferencingError, Registry, Resolver, keywords, meta_schemas};

use super::{Node, SchemaError, Subschema};
use crate::files::Place;

/// Everything that a document leads to.
pub(super) fn walk(
    documents: &BTreeMap<&str, &Value>,
    registry: &Registry<'_>,
    root: &str,
) -> Result<BTreeMap<Place, Node>, SchemaError> {
    let mut walk = Walk { addresses: Addresses::of(documents), nodes: BTreeMap::new(), open: Vec::new() };
    let Some(document) = documents.get(root) else { return Err(SchemaError::NoFile(root.to_owned())) };
    let base = uri::parse(&own_uri(root)).map_err(|error| SchemaError::invalid(Place::root(root), &error))?;
    walk.open.push(Open {
        place: Place::root(root),
        value: document,
        draft: Draft::default(),
        resolver: registry.resolver(base),
        is_entered: false,
    });
    while let Some(open) = walk.open.pop() {
        walk.visit(open)?;
    }
    let mut nodes = walk.nodes;
    forget_undecided(documents, &mut nodes);
    Ok(nodes)
}

/// A schema that is not visited yet.
struct Open<'r> {
    place: Place,
    value: &'r Value,
    draft: Draft,
    resolver: Resolver<'r>,
    /// True if the base of the resolver is that of the schema already: a relative `$id` counts once.
    is_entered: bool,
}

struct Walk<'r> {
    addresses: Addresses,
    nodes: BTreeMap<Place, Node>,
    open: Vec<Open<'r>>,
}

impl<'r> Walk<'r> {
    fn visit(&mut self, open: Open<'r>) -> Result<(), SchemaError> {
        let Open { place, value, draft, mut resolver, is_entered } = open;
        if self.nodes.contains_key(&place) {
            return Ok(());
        }
        let draft = draft.detect(value);
        let invalid = |error: ReferencingError| SchemaError::invalid(place.clone(), &error);
        if !is_entered {
            resolver = resolver.in_subresource(ResourceRef::new(value, draft)).map_err(invalid)?;
        }
        let mut node = Node { value: value.clone(), draft, subschemas: Vec::new(), targets: Vec::new(), dynamic: None };
        if let Value::Object(members) = value {
            for inner in keywords::visible_subschemas(draft, members) {
                let below = place.at(inner.pointer(&place.pointer));
                let (keyword, member) = (inner.keyword.name, inner.member);
                node.subschemas.push(Subschema { keyword, member, place: below.clone() });
                let resolver = resolver.clone();
                self.open.push(Open { place: below, value: inner.schema, draft, resolver, is_entered: false });
            }
            for (keyword, reference) in references(draft, members) {
                let (target, resolver, draft) = resolver.lookup(reference).map_err(invalid)?.into_inner();
                let Some(found) = self.addresses.find(target) else {
                    return Err(SchemaError::NoPlace { place, reference: reference.to_owned() });
                };
                node.dynamic = node.dynamic.or_else(|| Dynamic::of(keyword, reference, target));
                node.targets.push(found.clone());
                let is_entered = resolver.base_uri().as_str() != own_uri(&found.document);
                self.open.push(Open { place: found, value: target, draft, resolver, is_entered });
            }
        }
        self.nodes.insert(place, node);
        Ok(())
    }
}

fn references(draft: Draft, schema: &serde_json::Map<String, Value>) -> Vec<(&'static str, &str)> {
    let known = |keyword: &str| match keyword {
        "$recursiveRef" => draft == Draft::Draft201909,
        "$dynamicRef" => draft >= Draft::Draft202012,
        _ => true,
    };
    let read = |keyword: &'static str| Some((keyword, schema.get(keyword)?.as_str()?));
    ["$ref", "$dynamicRef", "$recursiveRef"].into_iter().filter(|keyword| known(keyword)).filter_map(read).collect()
}

/// A reference that the way to it may redirect: to which anchors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Dynamic {
    Named(String),
    Recursive,
}

impl Dynamic {
    fn of(keyword: &str, reference: &str, target: &Value) -> Option<Self> {
        match keyword {
            "$dynamicRef" => {
                let (_, name) = reference.rsplit_once('#')?;
                (target.get("$dynamicAnchor")?.as_str()? == name).then(|| Self::Named(name.to_owned()))
            }
            "$recursiveRef" => (target.get("$recursiveAnchor")? == &Value::Bool(true)).then_some(Self::Recursive),
            _ => None,
        }
    }

    /// Tells whether a schema has an anchor that the reference may be redirected to.
    pub(super) fn is_anchored(&self, value: &Value) -> bool {
        match self {
            Self::Named(name) => value.get("$dynamicAnchor").and_then(Value::as_str) == Some(name),
            Self::Recursive => value.get("$recursiveAnchor") == Some(&Value::Bool(true)),
        }
    }

    fn count(&self, value: &Value) -> usize {
        let here = usize::from(self.is_anchored(value));
        let below: usize = match value {
            Value::Object(members) => members.values().map(|value| self.count(value)).sum(),
            Value::Array(items) => items.iter().map(|value| self.count(value)).sum(),
            _ => 0,
        };
        here + below
    }
}

/// A dynamic reference with one anchor to lead to is like any other; the rest stay dynamic.
fn forget_undecided(documents: &BTreeMap<&str, &Value>, nodes: &mut BTreeMap<Place, Node>) {
    let built_in: Vec<_> = {
        let used: std::collections::BTreeSet<_> = nodes.keys().map(|place| place.document.as_str()).collect();
        meta_schemas::all().filter(|(uri, _)| used.contains(uri)).map(|(_, value)| value).collect()
    };
    for node in nodes.values_mut() {
        let count = |dynamic: &Dynamic| -> usize {
            documents.values().copied().chain(built_in.iter().copied()).map(|value| dynamic.count(value)).sum()
        };
        if node.dynamic.as_ref().is_some_and(|dynamic| count(dynamic) <= 1) {
            node.dynamic = None;
        }
    }
}

/// The places of values by where they are in memory: what a resolver gives is a value of a document.
struct Addresses(BTreeMap<usize, Place>);

impl Addresses {
    fn of(documents: &BTreeMap<&str, &Value>) -> Self {
        let mut addresses = Self(BTreeMap::new());
        for (name, document) in documents {
            addresses.add(document, &Place::root(*name));
        }
        for (uri, document) in meta_schemas::all() {
            addresses.add(document, &Place::root(uri));
        }
        addresses
    }

    fn add(&mut self, value: &Value, place: &Place) {
        match value {
            Value::Object(members) => members.iter().for_each(|(name, value)| self.add(value, &place.join(name))),
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(index, item)| self.add(item, &place.join(&index.to_string())));
            }
            Value::Bool(_) => {}
            _ => return,
        }
        self.0.insert(std::ptr::from_ref(value).addr(), place.clone());
    }

    fn find(&self, value: &Value) -> Option<Place> {
        self.0.get(&std::ptr::from_ref(value).addr()).cloned()
    }
}
