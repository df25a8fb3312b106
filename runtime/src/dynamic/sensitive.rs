//! The places of a payload that a schema calls sensitive: what a violation says ends there.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use thoth_messaging_documents::keywords::{is_in_place, visible_subschemas};
use thoth_messaging_documents::pointer::unescape;
use thoth_messaging_documents::{DocumentSet, Draft, Registry, Resolver, uri};

/// The index of a schema; the root is the first.
type Id = usize;

/// The schemas that a root leads to, as far as they say which values are sensitive.
///
/// Whether a branch of `anyOf` or `if` applies is not asked: what is sensitive in one of them is.
#[derive(Debug)]
pub(super) struct Sensitive(Vec<Node>);

#[derive(Debug, Default)]
struct Node {
    is_marked: bool,
    /// The schemas that are about the same value.
    in_place: Vec<Id>,
    /// Those of members and items by name or index.
    named: BTreeMap<String, Vec<Id>>,
    /// Those of members that are not declared, and by pattern.
    members: Vec<Id>,
    patterns: Vec<Id>,
    /// Those of items behind the first ones, and of any item.
    items: Vec<Id>,
    contains: Vec<Id>,
}

impl Sensitive {
    /// The sensitive values of the schema at a URI; `None` where there are none.
    pub(super) fn of(set: &DocumentSet<'_>, registry: &Registry<'_>, root: &str) -> Option<Self> {
        if !set.documents().any(holds_mark) {
            return None;
        }
        let resolver = registry.resolver(uri::parse(root).ok()?);
        let (contents, resolver, draft) = resolver.lookup(root).ok()?.into_inner();
        let mut walk = Walk::default();
        walk.id(contents, &resolver, draft);
        while let Some(open) = walk.open.pop() {
            walk.visit(&open);
        }
        walk.nodes.iter().any(|node| node.is_marked).then_some(Self(walk.nodes))
    }

    /// Returns the part of a pointer that leads to no more than the outermost sensitive value, and whether it leads there.
    pub(super) fn cut<'p>(&self, pointer: &'p str) -> (&'p str, bool) {
        let mut ids = self.about_the_same(BTreeSet::from([0]));
        let mut end = 0;
        for segment in pointer.split('/').skip(1) {
            if self.is_marked(&ids) {
                return (&pointer[..end], true);
            }
            end += 1 + segment.len();
            let name = unescape(segment);
            let below = ids.iter().flat_map(|id| self.0[*id].below(&name)).collect();
            ids = self.about_the_same(below);
        }
        (pointer, self.is_marked(&ids))
    }

    fn is_marked(&self, ids: &BTreeSet<Id>) -> bool {
        ids.iter().any(|id| self.0[*id].is_marked)
    }

    fn about_the_same(&self, ids: BTreeSet<Id>) -> BTreeSet<Id> {
        let mut open: Vec<Id> = ids.into_iter().collect();
        let mut found = BTreeSet::new();
        while let Some(id) = open.pop() {
            if found.insert(id) {
                open.extend(&self.0[id].in_place);
            }
        }
        found
    }
}

impl Node {
    /// The schemas that may be about a member or an item: a pointer does not say which it is.
    fn below(&self, name: &str) -> Vec<Id> {
        let is_index = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
        let mut found = self.patterns.clone();
        if let Some(named) = self.named.get(name) {
            found.extend(named);
        } else {
            found.extend(&self.members);
            found.extend(self.items.iter().filter(|_| is_index));
        }
        found.extend(self.contains.iter().filter(|_| is_index));
        found
    }
}

/// A schema that is not visited yet.
struct Open<'r> {
    id: Id,
    contents: &'r Value,
    resolver: Resolver<'r>,
    draft: Draft,
}

#[derive(Default)]
struct Walk<'r> {
    nodes: Vec<Node>,
    /// By where they are in memory.
    known: BTreeMap<usize, Id>,
    open: Vec<Open<'r>>,
}

impl<'r> Walk<'r> {
    fn id(&mut self, contents: &'r Value, resolver: &Resolver<'r>, draft: Draft) -> Id {
        let next = self.nodes.len();
        let id = *self.known.entry(std::ptr::from_ref(contents).addr()).or_insert(next);
        if id == next {
            self.nodes.push(Node::default());
            // One with a meta-schema of its own is read as the newest draft.
            let detected = Some(draft.detect(contents)).filter(|draft| *draft != Draft::Unknown);
            let draft = detected.unwrap_or(Draft::Draft202012);
            self.open.push(Open { id, contents, resolver: resolver.clone(), draft });
        }
        id
    }

    fn visit(&mut self, open: &Open<'r>) {
        let Open { id, contents, resolver: outer, draft } = open;
        let Value::Object(schema) = *contents else { return };
        let entered = outer.in_subresource(draft.create_resource_ref(contents));
        let resolver = entered.as_ref().unwrap_or(outer);
        let mut node = Node { is_marked: schema.get("x-sensitive") == Some(&Value::Bool(true)), ..Node::default() };
        for keyword in ["$ref", "$dynamicRef", "$recursiveRef"] {
            let Some(reference) = schema.get(keyword).and_then(Value::as_str) else { continue };
            // Where a reference was followed to, a relative `$id` has been resolved already.
            let target = resolver.lookup(reference).or_else(|_| outer.lookup(reference));
            // One that leads nowhere is refused by the validator.
            let Ok(target) = target else { continue };
            let (contents, resolver, draft) = target.into_inner();
            node.in_place.push(self.id(contents, &resolver, draft));
        }
        for inner in visible_subschemas(*draft, schema) {
            let id = self.id(inner.schema, resolver, *draft);
            match (inner.keyword.name, inner.member) {
                (keyword, _) if is_in_place(keyword) => node.in_place.push(id),
                ("properties" | "prefixItems" | "items", Some(name)) => node.named.entry(name).or_default().push(id),
                ("patternProperties", _) => node.patterns.push(id),
                ("additionalProperties" | "unevaluatedProperties", _) => node.members.push(id),
                ("items" | "additionalItems" | "unevaluatedItems", _) => node.items.push(id),
                ("contains", _) => node.contains.push(id),
                _ => {}
            }
        }
        self.nodes[*id] = node;
    }
}

fn holds_mark(value: &Value) -> bool {
    match value {
        Value::Object(members) => {
            members.get("x-sensitive") == Some(&Value::Bool(true)) || members.values().any(holds_mark)
        }
        Value::Array(items) => items.iter().any(holds_mark),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn cut(schema: &Value, pointer: &str) -> (String, bool) {
        let uri = uri::absolute("a.json");
        let set = DocumentSet::of_uris([(&uri, schema)]);
        let sensitive = Sensitive::of(&set, &set.registry().unwrap(), &uri).unwrap();
        let (cut, is_sensitive) = sensitive.cut(pointer);
        (cut.to_owned(), is_sensitive)
    }

    #[test]
    fn a_path_ends_at_the_outermost_sensitive_value() {
        let schema = json!({
            "properties": {
                "m": {"x-sensitive": true, "additionalProperties": {"type": "integer"}},
                "lines": {"items": {"$ref": "#/$defs/line"}},
                "pair": {"prefixItems": [{"type": "string"}, {"x-sensitive": true}]},
                "a/b": {"anyOf": [{"type": "null"}, {"patternProperties": {"^x": {"x-sensitive": true}}}]},
                "plain": {"additionalProperties": {"type": "string"}},
            },
            "$defs": {"line": {"properties": {"card": {"allOf": [{"x-sensitive": true}]}}}},
        });
        for (pointer, expected, is_sensitive) in [
            ("", "", false),
            ("/m", "/m", true),
            ("/m/TOKEN", "/m", true),
            ("/m/TOKEN/0/x", "/m", true),
            ("/lines/12", "/lines/12", false),
            ("/lines/12/card", "/lines/12/card", true),
            ("/lines/12/card/number", "/lines/12/card", true),
            ("/pair/0/x", "/pair/0/x", false),
            ("/pair/1/x", "/pair/1", true),
            ("/a~1b/xy/z~0", "/a~1b/xy", true),
            ("/plain/name/1", "/plain/name/1", false),
        ] {
            assert_eq!(cut(&schema, pointer), (expected.to_owned(), is_sensitive), "{pointer}");
        }
    }

    #[test]
    fn nothing_is_kept_of_schemas_without_sensitive_values() {
        let schema = json!({"properties": {"a": {"type": "string", "x-sensitive": false}}});
        let uri = uri::absolute("a.json");
        let set = DocumentSet::of_uris([(&uri, &schema)]);
        assert!(Sensitive::of(&set, &set.registry().unwrap(), &uri).is_none());
    }
}
