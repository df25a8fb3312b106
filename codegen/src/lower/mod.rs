//! The third stage: what the schemas mean, as Rust types.
//!
//! A value's schemas are flattened (through `$ref` and `allOf`) into the places that say something themselves; places
//! that are flattened alike are one type. What they say is intersected ([`node`]), and its shape decided: constants
//! ([`constants`]), a scalar ([`scalar`]), an object ([`object`]), one of several types ([`union`]).
//!
//! Types are declared where they are met and defined from a list, so that no schema, however long the way through it,
//! is followed by recursion.
//!
//! Codes: `S04xx` (what a schema says) and `S05xx` (names).

mod constants;
mod defaults;
mod flatten;
mod key;
mod names;
mod node;
mod object;
mod scalar;
mod schemas;
mod sensitive;
mod union;

use std::collections::BTreeMap;

use serde_json::Value;

use crate::diagnostic::{Diagnostic, Location, Severity};
use crate::model::{Check, MessageDef, Model, Shape, Type, TypeDef, TypeId, Use};
use crate::oracle::Oracle;
use crate::resolve::{Place, Resolved, definition_name};
use names::{Given, NameRequest};
use node::{Node, Types};
use sensitive::Sensitive;

/// Arrays in arrays, or maps in maps, that are nested deeper than this have a name: those that are nested without end
/// can't do without.
const MOST_NESTED: usize = 4;

/// Decides what types the messages of a set become.
pub(crate) fn lower(resolved: &Resolved, diagnostics: &mut Vec<Diagnostic>) -> Model {
    let mut lowering = Lowering {
        resolved,
        oracle: Oracle::new(resolved),
        sensitive: Sensitive::of(resolved),
        diagnostics,
        types: Vec::new(),
        known: BTreeMap::new(),
        undefined: Vec::new(),
        defaults: BTreeMap::new(),
    };
    lowering.check_examples();
    let roots = lowering.messages();
    lowering.refuse_shared_topics();
    lowering.finish(&roots)
}

struct Lowering<'a> {
    resolved: &'a Resolved,
    oracle: Oracle<'a>,
    sensitive: Sensitive,
    diagnostics: &'a mut Vec<Diagnostic>,
    types: Vec<Lowered>,
    /// Types by the places that they were made from, sorted.
    known: BTreeMap<Vec<Place>, TypeId>,
    undefined: Vec<Undefined>,
    /// Where the default of a field stands, by the field's type and number.
    defaults: BTreeMap<(TypeId, usize), Place>,
}

/// A type without its final name.
struct Lowered {
    name: NameRequest,
    /// The schemas that it is known by.
    places: Vec<Place>,
    sensitive: bool,
    /// Absent until it is defined.
    shape: Option<Shape>,
}

/// A type that is declared, and what it is made from.
struct Undefined {
    id: TypeId,
    cores: Vec<Place>,
    /// A variant of a union has some of its types alone.
    types: Option<Types>,
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
        // One whose topic has mistakes may have others.
        let messages = documents.filter(|number| self.resolved.documents[*number].value.get("x-kafka").is_some());
        let roots: Vec<_> = messages.map(|number| (number, self.declare_message(number))).collect();
        if roots.is_empty() && self.diagnostics.is_empty() {
            self.diagnostics.push(
                Diagnostic::warning("S0307", "no schema file is a message: no type is generated", None)
                    .help("name a topic in one of them: `\"x-kafka\": {\"topic\": …}`"),
            );
        }
        while let Some(undefined) = self.undefined.pop() {
            self.define(&undefined);
        }
        roots
    }

    /// A message has a type of its own, even where its schema is no more than a `$ref`.
    fn declare_message(&mut self, number: usize) -> TypeId {
        let root = Place::root(number);
        let cores = self.flatten(std::slice::from_ref(&root));
        let node = self.node(&cores);
        if node.types.has(Types::NULL) && node.types != Types::ALL {
            let help = "leave `null` out of `type`: a payload that is absent altogether is a tombstone";
            self.cannot(std::slice::from_ref(&root), "a message that may be `null` is not yet read", help);
        }
        let name = NameRequest::Given(self.given_name(&root));
        let id = self.declare(name, vec![root], cores.clone(), None);
        self.known.entry(sorted(&cores)).or_insert(id);
        id
    }

    /// Notes that there is a type, to be defined later.
    fn declare(&mut self, name: NameRequest, places: Vec<Place>, cores: Vec<Place>, types: Option<Types>) -> TypeId {
        let id = TypeId(self.types.len());
        self.types.push(Lowered { name, places, sensitive: false, shape: None });
        self.undefined.push(Undefined { id, cores, types });
        id
    }

    /// Gives a declared type its shape.
    fn define(&mut self, undefined: &Undefined) {
        let Undefined { id, cores, types } = undefined;
        let mut node = self.node(cores);
        if let Some(types) = types {
            node.types = *types;
        } else if node.types != Types::NULL && !node.is_unlimited() {
            // What may be null is an `Option` of this type.
            node.types = node.types.without(Types::NULL);
        }
        let shape = match self.shape(*id, &node, cores) {
            Some(shape) => shape,
            None => Shape::Newtype(self.inline(&node, cores, &Context { parent: *id, segment: "Value".to_owned() })),
        };
        let wraps = !matches!(shape, Shape::Struct(_));
        let lowered = &self.types[id.0];
        let sensitive = self.sensitive.any(&lowered.places, wraps) || self.sensitive.any(cores, wraps);
        self.types[id.0].sensitive = sensitive;
        self.types[id.0].shape = Some(shape);
    }

    /// What these schemas say together, with the constants that all of them accept.
    fn node(&mut self, cores: &[Place]) -> Node<'a> {
        let mut node = Node::of(self.resolved, cores);
        self.narrow_to_constants(&mut node, cores);
        node
    }

    /// The type of a value that all these schemas speak of.
    fn value(&mut self, places: &[Place], context: &Context) -> Use {
        let cores = self.flatten(places);
        let node = self.node(&cores);
        if !needs_name(&node, is_named(&cores)) && !self.nests_deeply(&node) {
            return self.inline(&node, &cores, context);
        }
        let known = self.known.get(&sorted(&cores)).copied();
        let id = known.unwrap_or_else(|| {
            let described = if cores.len() == 1 { cores.clone() } else { places.to_vec() };
            let name = match cores.as_slice() {
                [only] => self.name_of_place(only, context),
                _ => NameRequest::Invented(context.clone()),
            };
            let id = self.declare(name, described, cores.clone(), None);
            self.known.insert(sorted(&cores), id);
            id
        });
        Use { nullable: node.types.has(Types::NULL), ..Use::of(Type::Named(id)) }
    }

    /// Whether arrays and maps stand in each other without end, or as good as.
    fn nests_deeply(&mut self, node: &Node<'a>) -> bool {
        let mut inner = inner_places(node);
        for _ in 0..MOST_NESTED {
            if inner.is_empty() {
                return false;
            }
            let cores = self.flatten(&inner);
            let node = Node::of(self.resolved, &cores);
            if needs_name(&node, is_named(&cores)) {
                return false;
            }
            inner = inner_places(&node);
        }
        true
    }

    /// The shape of a named type; `None` where it wraps one value.
    fn shape(&mut self, id: TypeId, node: &Node<'a>, cores: &[Place]) -> Option<Shape> {
        if node.never || node.is_unlimited() {
            return None;
        }
        if let Some(all) = &node.constants {
            return constants::enumeration(all).map(Shape::Enumeration);
        }
        match node.types {
            Types::OBJECT if object::has_members(node) => Some(self.object(id, node, cores)),
            types if types.is_one() => None,
            _ => Some(self.union(id, node, cores)),
        }
    }

    /// The type of a value that has no name of its own.
    fn inline(&mut self, node: &Node<'a>, cores: &[Place], context: &Context) -> Use {
        if node.never {
            self.cannot(cores, "no value is valid here (`false`)", "leave the property out, or say what it may hold");
            return Use::of(Type::Any);
        }
        if let Some(constants) = &node.constants {
            return self.constant_values(node, constants, cores);
        }
        if node.is_unlimited() {
            self.refuse_untyped(node, cores);
            return Use::of(Type::Any);
        }
        let value = match node.types.without(Types::NULL) {
            Types::NONE if node.types == Types::NULL => return Use::of(Type::Null),
            Types::BOOLEAN => Use::of(Type::Boolean),
            Types::STRING => scalar::string(node),
            Types::INTEGER => self.integer(node, cores),
            Types::NUMBER => self.number(node, cores),
            Types::ARRAY => self.array(node, context),
            Types::OBJECT => self.map(node, context),
            _ => {
                self.cannot(cores, "no value is valid here: the types exclude each other", "correct `type`");
                Use::of(Type::Any)
            }
        };
        Use { nullable: node.types.has(Types::NULL), ..value }
    }

    fn array(&mut self, node: &Node<'a>, context: &Context) -> Use {
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
        if node.is_constrained() || !node.items.is_empty() || !node.members.is_empty() || !node.required.is_empty() {
            let message = "a schema without `type` that limits some types is not yet read";
            self.cannot(cores, message, "add `type`: without it, any value of another type is valid too");
        }
    }

    /// What the schema at a place refuses in a value.
    fn refusals(&mut self, place: &Place, value: &Value) -> Vec<(String, String)> {
        // After another mistake, the validator may see the same once more.
        let is_error = |diagnostic: &Diagnostic| diagnostic.severity == Severity::Error;
        if !self.diagnostics.iter().any(is_error)
            && let Some(problem) = self.oracle.problem()
        {
            let found = problem.to_owned();
            let location = self.at(place, "");
            let message = "the validator can't read this schema, or one beside it";
            self.diagnostics.push(Diagnostic::error("S0409", message, location).found(found));
        }
        self.oracle.refusals(place, value)
    }

    fn at(&self, place: &Place, keyword: &str) -> Location {
        let pointer = if keyword.is_empty() { place.pointer.clone() } else { place.join(keyword).pointer };
        self.resolved.document(place).locate(&pointer)
    }

    fn name_of_place(&self, place: &Place, context: &Context) -> NameRequest {
        let titled = self.resolved.schema(place).get("title").is_some();
        let given = titled || is_named(std::slice::from_ref(place));
        if given { NameRequest::Given(self.given_name(place)) } else { NameRequest::Invented(context.clone()) }
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
            is_message: place.pointer.is_empty() && document.value.get("x-kafka").is_some(),
            place: place.clone(),
        }
    }

    fn check_examples(&mut self) {
        for (number, document) in self.resolved.documents.iter().enumerate() {
            let Some(examples) = document.value.get("examples").and_then(Value::as_array) else { continue };
            let root = Place::root(number);
            for (index, example) in examples.iter().enumerate() {
                for (path, reason) in self.refusals(&root, example) {
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
            if let Some(other) = topics.insert(&kafka.topic, &document.source.origin) {
                let message = "several messages on one topic are not yet read";
                self.diagnostics.push(
                    Diagnostic::error("S0304", message, document.locate("/x-kafka/topic"))
                        .found(format!("`{}` is the topic of {other} too", kafka.topic))
                        .help("give each message a topic of its own"),
                );
            }
        }
    }

    /// Names the types, resolves the keys, checks the defaults.
    fn finish(self, roots: &[(usize, TypeId)]) -> Model {
        let requests: Vec<_> = self.types.iter().map(|lowered| &lowered.name).collect();
        let names = names::assign(&requests, self.resolved, self.diagnostics);
        let described = self.types.iter().map(|lowered| {
            let deprecated = self.annotation(&lowered.places, "deprecated") == Some(&Value::Bool(true));
            (self.text(&lowered.places, "description"), deprecated)
        });
        let described: Vec<_> = described.collect();
        let types: Vec<TypeDef> = self
            .types
            .into_iter()
            .zip(names)
            .zip(described)
            .map(|((lowered, name), (description, deprecated))| TypeDef {
                name,
                description,
                deprecated,
                sensitive: lowered.sensitive,
                shape: lowered.shape.unwrap_or(Shape::Newtype(Use::of(Type::Any))),
            })
            .collect();
        defaults::check(&types, &self.defaults, self.resolved, self.diagnostics);
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

/// Whether a value has a Rust type of its own.
fn needs_name(node: &Node<'_>, named: bool) -> bool {
    if node.never || node.is_unlimited() {
        return false;
    }
    if let Some(constants) = &node.constants {
        return constants::enumeration(constants).is_some();
    }
    match node.types.without(Types::NULL) {
        Types::OBJECT => object::has_members(node),
        Types::NULL | Types::BOOLEAN | Types::ARRAY | Types::NONE => false,
        Types::INTEGER | Types::NUMBER | Types::STRING => named && node.is_constrained(),
        _ => true,
    }
}

/// The schemas of what an array or a map holds.
fn inner_places(node: &Node<'_>) -> Vec<Place> {
    match node.types.without(Types::NULL) {
        _ if node.never || node.constants.is_some() => Vec::new(),
        Types::ARRAY => node.items.clone(),
        Types::OBJECT => node.others(),
        _ => Vec::new(),
    }
}

/// Whether a person named a value's schema, as a file or a definition.
fn is_named(cores: &[Place]) -> bool {
    matches!(cores, [only] if only.pointer.is_empty() || definition_name(&only.pointer).is_some())
}
