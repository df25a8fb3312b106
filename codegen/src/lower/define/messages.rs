//! Declares the types of messages, and defines all that follow from them.

use super::declared::{Declared, Definition, Null, Undefined};
use super::definer::Definer;
use super::validated::validated;
use crate::diagnostic::Diagnostic;
use crate::lower::names::{Context, NameRequest};
use crate::lower::read::Types;
use crate::model::{Shape, Type, TypeId, Use};
use crate::resolve::Place;

impl Definer<'_, '_> {
    /// The types of the messages, by document.
    pub(super) fn messages(&mut self) -> Vec<(usize, TypeId)> {
        let documents = &self.reader.resolved.documents;
        // One whose topic has mistakes may have others.
        let messages = (0..documents.len()).filter(|number| documents[*number].is_message);
        let messages: Vec<_> = messages.map(|number| (number, self.declare_message(number))).collect();
        if messages.is_empty() && self.reader.diagnostics.is_empty() {
            self.reader.diagnostics.push(
                Diagnostic::warning("S0307", "no schema file is a message: no type is generated", None)
                    .help("name a topic in one of them: `\"x-kafka\": {\"topic\": …}`"),
            );
        }
        while let Some(undefined) = self.declarations.next() {
            self.define(&undefined);
        }
        messages
    }

    /// A message has a type of its own, even where its schema is no more than a `$ref`.
    fn declare_message(&mut self, number: usize) -> TypeId {
        let root = Place::root(number);
        let cores = self.reader.cores(std::slice::from_ref(&root));
        let name = NameRequest::given(self.reader.resolved, &root);
        if self.reader.resolved.is_dynamic(&root) {
            return self.declare_dynamic(name, root);
        }
        let decided = self.reader.decide(cores.clone());
        let null = match (decided.nullable, self.has_name(&decided)) {
            (false, _) => Null::Outside,
            (true, false) => Null::Inside,
            (true, true) => Null::Around,
        };
        let id = self.declarations.declare(name, vec![root], cores, None, null);
        if null != Null::Around {
            self.declarations.known.entry(decided.cores.sorted()).or_insert(id);
        }
        id
    }

    /// A message with a reference whose target depends on the way there: the validator decides all of it.
    fn declare_dynamic(&mut self, name: NameRequest, root: Place) -> TypeId {
        let places = vec![root];
        let checks = vec![validated(self.reader.resolved, &places)];
        let shape = Shape::Newtype(Use { checks, ..Use::of(Type::Any) });
        let definition = Definition { sensitive: self.sensitive.is_marked(), ..Definition::of(shape) };
        self.declarations.add(Declared { name, places, keeps: false, definition: Some(definition) })
    }

    /// Gives a declared type its shape.
    fn define(&mut self, undefined: &Undefined) {
        let Undefined { id, cores, .. } = undefined;
        let mut definition = match undefined.null {
            Null::Around => self.around(*id, undefined),
            _ => self.definition(undefined),
        };
        let shape = &definition.shape;
        let wraps = !matches!(shape, Shape::Struct(_));
        definition.sensitive = self.sensitive.any(&self.declarations.types[id.0].places, wraps)
            || self.sensitive.any(&cores.places, wraps)
            || wrapped(shape).any(|value| self.sensitive.hides(value));
        self.declarations.types[id.0].definition = Some(definition);
    }

    /// An `Option` of a type with a name.
    fn around(&mut self, id: TypeId, undefined: &Undefined) -> Definition {
        let context = Context { parent: id, segment: "Value".to_owned() };
        let places = self.declarations.types[id.0].places.clone();
        Definition::of(Shape::Newtype(self.value_of(undefined.cores.clone(), &places, &context)))
    }

    fn definition(&mut self, undefined: &Undefined) -> Definition {
        let mut decided = self.reader.decide(undefined.cores.clone());
        let node = &mut decided.node;
        if let Some(types) = undefined.types {
            node.types = types;
            node.validated.clear();
        } else if node.types != Types::NULL && !node.is_unlimited() {
            // What may be null is an `Option` of this type.
            node.types = node.types.without(Types::NULL);
        }
        let mut definition = self.shape(undefined.id, &decided);
        let branches = decided.branches.iter().map(|branches| (branches.place.clone(), branches.keyword));
        definition.taken = decided.cores.taken().cloned().chain(branches).collect();
        if let Shape::Newtype(value) = &mut definition.shape
            && undefined.null == Null::Inside
        {
            value.nullable = decided.is_optional(value);
        }
        definition
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
