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

mod alternatives;
mod chosen;
mod circles;
mod constants;
mod cores;
mod defaults;
mod finish;
mod flatten;
mod key;
mod names;
mod node;
mod object;
mod scalar;
mod schemas;
mod sensitive;
mod tag;
mod union;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use thoth_messaging_documents::uri::shown;

use crate::choices::Choices;
use crate::diagnostic::{Diagnostic, Location, Severity};
use crate::disjoint::Disjointness;
use crate::format::Formats;
use crate::model::{Check, Model, Route, Shape, Subschema, Type, TypeId, Use};
use crate::oracle::Oracle;
use crate::resolve::{Place, Resolved, definition_name};
use alternatives::Settlement;
use cores::Cores;
use names::{Given, NameRequest};
use node::{Choice, Node, Tuple, Types};
use sensitive::Sensitive;

/// Arrays in arrays, or maps in maps, that are nested deeper than this have a name: those that are nested without end
/// can't do without.
const MAX_NESTED: usize = 4;

/// Rust's own traits are there for tuples so long.
const MAX_TUPLE_LENGTH: u64 = 12;

/// Decides what types the messages of a set become.
pub(crate) fn lower(
    resolved: &Resolved,
    choices: &Choices,
    formats: &Formats,
    diagnostics: &mut Vec<Diagnostic>,
) -> Model {
    let mut lowering = Lowering {
        resolved,
        choices,
        names: chosen::Names::default(),
        fields: BTreeMap::new(),
        formats,
        oracle: Oracle::new(resolved, formats.asserts()),
        disjointness: Disjointness::new(resolved, formats.asserts()),
        keeping: BTreeSet::new(),
        branches: BTreeMap::new(),
        exclusive: BTreeMap::new(),
        whole: BTreeSet::new(),
        sensitive: Sensitive::of(resolved),
        diagnostics,
        types: Vec::new(),
        known: BTreeMap::new(),
        undefined: Vec::new(),
        defaults: BTreeMap::new(),
    };
    lowering.names = chosen::Names::of(&mut lowering);
    if !circles::refuse(resolved, lowering.diagnostics) {
        return Model::default();
    }
    lowering.check_examples();
    let roots = lowering.messages();
    lowering.refuse_alike(&roots);
    lowering.finish(&roots)
}

struct Lowering<'a> {
    resolved: &'a Resolved,
    choices: &'a Choices,
    names: chosen::Names,
    /// The places that speak of a field, by the field's type and number.
    fields: chosen::Members,
    formats: &'a Formats,
    oracle: Oracle<'a>,
    sensitive: Sensitive,
    diagnostics: &'a mut Vec<Diagnostic>,
    types: Vec<Lowered>,
    disjointness: Disjointness<'a>,
    /// Types by the schemas that they were made from, sorted.
    known: BTreeMap<Cores, TypeId>,
    /// Types that keep the members that they do not declare: another branch of a union may speak of them.
    keeping: BTreeSet<TypeId>,
    /// The branch of each variant, by union and number.
    branches: BTreeMap<(TypeId, usize), Place>,
    /// The choices of unions that a value takes one variant of only.
    exclusive: BTreeMap<TypeId, Choice>,
    /// Schemas that the validator checks as a whole, though a branch of theirs was chosen: it refuses what two take.
    whole: BTreeSet<Place>,
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
    validated: Vec<Subschema>,
    /// Absent until it is defined.
    shape: Option<Shape>,
}

/// A type that is declared, and what it is made from.
struct Undefined {
    id: TypeId,
    cores: Cores,
    /// A variant of a union has some of its types alone.
    types: Option<Types>,
    null: Null,
}

/// What becomes of `null` where a type is defined.
#[derive(Clone, Copy, PartialEq)]
enum Null {
    /// Where the type is used it is in an `Option`.
    Outside,
    /// The type holds an `Option`: that of a message.
    Inside,
    /// The type holds an `Option` of a type with a name.
    Around,
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
        let messages = documents.filter(|number| self.resolved.documents[*number].is_message);
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
        let cores = Cores::of(self.flatten(std::slice::from_ref(&root)));
        if self.resolved.is_dynamic(&root) {
            return self.declare_dynamic(root);
        }
        let settlement = self.settle(cores.clone());
        let null = match (settlement.nullable, self.has_name(&settlement)) {
            (false, _) => Null::Outside,
            (true, false) => Null::Inside,
            (true, true) => Null::Around,
        };
        let name = NameRequest::Given(self.given_name(&root));
        let id = self.declare(name, vec![root], cores.clone(), None);
        if let Some(undefined) = self.undefined.last_mut() {
            undefined.null = null;
        }
        if null != Null::Around {
            self.known.entry(settlement.cores.sorted()).or_insert(id);
        }
        id
    }

    /// A message with a reference whose target depends on the way there: the validator decides all of it.
    fn declare_dynamic(&mut self, root: Place) -> TypeId {
        let name = NameRequest::Given(self.given_name(&root));
        let id = TypeId(self.types.len());
        let places = vec![root];
        let value = Use { checks: vec![self.validated(&places)], ..Use::of(Type::Any) };
        let sensitive = self.sensitive.is_marked();
        let shape = Some(Shape::Newtype(value));
        self.types.push(Lowered { name, places, sensitive, validated: Vec::new(), shape });
        id
    }

    /// Notes that there is a type, to be defined later.
    fn declare(&mut self, name: NameRequest, places: Vec<Place>, cores: Cores, types: Option<Types>) -> TypeId {
        let id = TypeId(self.types.len());
        self.types.push(Lowered { name, places, sensitive: false, validated: Vec::new(), shape: None });
        self.undefined.push(Undefined { id, cores, types, null: Null::Outside });
        id
    }

    /// Gives a declared type its shape.
    fn define(&mut self, undefined: &Undefined) {
        let Undefined { id, cores, types, null } = undefined;
        let (shape, validated) = if *null == Null::Around {
            let context = Context { parent: *id, segment: "Value".to_owned() };
            let places = self.types[id.0].places.clone();
            (Shape::Newtype(self.value_of(cores.clone(), &places, &context)), Vec::new())
        } else {
            let mut settlement = self.settle(cores.clone());
            if let Some(types) = types {
                settlement.node.types = *types;
                settlement.node.validated.clear();
            } else if settlement.node.types != Types::NULL && !settlement.node.is_unlimited() {
                // What may be null is an `Option` of this type.
                settlement.node.types = settlement.node.types.without(Types::NULL);
            }
            match self.shape(*id, &settlement) {
                (Shape::Newtype(value), validated) if *null == Null::Inside => {
                    (Shape::Newtype(Use { nullable: settlement.is_optional(&value), ..value }), validated)
                }
                other => other,
            }
        };
        let wraps = !matches!(shape, Shape::Struct(_));
        let lowered = &self.types[id.0];
        let sensitive = self.sensitive.any(&lowered.places, wraps)
            || self.sensitive.any(&cores.places, wraps)
            || wrapped(&shape).any(|value| self.hides(value));
        let lowered = &mut self.types[id.0];
        lowered.sensitive = sensitive;
        lowered.validated = validated;
        lowered.shape = Some(shape);
    }

    /// The type of a value that all these schemas speak of.
    fn value(&mut self, places: &[Place], context: &Context) -> Use {
        let cores = Cores::of(self.flatten(places));
        self.value_of(cores, places, context)
    }

    fn value_of(&mut self, cores: Cores, places: &[Place], context: &Context) -> Use {
        let settlement = self.settle(cores);
        let Settlement { cores, node, nullable, .. } = &settlement;
        if !self.has_name(&settlement) {
            let value = self.inline(node, cores, context);
            return Use { nullable: settlement.is_optional(&value), ..value };
        }
        let key = cores.sorted();
        let known = self.known.get(&key).copied();
        let id = known.unwrap_or_else(|| {
            let described = if cores.places.len() == 1 { cores.places.clone() } else { places.to_vec() };
            let name = match cores.only() {
                Some(only) => self.name_of_place(only, context),
                None => NameRequest::Invented(context.clone()),
            };
            let id = self.declare(name, described, cores.clone(), None);
            self.known.insert(key, id);
            id
        });
        Use { nullable: *nullable, ..Use::of(Type::Named(id)) }
    }

    /// Whether a value has a Rust type of its own.
    fn has_name(&mut self, settlement: &Settlement<'a>) -> bool {
        let Settlement { cores, node, alternatives, .. } = settlement;
        !alternatives.is_empty() || needs_name(node, is_named(cores)) || self.nests_deeply(node)
    }

    /// Whether arrays and maps stand in each other without end, or as good as.
    fn nests_deeply(&mut self, node: &Node<'a>) -> bool {
        let mut inner = inner_places(node);
        for _ in 0..MAX_NESTED {
            if inner.is_empty() {
                return false;
            }
            let cores = Cores::of(self.flatten(&inner));
            let settlement = self.settle(cores);
            if !settlement.alternatives.is_empty() || needs_name(&settlement.node, is_named(&settlement.cores)) {
                return false;
            }
            inner = inner_places(&settlement.node);
        }
        true
    }

    /// The shape of a named type, and what the validator checks of it.
    fn shape(&mut self, id: TypeId, settlement: &Settlement<'a>) -> (Shape, Vec<Subschema>) {
        let Settlement { node, cores, alternatives, .. } = settlement;
        if !alternatives.is_empty() {
            return (self.union_of_alternatives(id, settlement), Vec::new());
        }
        let validated = self.subschemas(&node.validated);
        let wrapped = |lowering: &mut Self| {
            let context = Context { parent: id, segment: "Value".to_owned() };
            (Shape::Newtype(lowering.inline(node, cores, &context)), Vec::new())
        };
        if node.never {
            return wrapped(self);
        }
        if let Some(all) = &node.constants {
            return match constants::enumeration(all, &node.about) {
                Some(constants) => (Shape::Enumeration(constants), Vec::new()),
                None => wrapped(self),
            };
        }
        match node.types {
            Types::ALL if node.limited() == Types::NONE => wrapped(self),
            Types::OBJECT if object::has_members(node) => self.object(id, node, cores),
            types if types.is_one() => wrapped(self),
            _ => (self.union(id, node, cores), validated),
        }
    }

    /// The type of a value that has no name of its own.
    fn inline(&mut self, node: &Node<'a>, cores: &Cores, context: &Context) -> Use {
        if node.never {
            return self.never(cores);
        }
        if let Some(constants) = &node.constants {
            return self.constant_values(node, constants, cores);
        }
        let validated = (!node.validated.is_empty()).then(|| self.validated(&node.validated));
        if node.is_unlimited() {
            return Use { checks: validated.into_iter().collect(), ..Use::of(Type::Any) };
        }
        let mut value = match node.types.without(Types::NULL) {
            Types::NONE if node.types == Types::NULL => Use::of(Type::Null),
            Types::BOOLEAN => Use::of(Type::Boolean),
            Types::STRING => self.string(node),
            Types::INTEGER => self.integer(node, cores),
            Types::NUMBER => self.number(node, cores),
            Types::ARRAY => self.array(node, cores, context),
            Types::OBJECT => self.map(node, cores, context),
            _ => self.never(cores),
        };
        value.checks.extend(validated);
        let null =
            node.types.has(Types::NULL) && node.validated.is_empty() && !matches!(value.ty, Type::Any | Type::Null);
        Use { nullable: null, ..value }
    }

    fn array(&mut self, node: &Node<'a>, cores: &Cores, context: &Context) -> Use {
        let segment = names::singular(&context.segment);
        let inner = Context { segment, ..context.clone() };
        let mut checks = Vec::new();
        checks.extend((node.count.min > 0).then_some(Check::MinItems(node.count.min)));
        let mut max = node.count.max;
        let item = match node.tuples.as_slice() {
            [] if node.items.is_empty() => Use::of(Type::Any),
            [] if self.is_never(&node.items) => {
                max = Some(0);
                Use::of(Type::Any)
            }
            [] => self.value(&node.items, &inner),
            [tuple] if self.is_exact(node, tuple) => return self.tuple(tuple, context),
            _ => {
                checks.push(self.validated_whole(cores));
                Use::of(Type::Any)
            }
        };
        checks.extend(max.map(Check::MaxItems));
        checks.extend(node.unique.then_some(Check::UniqueItems));
        Use { checks, ..Use::of(Type::Array(Box::new(item))) }
    }

    /// Whether an array has as many items as its prefix, no more and no less.
    fn is_exact(&mut self, node: &Node<'a>, tuple: &Tuple) -> bool {
        let count = tuple.prefix.len() as u64;
        let ends = node.count.max == Some(count)
            || node.count.max.is_none() && tuple.rest.iter().any(|rest| self.is_never(std::slice::from_ref(rest)));
        (1..=MAX_TUPLE_LENGTH).contains(&count)
            && node.count.min == count
            && ends
            && !node.unique
            && node.items.is_empty()
    }

    fn tuple(&mut self, tuple: &Tuple, context: &Context) -> Use {
        let items = tuple.prefix.iter().enumerate().map(|(index, place)| {
            let segment = format!("{} {}", names::singular(&context.segment), index + 1);
            self.value(std::slice::from_ref(place), &Context { segment, ..context.clone() })
        });
        Use::of(Type::Tuple(items.collect()))
    }

    fn is_never(&mut self, places: &[Place]) -> bool {
        let cores = Cores::of(self.flatten(places));
        Node::of(self.resolved, &cores, self.formats.asserts()).never
    }

    /// A value that can't be: what refuses it is the validator.
    fn never(&mut self, cores: &Cores) -> Use {
        let meant = cores.places.iter().any(|place| *self.resolved.schema(place) == Value::Bool(false));
        if let Some(place) = cores.places.first().filter(|_| !meant) {
            let location = self.at(place, "");
            self.diagnostics.push(
                Diagnostic::warning(
                    "S0405",
                    "no value is valid here: what the schema asks for excludes itself",
                    location,
                )
                .help("correct `type`, `enum` or the bounds; where no value is meant, say `false`"),
            );
        }
        Use { checks: vec![self.validated(&cores.places)], ..Use::of(Type::Any) }
    }

    /// Whether a value holds what only the validator reads, in a set with something sensitive: it may be that.
    fn hides(&self, value: &Use) -> bool {
        self.sensitive.is_marked() && is_unread(value)
    }

    /// What the validator checks of a value before it is read as its Rust type.
    fn validated(&self, places: &[Place]) -> Check {
        Check::Validated(self.subschemas(places))
    }

    /// As [`Self::validated`], for all that is said of the value.
    fn validated_whole(&mut self, cores: &Cores) -> Check {
        self.note_whole(cores);
        self.validated(&cores.places)
    }

    /// Notes that the validator checks all that is said of a value.
    fn note_whole(&mut self, cores: &Cores) {
        self.note_whole_of(cores, &cores.places);
    }

    /// As [`Self::note_whole`], where the validator checks some of the schemas.
    fn note_whole_of(&mut self, cores: &Cores, validated: &[Place]) {
        let chosen = cores.chosen().map(|(place, _)| place).filter(|place| validated.contains(place));
        self.whole.extend(chosen.cloned());
    }

    fn subschemas(&self, places: &[Place]) -> Vec<Subschema> {
        let subschema = |place: &Place| {
            let address = self.resolved.address(place);
            // What stands in the file itself is known by its pointer.
            let own = address.strip_prefix(&self.resolved.document(place).uri).filter(|own| own.starts_with('#'));
            let reference = own.unwrap_or_else(|| shown(&address));
            Subschema { document: place.document, reference: reference.to_owned() }
        };
        places.iter().map(subschema).collect()
    }

    /// What the schema at a place refuses in a value.
    fn refusals(&mut self, place: &Place, value: &Value) -> Vec<(String, String)> {
        self.refusals_beside(place, value, &[])
    }

    /// As [`Self::refusals`], but for what some keywords of the schema itself refuse.
    fn refusals_beside(&mut self, place: &Place, value: &Value, keywords: &[&str]) -> Vec<(String, String)> {
        let refusals = self.oracle.refusals_beside(place, value, keywords);
        // After another mistake, the validator may see the same once more.
        let is_error = |diagnostic: &Diagnostic| diagnostic.severity == Severity::Error;
        if let Some(problem) = self.oracle.problem()
            && !self.diagnostics.iter().any(is_error)
        {
            let found = problem.to_owned();
            let location = self.at(place, "");
            let message = "the validator can't read this schema, or one beside it";
            self.diagnostics.push(Diagnostic::error("S0409", message, location).found(found));
        }
        refusals
    }

    fn at(&self, place: &Place, keyword: &str) -> Location {
        let pointer = if keyword.is_empty() { place.pointer.clone() } else { place.join(keyword).pointer };
        self.resolved.document(place).locate(&pointer)
    }

    fn name_of_place(&self, place: &Place, context: &Context) -> NameRequest {
        let titled = self.resolved.schema(place).get("title").is_some();
        // The name of a message that may be `null` is that of the type around it.
        let is_message = place.pointer.is_empty() && self.resolved.document(place).is_message;
        let given = !is_message && (titled || is_named(&Cores::of(vec![place.clone()])));
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
            is_message: place.pointer.is_empty() && document.is_message,
            place: place.clone(),
        }
    }

    /// Messages on one topic have to be told apart.
    fn refuse_alike(&mut self, roots: &[(usize, TypeId)]) {
        for (number, id) in roots {
            let document = &self.resolved.documents[*number];
            let told = match &self.types[id.0].shape {
                Some(Shape::Union(union)) => {
                    !union.routes.values().any(|route| matches!(route, Route::Try { exclusive: true, .. }))
                }
                _ => false,
            };
            let [first, others @ ..] = document.files.as_slice() else { continue };
            if !told {
                let at = |number: usize| self.resolved.documents[number].locate("/x-kafka/topic");
                let others: Vec<String> = others.iter().map(|other| at(*other).to_string()).collect();
                self.diagnostics.push(
                    Diagnostic::error("S0304", "the messages on this topic can't be told apart", at(*first))
                        .found(format!("the same topic at {}", others.join(", ")))
                        .help("give each a property that is required and a constant of its own, as a `type` or a `version`"),
                );
            }
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
}

/// Whether a value has a Rust type of its own.
fn needs_name(node: &Node<'_>, named: bool) -> bool {
    if node.never {
        return false;
    }
    if let Some(constants) = &node.constants {
        return constants::enumeration(constants, &node.about).is_some();
    }
    match node.types.without(Types::NULL) {
        _ if node.types == Types::ALL => node.limited() != Types::NONE,
        Types::OBJECT => object::has_members(node),
        Types::NULL | Types::BOOLEAN | Types::ARRAY | Types::NONE => false,
        Types::INTEGER | Types::NUMBER | Types::STRING => named && node.types.has(node.limited()),
        _ => true,
    }
}

/// The values that a type holds, if it is no struct.
fn wrapped(shape: &Shape) -> impl Iterator<Item = &Use> {
    let (variants, inner) = match shape {
        Shape::Union(union) => (union.variants.as_slice(), None),
        Shape::Newtype(value) => (&[][..], Some(value)),
        _ => (&[][..], None),
    };
    variants.iter().map(|variant| &variant.value).chain(inner)
}

/// Whether a value of any content is in it that a schema speaks of.
fn is_unread(value: &Use) -> bool {
    let is_checked = value.checks.iter().any(|check| matches!(check, Check::Validated(_)));
    match &value.ty {
        Type::Any => is_checked,
        Type::Array(item) | Type::Map(item) => is_checked && item.ty == Type::Any || is_unread(item),
        Type::Tuple(items) => items.iter().any(is_unread),
        _ => false,
    }
}

/// The schemas of what an array or a map holds.
fn inner_places(node: &Node<'_>) -> Vec<Place> {
    match node.types.without(Types::NULL) {
        _ if node.never || node.constants.is_some() => Vec::new(),
        Types::ARRAY => match node.tuples.as_slice() {
            [] => node.items.clone(),
            [tuple] => tuple.prefix.clone(),
            _ => Vec::new(),
        },
        Types::OBJECT => match node.member_patterns.as_slice() {
            [(place, ..)] => vec![place.clone()],
            _ => node.others(),
        },
        _ => Vec::new(),
    }
}

/// Whether a person named a value's schema, as a file or a definition.
fn is_named(cores: &Cores) -> bool {
    cores.only().is_some_and(|only| only.pointer.is_empty() || definition_name(&only.pointer).is_some())
}
