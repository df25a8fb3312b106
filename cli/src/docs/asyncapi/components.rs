//! Messages and the schemas that they refer to, each as a component.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use thoth_messaging_compat::{Place, Schema, Subschema};
use thoth_messaging_documents::Draft;

use super::JSON;
use crate::failure::Failure;
use crate::project::message::{Message, stem};
use crate::project::{Project, documents};

/// The components of a document.
#[derive(Default)]
pub(super) struct Components {
    messages: Map<String, Value>,
    /// The name of the component of each message, in the order of the project.
    names: Vec<String>,
    schemas: Map<String, Value>,
    lifted: Lifted,
}

/// The schemas that are components, by folder and place.
#[derive(Default)]
struct Lifted {
    names: BTreeMap<(usize, Place), String>,
    taken: BTreeSet<String>,
    open: Vec<Place>,
    unsaid: BTreeSet<String>,
}

impl Components {
    /// Lifts all messages of a project.
    ///
    /// # Errors
    ///
    /// If a schema can't be compiled.
    pub(super) fn of(project: &Project) -> Result<Self, Failure> {
        let mut components = Self::default();
        for message in &project.messages {
            let files = documents::files(project.documents(message.folder));
            let schema = Schema::new(&files, &message.file)
                .map_err(|error| Failure::new(format!("`{}` can't be written: {error}", message.origin)))?;
            components.add(message, &schema);
        }
        Ok(components)
    }

    /// The name of the component of a message of the project, by its index.
    pub(super) fn name(&self, index: usize) -> &str {
        &self.names[index]
    }

    /// The parts of the schemas that AsyncAPI can't express.
    pub(super) fn unsaid(&self) -> impl Iterator<Item = &str> {
        self.lifted.unsaid.iter().map(String::as_str)
    }

    pub(super) fn to_json(&self) -> Value {
        json!({ "messages": self.messages, "schemas": self.schemas })
    }

    fn add(&mut self, message: &Message, schema: &Schema) {
        let mut lift = Lift { schema, folder: message.folder, lifted: &mut self.lifted };
        let root = schema.root().clone();
        let mut payload = lift.emit(&root);
        // They stand beside the payload.
        let examples = payload.as_object_mut().and_then(|members| members.remove("examples"));
        let key = message.kafka.get("key").and_then(Value::as_str).map(|pointer| lift.key(pointer));
        while let Some(place) = lift.lifted.open.pop() {
            let (draft, value) = (schema.draft(&place), lift.emit(&place));
            let value = if has_format(draft) { in_format(draft, &value) } else { value };
            if let Some(name) = lift.lifted.names.get(&(message.folder, place)) {
                self.schemas.insert(name.clone(), value);
            }
        }
        let name = unique(message.name(), |name| self.messages.contains_key(name));
        let text = |keyword: &str| schema.value(&root).and_then(|value| value.get(keyword)).cloned();
        let mut component = json!({
            "name": message.name(),
            "title": message.title,
            "contentType": JSON,
            "payload": in_format(schema.draft(&root), &payload),
        });
        component["description"] = text("description").unwrap_or(Value::Null);
        if let Some(key) = key {
            component["bindings"] = json!({ "kafka": { "key": key, "bindingVersion": "0.5.0" } });
        }
        let examples = examples.as_ref().and_then(Value::as_array).into_iter().flatten();
        let examples: Vec<_> = examples.filter(|it| schema.is_valid(it) && it.is_object()).collect();
        if !examples.is_empty() {
            component["examples"] = examples.into_iter().map(|payload| json!({ "payload": payload })).collect();
        }
        if let Some(members) = component.as_object_mut() {
            members.retain(|_, value| !value.is_null());
        }
        self.messages.insert(name.clone(), component);
        self.names.push(name);
    }
}

/// Returns whether a component says its draft. Without, it is of the draft of the payload that refers to it, and AsyncAPI's
/// tools follow references in a circle; but they take it for draft 7, under which one of draft 4 may be none.
fn has_format(draft: Draft) -> bool {
    draft == Draft::Draft4
}

/// A schema with the draft that it is written in.
fn in_format(draft: Draft, schema: &Value) -> Value {
    let version = match draft {
        Draft::Draft4 => "draft-04",
        Draft::Draft6 => "draft-06",
        Draft::Draft7 => "draft-07",
        Draft::Draft201909 => "2019-09",
        _ => "2020-12",
    };
    json!({ "schemaFormat": format!("application/schema+json;version={version}"), "schema": schema })
}

/// A name that is not taken yet.
fn unique(wanted: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let wanted: String =
        wanted.chars().map(|it| if it.is_ascii_alphanumeric() || "._-".contains(it) { it } else { '_' }).collect();
    let numbered = (2..).map(|number| format!("{wanted}{number}"));
    std::iter::once(wanted.clone()).chain(numbered).find(|name| !is_taken(name)).unwrap_or(wanted)
}

/// Writes the schema of one message.
struct Lift<'a> {
    schema: &'a Schema,
    folder: usize,
    lifted: &'a mut Lifted,
}

impl Lift<'_> {
    /// The schema at a place, in which references lead to components, and definitions are left out: those that are referred to
    /// are components.
    fn emit(&mut self, place: &Place) -> Value {
        let schema = self.schema;
        let Some(Value::Object(members)) = schema.value(place) else {
            return schema.value(place).cloned().unwrap_or(Value::Bool(true));
        };
        let mut emitted: Map<String, Value> = members
            .iter()
            .filter(|(name, _)| !is_of_document(name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        for subschema in schema.subschemas(place).iter().filter(|subschema| !subschema.is_definition()) {
            let inner = self.emit(&subschema.place);
            replace(&mut emitted, subschema, inner);
        }
        let targets = schema.targets(place);
        if schema.is_dynamic(place) {
            let at = format!("{}#{}", place.document, place.pointer);
            self.lifted
                .unsaid
                .insert(format!("`{at}`: a dynamic reference leads to what it leads to without its context"));
        }
        let mut references: Vec<Value> = targets.iter().map(|target| self.reference(target)).collect();
        match references.len() {
            0 => {}
            // Before 2019-09 nothing stands beside a reference.
            1 if schema.draft(place) <= Draft::Draft7 => return references.remove(0),
            1 => drop(emitted.insert("$ref".to_owned(), references.remove(0)["$ref"].take())),
            _ => {
                let all = emitted.entry("allOf").or_insert_with(|| json!([]));
                if let Some(all) = all.as_array_mut() {
                    all.extend(references);
                }
            }
        }
        Value::Object(emitted)
    }

    /// A reference to the component of a place.
    fn reference(&mut self, place: &Place) -> Value {
        let at = (self.folder, place.clone());
        let name = if let Some(name) = self.lifted.names.get(&at) {
            name.clone()
        } else {
            let title = self.schema.value(place).and_then(|value| value.get("title")).and_then(Value::as_str);
            let last = place.pointer.rsplit('/').next().filter(|token| !token.is_empty());
            let wanted = last.or(title).unwrap_or_else(|| stem(&place.document));
            let name = unique(wanted, |name| self.lifted.taken.contains(name));
            self.lifted.taken.insert(name.clone());
            self.lifted.names.insert(at, name.clone());
            self.lifted.open.push(place.clone());
            name
        };
        let inner = if has_format(self.schema.draft(place)) { "/schema" } else { "" };
        json!({ "$ref": format!("#/components/schemas/{name}{inner}") })
    }

    /// The schema of the key, which a pointer leads to.
    fn key(&mut self, pointer: &str) -> Value {
        let mut place = self.schema.root().clone();
        for token in pointer.split('/').skip(1) {
            let token = token.replace("~1", "/").replace("~0", "~");
            let Some(next) = self.property(&place, &token) else { return json!({ "type": "string" }) };
            place = next;
        }
        // The meta-schema takes no reference for a key.
        while let [target] = self.schema.targets(&place) {
            place = target.clone();
        }
        match self.emit(&place) {
            key @ Value::Object(_) => key,
            _ => json!({ "type": "string" }),
        }
    }

    fn property(&self, place: &Place, name: &str) -> Option<Place> {
        let is_it = |it: &&Subschema| it.keyword == "properties" && it.member.as_deref() == Some(name);
        let own = self.schema.subschemas(place).iter().find(is_it).map(|it| it.place.clone());
        own.or_else(|| self.schema.targets(place).iter().find_map(|target| self.property(target, name)))
    }
}

/// Returns whether a keyword is about the document or the topic, and not about values.
fn is_of_document(keyword: &str) -> bool {
    let identity = ["$schema", "$id", "id", "$anchor", "$dynamicAnchor", "$recursiveAnchor", "$vocabulary", "x-kafka"];
    let references = ["$ref", "$dynamicRef", "$recursiveRef", "$defs", "definitions"];
    identity.contains(&keyword) || references.contains(&keyword)
}

/// Puts a schema where it was.
fn replace(emitted: &mut Map<String, Value>, subschema: &Subschema, inner: Value) {
    let Some(held) = emitted.get_mut(subschema.keyword) else { return };
    let place = match (&subschema.member, held) {
        (None, held) => Some(held),
        (Some(index), Value::Array(items)) => index.parse().ok().and_then(|index: usize| items.get_mut(index)),
        (Some(member), Value::Object(members)) => members.get_mut(member),
        _ => None,
    };
    if let Some(place) = place {
        *place = inner;
    }
}
