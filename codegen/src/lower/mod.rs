//! The third stage: what the schemas mean, as Rust types.
//!
//! A value's schemas are flattened (through `$ref` and `allOf`) into the places that say something themselves; places
//! that are flattened alike are one type. What they say is intersected ([`node`]), and its shape decided: a scalar
//! ([`scalar`]), an object ([`object`]), one of several types ([`union`]).
//!
//! Codes: `S04xx` (what a schema says) and `S05xx` (names).

mod key;
mod names;
mod node;
mod object;
mod scalar;
mod schemas;
mod union;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::diagnostic::{Diagnostic, Location};
use crate::keywords::{self, Role};
use crate::model::{Check, Constant, MessageDef, Model, Shape, Type, TypeDef, TypeId, Use};
use crate::oracle::Oracle;
use crate::resolve::{Place, Resolved, definition_name};
use names::{Given, NameRequest};
use node::{Node, Types};

/// Decides what types the messages of a set become.
pub(crate) fn lower(resolved: &Resolved, diagnostics: &mut Vec<Diagnostic>) -> Model {
    let mut lowering =
        Lowering { resolved, oracle: Oracle::new(resolved), diagnostics, types: Vec::new(), known: BTreeMap::new() };
    lowering.check_examples();
    let roots = lowering.messages();
    lowering.refuse_shared_topics();
    lowering.finish(&roots)
}

struct Lowering<'a> {
    resolved: &'a Resolved,
    oracle: Oracle<'a>,
    diagnostics: &'a mut Vec<Diagnostic>,
    types: Vec<Lowered>,
    /// Types by the places that they were made from, sorted.
    known: BTreeMap<Vec<Place>, TypeId>,
}

/// A type without its final name.
struct Lowered {
    name: NameRequest,
    description: Option<String>,
    deprecated: bool,
    /// Absent while its own members are lowered.
    shape: Option<Shape>,
}

/// Where an invented name comes from: the type that a value stands in, and the name of its place there.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    parent: TypeId,
    segment: String,
}

impl<'a> Lowering<'a> {
    /// The types of the messages, by document.
    fn messages(&mut self) -> Vec<(usize, TypeId)> {
        let documents = 0..self.resolved.documents.len();
        let messages = documents.filter(|number| self.resolved.documents[*number].kafka.is_some());
        let roots: Vec<_> = messages.map(|number| (number, self.declare_message(number))).collect();
        for (number, id) in &roots {
            let cores = self.flatten(std::slice::from_ref(&Place::root(*number)));
            let types = Node::of(self.resolved, &cores).types;
            if types.has(Types::NULL) && types != Types::ALL {
                let help = "leave `null` out of `type`: a payload that is absent altogether is a tombstone";
                self.cannot(&[Place::root(*number)], "a message that may be `null` is not yet read", help);
            }
            self.define(*id, &cores);
        }
        roots
    }

    /// A message has a type of its own, even where its schema is no more than a `$ref`.
    fn declare_message(&mut self, number: usize) -> TypeId {
        let root = Place::root(number);
        let cores = self.flatten(std::slice::from_ref(&root));
        let id = self.declare(NameRequest::Given(self.given_name(&root)), &[root]);
        self.known.entry(sorted(&cores)).or_insert(id);
        id
    }

    fn declare(&mut self, name: NameRequest, places: &[Place]) -> TypeId {
        let description = self.text(places, "description");
        let deprecated = self.annotation(places, "deprecated") == Some(&Value::Bool(true));
        self.types.push(Lowered { name, description, deprecated, shape: None });
        TypeId(self.types.len() - 1)
    }

    /// Gives a declared type its shape.
    fn define(&mut self, id: TypeId, cores: &[Place]) {
        let node = Node::of(self.resolved, cores);
        self.define_node(id, &node, cores);
    }

    fn define_node(&mut self, id: TypeId, node: &Node<'_>, cores: &[Place]) {
        let shape = match self.shape(id, node, cores) {
            Some(shape) => shape,
            None => {
                let context = Context { parent: id, segment: "Value".to_owned() };
                Shape::Newtype(self.inline(node, cores, &context))
            }
        };
        self.types[id.0].shape = Some(shape);
    }

    /// The type of a value that all these schemas speak of.
    fn value(&mut self, places: &[Place], context: &Context) -> Use {
        let cores = self.flatten(places);
        let node = Node::of(self.resolved, &cores);
        let nullable = node.types.has(Types::NULL) && node.types != Types::ALL && node.types != Types::NULL;
        let nullable = nullable && node.constants.as_ref().is_none_or(|all| all.contains(&&Value::Null));
        if !needs_name(&node, self.is_named(&cores)) {
            return Use { nullable, ..self.inline(&node, &cores, context) };
        }
        let id = match self.known.get(&sorted(&cores)) {
            Some(id) => *id,
            None => {
                let described = if cores.len() == 1 { &cores } else { places };
                let name = match cores.as_slice() {
                    [only] => self.name_of_place(only, context),
                    _ => NameRequest::Invented(context.clone()),
                };
                let id = self.declare(name, described);
                self.known.insert(sorted(&cores), id);
                self.define(id, &cores);
                id
            }
        };
        Use { nullable, ..Use::of(Type::Named(id)) }
    }

    /// The places that say something themselves, in the order of the schemas: `$ref` and `allOf` are followed.
    fn flatten(&mut self, places: &[Place]) -> Vec<Place> {
        let mut cores = Vec::new();
        for place in places {
            self.flatten_into(place, &mut cores, &mut Vec::new());
        }
        cores
    }

    fn flatten_into(&mut self, place: &Place, cores: &mut Vec<Place>, open: &mut Vec<Place>) {
        if cores.contains(place) {
            return;
        }
        let document = self.resolved.document(place);
        if open.contains(place) {
            self.diagnostics.push(
                Diagnostic::error(
                    "S0205",
                    "this schema contains itself, as a part of the same value",
                    document.locate(&place.pointer),
                )
                .help("let the recursion go through a member or an item"),
            );
            return;
        }
        let Value::Object(schema) = self.resolved.schema(place) else {
            if *self.resolved.schema(place) == Value::Bool(false) {
                cores.push(place.clone());
            }
            return;
        };
        open.push(place.clone());
        let target = self.resolved.target(place).cloned();
        let draft = document.draft;
        let alone = target.is_some() && keywords::ref_stands_alone(draft);
        for (name, value) in schema {
            match (name.as_str(), value) {
                ("$ref", _) => target.iter().for_each(|target| self.flatten_into(target, cores, open)),
                _ if alone => {}
                ("allOf", Value::Array(branches)) => (0..branches.len()).for_each(|index| {
                    self.flatten_into(&place.join("allOf").join(&index.to_string()), cores, open);
                }),
                _ if says_something(draft, name) && name == "properties" && !cores.contains(place) => {
                    cores.push(place.clone());
                }
                _ => {}
            }
        }
        open.pop();
        if !alone && schema.keys().any(|name| says_something(draft, name)) && !cores.contains(place) {
            cores.push(place.clone());
        }
    }

    /// An annotation of the schemas: that of the last which has one, be it behind a `$ref`.
    fn annotation(&self, places: &[Place], keyword: &str) -> Option<&'a Value> {
        places.iter().rev().find_map(|place| self.annotation_of(place, keyword, 0).map(|(_, value)| value))
    }

    fn annotation_of(&self, place: &Place, keyword: &str, depth: usize) -> Option<(Place, &'a Value)> {
        let schema = self.resolved.schema(place).as_object()?;
        if let Some(value) = schema.get(keyword) {
            return Some((place.clone(), value));
        }
        // Deeper than this only a circle goes, which is refused elsewhere.
        let target = self.resolved.target(place).filter(|_| depth < 64)?;
        self.annotation_of(target, keyword, depth + 1)
    }

    fn text(&self, places: &[Place], keyword: &str) -> Option<String> {
        let text = self.annotation(places, keyword)?.as_str()?.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    fn at(&self, place: &Place, keyword: &str) -> Location {
        let pointer = if keyword.is_empty() { place.pointer.clone() } else { place.join(keyword).pointer };
        self.resolved.document(place).locate(&pointer)
    }

    fn is_named(&self, cores: &[Place]) -> bool {
        matches!(cores, [only] if only.pointer.is_empty() || definition_name(&only.pointer).is_some())
    }

    fn name_of_place(&self, place: &Place, context: &Context) -> NameRequest {
        let named = place.pointer.is_empty() || definition_name(&place.pointer).is_some();
        let titled = self.resolved.schema(place).get("title").is_some();
        if named || titled {
            NameRequest::Given(self.given_name(place))
        } else {
            NameRequest::Invented(context.clone())
        }
    }

    /// The name that a person gave: the title, the key under `$defs`, the name of the file.
    fn given_name(&self, place: &Place) -> Given {
        let document = self.resolved.document(place);
        let title = self.resolved.schema(place).get("title").and_then(Value::as_str);
        let stem = names::stem(&document.name);
        let definition = definition_name(&place.pointer);
        let name = match (&definition, title) {
            (Some(definition), _) => definition.as_str(),
            (None, Some(title)) => title,
            (None, None) => stem,
        };
        Given {
            name: name.to_owned(),
            owner: stem.to_owned(),
            is_message: place.pointer.is_empty() && document.kafka.is_some(),
            location: document.locate(&place.pointer),
        }
    }

    fn check_examples(&mut self) {
        for (number, document) in self.resolved.documents.iter().enumerate() {
            let root = Place::root(number);
            let examples = document.value.get("examples").and_then(Value::as_array);
            for (index, example) in examples.into_iter().flatten().enumerate() {
                for (path, reason) in self.oracle.refusals(&root, example) {
                    let location = document.locate(&format!("/examples/{index}{path}"));
                    self.diagnostics.push(
                        Diagnostic::error("S0406", format!("this example is not valid: {reason}"), location)
                            .help("correct the example, or the schema"),
                    );
                }
            }
        }
    }

    fn refuse_shared_topics(&mut self) {
        let mut topics: BTreeMap<&str, &str> = BTreeMap::new();
        for document in &self.resolved.documents {
            let Some(kafka) = &document.kafka else { continue };
            if let Some(other) = topics.insert(&kafka.topic, &document.origin) {
                self.diagnostics.push(
                    Diagnostic::error(
                        "S0304",
                        "several messages on one topic are not yet read",
                        document.locate("/x-kafka/topic"),
                    )
                    .found(format!("`{}` is the topic of {other} too", kafka.topic))
                    .help("give each message a topic of its own"),
                );
            }
        }
    }

    /// Names the types, resolves the keys.
    fn finish(self, roots: &[(usize, TypeId)]) -> Model {
        let requests: Vec<_> = self.types.iter().map(|lowered| &lowered.name).collect();
        let names = names::assign(&requests, self.diagnostics);
        let types: Vec<TypeDef> = self
            .types
            .into_iter()
            .zip(names)
            .map(|(lowered, name)| TypeDef {
                name,
                description: lowered.description,
                deprecated: lowered.deprecated,
                shape: lowered.shape.unwrap_or(Shape::Newtype(Use::of(Type::Any))),
            })
            .collect();
        let (schemas, numbers) = schemas::collect(self.resolved, roots.iter().map(|(document, _)| *document));
        let mut messages = Vec::new();
        for (number, type_id) in roots {
            let document = &self.resolved.documents[*number];
            let Some(kafka) = &document.kafka else { continue };
            let configuration = kafka.topic_configuration.iter();
            messages.push(MessageDef {
                type_id: *type_id,
                topic: kafka.topic.clone(),
                partitions: kafka.partitions,
                replicas: kafka.replicas,
                configuration: configuration.map(|(name, value)| (name.clone(), value.text())).collect(),
                key: kafka
                    .key
                    .as_deref()
                    .and_then(|key| key::resolve(document, &types, *type_id, key, self.diagnostics)),
                schema: numbers[number],
            });
        }
        messages.sort_by(|a, b| types[a.type_id.0].name.cmp(&types[b.type_id.0].name));
        Model { types, messages, schemas }
    }
}

fn sorted(places: &[Place]) -> Vec<Place> {
    let mut places = places.to_vec();
    places.sort();
    places
}

/// Whether a keyword makes its schema one that refuses values itself.
fn says_something(draft: jsonschema::Draft, name: &str) -> bool {
    let Some(keyword) = keywords::find(draft, name) else { return false };
    match keyword.role {
        Role::Core | Role::Annotation => false,
        Role::SchemaMap => name == "properties" || name == "patternProperties",
        _ => name != "allOf",
    }
}

/// Whether a value has a Rust type of its own.
fn needs_name(node: &Node<'_>, named: bool) -> bool {
    let types = node.types.without(Types::NULL);
    if node.never || node.types == Types::ALL && node.constants.is_none() {
        return false;
    }
    if let Some(constants) = &node.constants {
        return constants.iter().any(|value| value.is_string())
            && constants.iter().all(|v| v.is_string() || v.is_null());
    }
    match types {
        Types::OBJECT => object::is_struct(node),
        Types::NULL | Types::BOOLEAN | Types::ARRAY | Types::NONE => false,
        Types::INTEGER | Types::NUMBER | Types::STRING => named && scalar::is_constrained(node),
        _ => true,
    }
}

/// The constants of an enumeration, named.
fn constants(texts: &[&str]) -> Vec<Constant> {
    let names = names::variants(texts.iter().copied());
    texts.iter().zip(names).map(|(text, name)| Constant { name, text: (*text).to_owned() }).collect()
}

impl Lowering<'_> {
    /// The shape of a named type; `None` where it wraps one value.
    fn shape(&mut self, id: TypeId, node: &Node<'_>, cores: &[Place]) -> Option<Shape> {
        if node.never || node.types == Types::ALL && node.constants.is_none() {
            return None;
        }
        if let Some(all) = &node.constants {
            let texts: Vec<&str> = all.iter().filter_map(|value| value.as_str()).collect();
            let only_texts = !texts.is_empty() && all.iter().all(|value| value.is_string() || value.is_null());
            let texts: Vec<&str> = texts.into_iter().filter(|text| scalar::accepts_text(node, text)).collect();
            return (only_texts && !texts.is_empty()).then(|| Shape::Enumeration(constants(&texts)));
        }
        match node.types.without(Types::NULL) {
            Types::OBJECT if object::is_struct(node) => Some(self.object(id, node, cores)),
            Types::NULL | Types::BOOLEAN | Types::ARRAY | Types::NONE => None,
            Types::INTEGER | Types::NUMBER | Types::STRING | Types::OBJECT => None,
            _ => Some(self.union(id, node, cores)),
        }
    }

    /// The type of a value that has no name of its own.
    fn inline(&mut self, node: &Node<'_>, cores: &[Place], context: &Context) -> Use {
        if node.never {
            self.cannot(cores, "no value is valid here (`false`)", "leave the property out, or say what it may hold");
            return Use::of(Type::Any);
        }
        if let Some(constants) = &node.constants {
            return self.constant_values(node, constants, cores);
        }
        match node.types.without(Types::NULL) {
            Types::NONE if node.types == Types::NULL => Use::of(Type::Null),
            Types::NONE => {
                self.cannot(cores, "no value is valid here: the types exclude each other", "correct `type`");
                Use::of(Type::Any)
            }
            Types::BOOLEAN => Use::of(Type::Boolean),
            Types::STRING => self.string(node),
            Types::INTEGER => scalar::integer(node),
            Types::NUMBER => scalar::number(node),
            Types::ARRAY => self.array(node, context),
            Types::OBJECT => self.map(node, context),
            _ if node.types == Types::ALL => {
                self.refuse_untyped(node, cores);
                Use::of(Type::Any)
            }
            // A fraction that must not be an integer can't be said in a schema, and a union has a name.
            _ => Use::of(Type::Any),
        }
    }

    fn array(&mut self, node: &Node<'_>, context: &Context) -> Use {
        let item = if node.items.is_empty() {
            Use::of(Type::Any)
        } else {
            let segment = names::singular(&context.segment);
            self.value(&node.items, &Context { segment, ..context.clone() })
        };
        let mut checks = Vec::new();
        checks.extend((node.count.min > 0).then_some(Check::MinItems(node.count.min)));
        checks.extend(node.count.max.map(Check::MaxItems));
        checks.extend(node.unique.then_some(Check::UniqueItems));
        Use { checks, ..Use::of(Type::Array(Box::new(item))) }
    }

    fn cannot(&mut self, cores: &[Place], message: &str, help: &str) {
        let location = cores.first().map(|place| self.at(place, ""));
        self.diagnostics.push(Diagnostic::error("S0405", message, location).help(help));
    }

    /// A keyword that speaks of one type, in a schema that allows them all.
    fn refuse_untyped(&mut self, node: &Node<'_>, cores: &[Place]) {
        if scalar::is_constrained(node)
            || !node.items.is_empty()
            || !node.members.is_empty()
            || !node.required.is_empty()
        {
            let message = "a schema without `type` that limits some types is not yet read";
            self.cannot(cores, message, "add `type`: without it, any value of another type is valid too");
        }
    }
}
