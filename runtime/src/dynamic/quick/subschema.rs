//! Subschemas, where they stand, and what they refer to.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use thoth_messaging_documents::keywords::ref_stands_alone;
use thoth_messaging_documents::{Draft, Registry, Resolver, uri};

/// The index of a subschema.
pub(super) type SubschemaId = usize;

/// Where a subschema is in memory, its base URI and its draft.
pub(super) type Key = (usize, String, String);

/// A subschema that says something, and how its references are resolved.
#[derive(Clone)]
pub(super) struct Subschema<'r> {
    pub(super) schema: &'r Map<String, Value>,
    pub(super) draft: Draft,
    resolver: Resolver<'r>,
}

/// A subschema.
pub(super) enum Schema<'r> {
    Everything,
    Nothing,
    Says(Subschema<'r>),
    /// One of no draft that is known.
    Unknown,
}

impl<'r> Subschema<'r> {
    /// The root of the document at a URI.
    pub(super) fn root(registry: &'r Registry<'_>, uri: &str) -> Option<Schema<'r>> {
        let resolver = registry.resolver(uri::parse(uri).ok()?);
        let (contents, resolver, draft) = resolver.lookup(uri).ok()?.into_inner();
        Some(Self::of(contents, &resolver, draft.detect(contents)))
    }

    fn of(contents: &'r Value, resolver: &Resolver<'r>, draft: Draft) -> Schema<'r> {
        match contents {
            Value::Bool(true) => Schema::Everything,
            Value::Bool(false) => Schema::Nothing,
            Value::Object(schema) if schema.is_empty() => Schema::Everything,
            Value::Object(schema) if draft != Draft::Unknown => {
                match resolver.in_subresource(draft.create_resource_ref(contents)) {
                    Ok(resolver) => Schema::Says(Self { schema, draft, resolver }),
                    Err(_) => Schema::Unknown,
                }
            }
            _ => Schema::Unknown,
        }
    }

    /// A subschema of this one.
    pub(super) fn child(&self, contents: &'r Value) -> Schema<'r> {
        if self.draft.detect(contents) != self.draft {
            return Schema::Unknown;
        }
        Self::of(contents, &self.resolver, self.draft)
    }

    /// Returns what `$ref` leads to.
    pub(super) fn target(&self) -> Option<Schema<'r>> {
        let Value::String(reference) = self.schema.get("$ref")? else { return Some(Schema::Unknown) };
        let Ok(target) = self.resolver.lookup(reference) else { return Some(Schema::Unknown) };
        let (contents, resolver, draft) = target.into_inner();
        Some(Self::of(contents, &resolver, draft))
    }

    /// All that references lead to; dynamic ones to where they would if they were not.
    pub(super) fn targets(&self) -> impl Iterator<Item = Schema<'r>> {
        let references = ["$ref", "$dynamicRef", "$recursiveRef"].into_iter();
        let references = references.filter_map(|keyword| self.schema.get(keyword)?.as_str());
        references.filter_map(|reference| {
            let (contents, resolver, draft) = self.resolver.lookup(reference).ok()?.into_inner();
            Some(Self::of(contents, &resolver, draft))
        })
    }

    /// The URI that its references are relative to.
    pub(super) fn base(&self) -> String {
        self.resolver.base_uri().as_str().to_owned()
    }

    /// Returns whether `$ref` hides what stands beside it.
    fn is_reference_alone(&self) -> bool {
        ref_stands_alone(self.draft) && self.schema.contains_key("$ref")
    }

    pub(super) fn key(&self) -> Key {
        let draft = format!("{:?}", self.draft);
        (std::ptr::from_ref(self.schema).addr(), self.resolver.base_uri().as_str().to_owned(), draft)
    }
}

/// The subschemas that were met, each once.
#[derive(Default)]
pub(super) struct Subschemas<'r> {
    subschemas: Vec<Subschema<'r>>,
    known: BTreeMap<Key, SubschemaId>,
}

/// Subschemas that all are about one value.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Conjunction {
    subschemas: BTreeSet<SubschemaId>,
    /// True if nothing is accepted.
    pub(super) nothing: bool,
    /// True if something is said that is not known.
    pub(super) unknown: bool,
}

impl Conjunction {
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The schemas, each once, without those that only refer to others.
    pub(super) fn schemas<'c, 'r>(&'c self, subschemas: &'c Subschemas<'r>) -> impl Iterator<Item = &'c Subschema<'r>> {
        self.subschemas.iter().filter_map(|id| subschemas.subschemas.get(*id))
    }
}

impl<'r> Subschemas<'r> {
    /// Returns what some schemas say together, with what they refer to and the branches of their `allOf`.
    pub(super) fn join(&mut self, schemas: impl IntoIterator<Item = Schema<'r>>) -> Conjunction {
        let mut joined = Conjunction::default();
        let mut open: Vec<Schema<'r>> = schemas.into_iter().collect();
        let mut references = BTreeSet::new();
        while let Some(schema) = open.pop() {
            let subschema = match schema {
                Schema::Everything => continue,
                Schema::Nothing => {
                    joined.nothing = true;
                    continue;
                }
                Schema::Unknown => {
                    joined.unknown = true;
                    continue;
                }
                Schema::Says(subschema) => subschema,
            };
            let id = self.intern(&subschema);
            if !references.insert(id) {
                continue;
            }
            open.extend(subschema.target());
            if subschema.is_reference_alone() {
                continue;
            }
            joined.subschemas.insert(id);
            match subschema.schema.get("allOf") {
                Some(Value::Array(branches)) => open.extend(branches.iter().map(|branch| subschema.child(branch))),
                Some(_) => joined.unknown = true,
                None => {}
            }
        }
        joined
    }

    fn intern(&mut self, subschema: &Subschema<'r>) -> SubschemaId {
        let next = self.subschemas.len();
        let id = *self.known.entry(subschema.key()).or_insert(next);
        if id == next {
            self.subschemas.push(subschema.clone());
        }
        id
    }
}
