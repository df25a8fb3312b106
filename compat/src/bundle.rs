//! A schema as one document without annotations, in which every reference leads to a definition of its own.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use thoth_messaging_documents::Draft;
use thoth_messaging_documents::dialect::schema_uri;

use crate::files::Place;
use crate::schema::Schema;

/// The definition of a root that was made.
const MADE: &str = "made";

/// A schema in parts that refer to each other.
pub(crate) struct Bundle {
    pub(crate) draft: Draft,
    /// The definition of the root.
    pub(crate) root: String,
    pub(crate) definitions: Map<String, Value>,
    /// The place that each definition had.
    pub(crate) origins: BTreeMap<String, Place>,
}

impl Bundle {
    /// None where several drafts are mixed, or where references lead to several schemas.
    pub(crate) fn of(schema: &Schema) -> Option<Self> {
        Self::made(schema, |bundler| Some(bundler.name(schema.root())))
    }

    /// A schema whose root is another one, made of parts of it.
    pub(crate) fn with_root(schema: &Schema, make: impl FnOnce(&mut Bundler<'_>) -> Option<Value>) -> Option<Self> {
        let mut root = Value::Null;
        let mut bundle = Self::made(schema, |bundler| {
            root = make(bundler)?;
            Some(MADE.to_owned())
        })?;
        bundle.definitions.insert(MADE.to_owned(), root);
        Some(bundle)
    }

    fn made(schema: &Schema, root: impl FnOnce(&mut Bundler<'_>) -> Option<String>) -> Option<Self> {
        let draft = schema.draft(schema.root());
        schema_uri(draft)?;
        let mut bundler = Bundler { schema, draft, names: BTreeMap::new(), open: Vec::new() };
        let root = root(&mut bundler)?;
        let mut definitions = Map::new();
        while let Some(place) = bundler.open.pop() {
            let name = bundler.names.get(&place).cloned()?;
            definitions.insert(name, bundler.emit(&place)?);
        }
        let origins = bundler.names.into_iter().map(|(place, name)| (name, place)).collect();
        Some(Self { draft, root, definitions, origins })
    }

    /// A reference to a definition.
    pub(crate) fn reference(&self, name: &str) -> Value {
        reference(self.draft, name)
    }

    /// The document whose root is one of the definitions.
    pub(crate) fn document(self, root: &str) -> Value {
        let mut document = json!({"$schema": schema_uri(self.draft), keyword(self.draft): self.definitions});
        document["$ref"] = reference(self.draft, root)["$ref"].take();
        document
    }
}

fn reference(draft: Draft, name: &str) -> Value {
    json!({"$ref": format!("#/{}/{name}", keyword(draft))})
}

/// Returns where definitions are.
pub(crate) fn keyword(draft: Draft) -> &'static str {
    if draft >= Draft::Draft201909 { "$defs" } else { "definitions" }
}

pub(crate) struct Bundler<'a> {
    pub(crate) schema: &'a Schema,
    draft: Draft,
    names: BTreeMap<Place, String>,
    open: Vec<Place>,
}

impl Bundler<'_> {
    fn name(&mut self, place: &Place) -> String {
        if let Some(name) = self.names.get(place) {
            return name.clone();
        }
        let name = format!("n{}", self.names.len());
        self.names.insert(place.clone(), name.clone());
        self.open.push(place.clone());
        name
    }

    /// The schema at a place, without annotations; references are to definitions of the bundle.
    pub(crate) fn emit(&mut self, place: &Place) -> Option<Value> {
        let schema = self.schema;
        if schema.is_dynamic(place) || schema.draft(place) != self.draft {
            return None;
        }
        let members = match schema.value(place)? {
            Value::Object(members) => members,
            other => return Some(other.clone()),
        };
        let held: BTreeSet<&str> = schema.subschemas(place).iter().map(|subschema| subschema.keyword).collect();
        let is_said = |keyword: &str| {
            self.draft.is_known_keyword(keyword) && !is_annotation(keyword, schema.formats()) && !held.contains(keyword)
        };
        let mut emitted: Map<String, Value> = members
            .iter()
            .filter(|(keyword, _)| is_said(keyword))
            .map(|(keyword, value)| (keyword.clone(), value.clone()))
            .collect();
        for subschema in schema.subschemas(place).iter().filter(|subschema| !subschema.is_definition()) {
            let inner = self.emit(&subschema.place)?;
            let shape = members.get(subschema.keyword)?;
            match &subschema.member {
                None => drop(emitted.insert(subschema.keyword.to_owned(), inner)),
                Some(_) if shape.is_array() => {
                    let list = emitted.entry(subschema.keyword).or_insert_with(|| json!([]));
                    list.as_array_mut()?.push(inner);
                }
                Some(member) => {
                    let map = emitted.entry(subschema.keyword).or_insert_with(|| only_lists(shape));
                    map.as_object_mut()?.insert(member.clone(), inner);
                }
            }
        }
        self.refer(place, &mut emitted)?;
        Some(Value::Object(emitted))
    }

    /// A schema that accepts everything; in draft 4 that is no boolean.
    pub(crate) fn anything(&self) -> Value {
        if self.draft == Draft::Draft4 { json!({}) } else { json!(true) }
    }

    fn refer(&mut self, place: &Place, emitted: &mut Map<String, Value>) -> Option<()> {
        let targets = self.schema.targets(place);
        let mut references: Vec<Value> =
            targets.iter().map(|target| reference(self.draft, &self.name(target))).collect();
        match references.len() {
            0 => {}
            1 if self.draft <= Draft::Draft7 => {
                *emitted = references.pop()?.as_object().cloned()?;
            }
            1 => emitted.extend(references.pop()?.as_object().cloned()?),
            _ => {
                let all = emitted.entry("allOf").or_insert_with(|| json!([]));
                all.as_array_mut()?.extend(references);
            }
        }
        Some(())
    }
}

/// Returns what `dependencies` says without schemas, which are added one by one.
fn only_lists(shape: &Value) -> Value {
    let lists = shape.as_object().into_iter().flatten().filter(|(_, value)| value.is_array());
    Value::Object(lists.map(|(name, value)| (name.clone(), value.clone())).collect())
}

fn is_annotation(keyword: &str, formats: bool) -> bool {
    match keyword {
        "format" => !formats,
        "$schema" | "$ref" | "$dynamicRef" | "$recursiveRef" | "$id" | "id" | "$anchor" | "$dynamicAnchor"
        | "$recursiveAnchor" | "$defs" | "definitions" | "contentEncoding" | "contentMediaType" | "contentSchema" => {
            true
        }
        _ => false,
    }
}
