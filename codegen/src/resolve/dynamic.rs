//! What `$dynamicRef` and `$recursiveRef` lead to, as far as it is the same on each way to them.
//!
//! Each names a schema at first, as `$ref` does. If that one is an anchor of the dynamic kind, the outermost resource on
//! the way that has an anchor of the same name takes its place. Where no other resource that can be on the way has one,
//! there is nothing to decide.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::reference::Target;
use super::resource;
use super::walk::Found;
use crate::parse::Place;

/// The anchor by which a dynamic reference is redirected: a name, or `None` for `$recursiveAnchor`.
type Name<'a> = Option<&'a str>;

/// The targets that are decided, and the schemas that lead to others.
pub(super) fn decide(found: &Found) -> (BTreeMap<Place, Place>, BTreeSet<Place>) {
    let mut decided = BTreeMap::new();
    let mut open = Vec::new();
    let mut groups = Groups::of(found);
    let anchors = groups.count_anchors(found);
    for (place, target) in &found.dynamic_references {
        let redirects = redirected_by(found, place, target).is_some_and(|name| {
            let resource = resource::scope(&found.scopes, &found.roots, place).resource;
            anchors.get(&(groups.find(resource), name)).is_some_and(|count| *count > 1)
        });
        if redirects {
            open.push(place);
        } else {
            decided.insert(place.clone(), target.place.clone());
        }
    }
    let dynamic = if open.is_empty() { BTreeSet::new() } else { reaching(found, open) };
    (decided, dynamic)
}

/// The anchor by which the first target of a dynamic reference can be replaced.
fn redirected_by<'a>(found: &Found, place: &Place, target: &'a Target) -> Option<Name<'a>> {
    if target.dynamic_anchor.is_some() {
        return Some(target.dynamic_anchor.as_deref());
    }
    let schema = |place: &Place| found.documents[place.document].value.pointer(&place.pointer);
    let is_recursive = schema(place)?.get("$recursiveRef").is_some() && is_recursive(schema(&target.place)?);
    is_recursive.then_some(None)
}

fn is_recursive(schema: &Value) -> bool {
    schema.get("$recursiveAnchor") == Some(&Value::Bool(true))
}

/// Resources that can be on one way: those between which references and subschemas lead.
struct Groups {
    /// Each resource's next one on the way to the first of its group.
    next: Vec<usize>,
}

impl Groups {
    fn of(found: &Found) -> Self {
        let mut groups = Self { next: (0..found.resources.len()).collect() };
        for (left, right) in &found.links {
            let (left, right) = (groups.find(*left), groups.find(*right));
            groups.next[left.max(right)] = left.min(right);
        }
        groups
    }

    fn find(&mut self, resource: usize) -> usize {
        let mut first = resource;
        while self.next[first] != first {
            // The way is made shorter for the next one.
            self.next[first] = self.next[self.next[first]];
            first = self.next[first];
        }
        first
    }

    /// Returns how many resources of a group have an anchor of a name.
    fn count_anchors<'a>(&mut self, found: &'a Found) -> BTreeMap<(usize, Name<'a>), usize> {
        let mut count = BTreeMap::new();
        for (number, resource) in found.resources.iter().enumerate() {
            let group = self.find(number);
            let root = &resource.root;
            let schema = found.documents[root.document].value.pointer(&root.pointer);
            let recursive = schema.is_some_and(is_recursive).then_some(None);
            let named = resource.anchors.iter().filter(|(_, anchor)| anchor.is_dynamic);
            for name in named.map(|(name, _)| Some(name.as_str())).chain(recursive) {
                *count.entry((group, name)).or_default() += 1;
            }
        }
        count
    }
}

/// All schemas from which some can be reached, themselves included.
fn reaching<'a>(found: &'a Found, places: Vec<&'a Place>) -> BTreeSet<Place> {
    let mut edges: Vec<(Place, &Place)> = Vec::new();
    for (place, scope) in &found.scopes {
        let Some(Value::Object(schema)) = found.documents[place.document].value.pointer(&place.pointer) else {
            continue;
        };
        let below = resource::below(scope.dialect.draft, place, schema).into_iter();
        edges.extend(below.filter(|inner| !resource::is_definition(place, inner)).map(|inner| (inner, place)));
    }
    edges.extend(found.references.iter().map(|(from, to)| (to.clone(), from)));
    edges.extend(found.dynamic_references.iter().map(|(from, to)| (to.place.clone(), from)));
    edges.sort_unstable();
    let mut reached = BTreeSet::new();
    let mut open = places;
    while let Some(place) = open.pop() {
        if reached.insert(place.clone()) {
            let start = edges.partition_point(|(to, _)| to < place);
            open.extend(edges[start..].iter().take_while(|(to, _)| to == place).map(|(_, from)| *from));
        }
    }
    reached
}
