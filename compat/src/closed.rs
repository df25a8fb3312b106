//! What a producer writes that writes only declared members.
//!
//! What is declared of a value is declared by all schemas that may apply to it, through references, `allOf` and the
//! choices. So the schema gets a second one beside it, which is made for each *set* of schemas that may apply to one value,
//! and says only which members there may be. Where it is not clear which of them apply, all do: what is declared is then
//! more than what a producer writes, never less.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use thoth_messaging_documents::keywords::is_in_place;
use thoth_messaging_documents::validator::may_match;

use crate::bundle::Bundle;
use crate::files::{Files, Place};
use crate::schema::{Schema, SchemaError};

/// Schemas that may apply to one value.
type Applied = BTreeSet<Place>;

impl Schema {
    /// The schema of what a producer writes that writes only declared members: an object whose schemas name members, by
    /// `properties` or `patternProperties`, has no others, unless `additionalProperties` or `unevaluatedProperties` says
    /// what they are. An object of which no members are named may have any.
    ///
    /// It is the narrow side of the policy `producer-closed`: BACKWARD is then `covers(new, old.closed()?)`.
    ///
    /// # Errors
    ///
    /// Several drafts are mixed, a meta-schema is not one of a draft, or a reference leads to several schemas: then it is
    /// not known what is declared.
    pub fn closed(&self) -> Result<Self, SchemaError> {
        close(self)
    }
}

fn close(schema: &Schema) -> Result<Schema, SchemaError> {
    let undeclared = || SchemaError::Undeclared(schema.root().clone());
    let mut bundle = Bundle::of(schema).ok_or_else(undeclared)?;
    let mut closer = Closer { schema, names: BTreeMap::new(), open: Vec::new() };
    let root = closer.name(Applied::from([schema.root().clone()]));
    while let Some(applied) = closer.open.pop() {
        let name = closer.name(applied.clone());
        let definition = closer.close(&applied, &bundle);
        bundle.definitions.insert(name, definition);
    }
    let both = json!({"allOf": [bundle.reference(&bundle.root), bundle.reference(&root)]});
    bundle.definitions.insert("closed".to_owned(), both);
    let origins = std::mem::take(&mut bundle.origins);
    let name = &schema.root().document;
    let mut files = Files::new().with_formats(schema.formats());
    files.insert(name.as_str(), bundle.document("closed"));
    Ok(Schema::new(&files, name)?.made_from(origins))
}

struct Closer<'a> {
    schema: &'a Schema,
    names: BTreeMap<Applied, String>,
    open: Vec<Applied>,
}

/// The members and items of a value that are declared.
#[derive(Default)]
struct Declared {
    properties: BTreeMap<String, Applied>,
    patterns: BTreeMap<String, Applied>,
    others: Applied,
    items: Applied,
}

impl Closer<'_> {
    fn name(&mut self, applied: Applied) -> String {
        if let Some(name) = self.names.get(&applied) {
            return name.clone();
        }
        let name = format!("c{}", self.names.len());
        self.names.insert(applied.clone(), name.clone());
        self.open.push(applied);
        name
    }

    fn close(&mut self, applied: &Applied, bundle: &Bundle) -> Value {
        let declared = self.declared(applied);
        let mut closed = Map::new();
        let mut refer = |applied: &Applied| bundle.reference(&self.name(applied.clone()));
        if !declared.items.is_empty() {
            closed.insert("items".to_owned(), refer(&declared.items));
        }
        if declared.properties.is_empty() && declared.patterns.is_empty() {
            if !declared.others.is_empty() {
                closed.insert("additionalProperties".to_owned(), refer(&declared.others));
            }
            return Value::Object(closed);
        }
        let patterns = declared.closed_patterns();
        let properties = declared.closed_properties();
        let members: Map<_, _> = properties.iter().map(|(name, applied)| (name.clone(), refer(applied))).collect();
        closed.insert("properties".to_owned(), members.into());
        let members: Map<_, _> = patterns.iter().map(|(pattern, applied)| (pattern.clone(), refer(applied))).collect();
        closed.insert("patternProperties".to_owned(), members.into());
        let others = if declared.others.is_empty() { json!(false) } else { refer(&declared.others) };
        closed.insert("additionalProperties".to_owned(), others);
        Value::Object(closed)
    }

    fn declared(&self, applied: &Applied) -> Declared {
        let mut declared = Declared::default();
        for place in self.expand(applied) {
            for inner in self.schema.subschemas(&place) {
                let to = match (inner.keyword, inner.member.as_ref()) {
                    ("properties", Some(name)) => declared.properties.entry(name.clone()).or_default(),
                    ("patternProperties", Some(pattern)) => declared.patterns.entry(pattern.clone()).or_default(),
                    ("additionalProperties" | "unevaluatedProperties", None)
                        if self.schema.value(&inner.place) != Some(&Value::Bool(false)) =>
                    {
                        &mut declared.others
                    }
                    ("items" | "prefixItems" | "additionalItems" | "unevaluatedItems" | "contains", _) => {
                        &mut declared.items
                    }
                    _ => continue,
                };
                to.insert(inner.place.clone());
            }
        }
        declared
    }

    /// The schemas, and all that they lead to without a step into the value.
    fn expand(&self, applied: &Applied) -> Applied {
        let mut expanded = Applied::new();
        let mut open: Vec<Place> = applied.iter().cloned().collect();
        while let Some(place) = open.pop() {
            if !expanded.insert(place.clone()) {
                continue;
            }
            open.extend(self.schema.targets(&place).iter().cloned());
            let beside = self.schema.subschemas(&place).iter();
            // A schema of `not` declares nothing.
            let beside = beside.filter(|inner| is_in_place(inner.keyword) && inner.keyword != "not");
            open.extend(beside.map(|inner| inner.place.clone()));
        }
        expanded
    }
}

impl Declared {
    /// Each member with all that may apply to it.
    fn closed_properties(&self) -> BTreeMap<String, Applied> {
        let all = |(name, own): (&String, &Applied)| {
            let matched = self.patterns.iter().filter(|(pattern, _)| may_match(pattern, name));
            let applied = own.iter().chain(matched.flat_map(|(_, applied)| applied)).chain(&self.others);
            (name.clone(), applied.cloned().collect())
        };
        self.properties.iter().map(all).collect()
    }

    /// Each pattern with all that may apply to a member that matches it.
    fn closed_patterns(&self) -> BTreeMap<String, Applied> {
        let patterns = || self.patterns.values().flatten().chain(&self.others);
        let all = |pattern: &String| {
            let matching = self.properties.iter().filter(|(name, _)| may_match(pattern, name));
            let applied = matching.flat_map(|(_, applied)| applied).chain(patterns()).cloned().collect();
            (pattern.clone(), applied)
        };
        self.patterns.keys().map(all).collect()
    }
}
