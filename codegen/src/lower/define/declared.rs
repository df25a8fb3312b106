//! Types without final names: what each is made from, and what it becomes.

use std::collections::{BTreeMap, BTreeSet};

use crate::lower::names::{Context, NameRequest};
use crate::lower::read::{Branches, Cores, Types};
use crate::model::{Shape, Subschema, TypeId};
use crate::resolve::Place;
use thoth_messaging_documents::Draft;

/// All types of a set.
pub(crate) struct Definitions {
    pub(crate) types: Vec<Declared>,
    /// The types of the messages, by document.
    pub(crate) messages: Vec<(usize, TypeId)>,
    /// Schemas that the validator checks as a whole, though a branch of theirs is taken.
    pub(crate) whole: BTreeSet<Place>,
}

/// A type without its final name.
pub(crate) struct Declared {
    pub(crate) name: NameRequest,
    /// The schemas that it is known by.
    pub(crate) places: Vec<Place>,
    /// It keeps the members that it does not declare: another branch of a union may speak of them.
    pub(crate) keeps: bool,
    /// Absent until it is defined.
    pub(crate) definition: Option<Definition>,
}

impl Declared {
    /// Notes that another schema is equal to the one that it is made from.
    pub(super) fn is_also(&mut self, place: &Place, context: &Context) {
        if !self.places.contains(place) {
            self.places.push(place.clone());
            self.name.also(place, context);
        }
    }

    pub(crate) fn shape(&self) -> Option<&Shape> {
        self.definition.as_ref().map(|definition| &definition.shape)
    }

    pub(crate) fn shape_mut(&mut self) -> Option<&mut Shape> {
        self.definition.as_mut().map(|definition| &mut definition.shape)
    }
}

/// The outcome for a type.
pub(crate) struct Definition {
    pub(crate) shape: Shape,
    pub(crate) sensitive: bool,
    pub(crate) validated: Vec<Subschema>,
    /// The fields or variants, by their number.
    pub(crate) members: Vec<MemberPlaces>,
    /// The branches of a union that a value takes one of only.
    pub(crate) exclusive: Option<Branches>,
    /// Branches of a union may take the same value.
    pub(crate) overlaps: bool,
    /// The `anyOf` and `oneOf` of which the type is a branch, or all of them.
    pub(crate) taken: BTreeSet<(Place, &'static str)>,
}

impl Definition {
    pub(super) fn of(shape: Shape) -> Self {
        Self {
            shape,
            sensitive: false,
            validated: Vec::new(),
            members: Vec::new(),
            exclusive: None,
            overlaps: false,
            taken: BTreeSet::new(),
        }
    }
}

/// The places that speak of a field or a variant.
pub(crate) struct MemberPlaces {
    pub(crate) schemas: Vec<Place>,
    /// The schema that its default stands in.
    pub(crate) default: Option<Place>,
}

/// A type that is declared, and what it is made from.
pub(super) struct Undefined {
    pub(super) id: TypeId,
    pub(super) cores: Cores,
    /// A variant of a union has some of its types alone.
    pub(super) types: Option<Types>,
    pub(super) null: Null,
}

/// The role of `null` where a type is defined.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Null {
    /// It is in an `Option` where the type is used.
    Outside,
    /// The type holds an `Option`: that of a message.
    Inside,
    /// The type holds an `Option` of a type with a name.
    Around,
}

/// A schema that has a title: its text, its draft and, where it refers to others, the resource that it stands in.
pub(super) type Titled = (String, Draft, Option<String>);

/// The types that were met so far.
#[derive(Default)]
pub(super) struct Declarations {
    pub(super) types: Vec<Declared>,
    /// Types by the schemas that they were made from, sorted.
    pub(super) known: BTreeMap<Cores, TypeId>,
    /// Types by what their schema says, where a title alone names it: equal schemas of one title are one type.
    pub(super) titled: BTreeMap<Titled, TypeId>,
    undefined: Vec<Undefined>,
}

impl Declarations {
    /// Notes that there is a type, to be defined later.
    pub(super) fn declare(
        &mut self,
        name: NameRequest,
        places: Vec<Place>,
        cores: Cores,
        types: Option<Types>,
        null: Null,
    ) -> TypeId {
        let id = self.add(Declared { name, places, keeps: false, definition: None });
        self.undefined.push(Undefined { id, cores, types, null });
        id
    }

    pub(super) fn add(&mut self, declared: Declared) -> TypeId {
        self.types.push(declared);
        TypeId(self.types.len() - 1)
    }

    /// The next type that is not defined.
    pub(super) fn next(&mut self) -> Option<Undefined> {
        self.undefined.pop()
    }

    /// Notes that a type keeps the members that it does not declare.
    pub(super) fn keep(&mut self, id: TypeId) {
        self.types[id.0].keeps = true;
    }
}
