//! The way through all types with the schemas that look at their values, until no type is looked at by more.

use std::collections::{BTreeMap, BTreeSet};

use super::rules::Names;
use super::view::{Looking, Scope, View};
use crate::lower::define::{Declared, Definition};
use crate::lower::subschemas::subschemas;
use crate::model::{Check, Others, Route, Shape, Struct, Subschema, Type, TypeId, Union, Use};
use crate::resolve::{Place, Resolved};

/// A value that more schemas look at is taken to be looked at in every part.
const MAX_LOOKING: usize = 256;

/// The members of a struct on which something depends that looks at its values.
#[derive(Clone, Debug, Default)]
pub(super) struct Told {
    pub(super) members: Names,
    /// It depends on each member that is added.
    pub(super) added: bool,
    /// It depends on members that the struct does not declare.
    pub(super) others: bool,
}

/// The schemas that look at a value.
#[derive(Clone, Debug, Default)]
struct Lookers {
    /// It is compared with others, in every part.
    all: bool,
    places: BTreeSet<Looking>,
}

impl Lookers {
    /// Takes in more of them; tells whether there are more.
    fn add(&mut self, more: Self) -> bool {
        let before = (self.all, self.places.len());
        self.all |= more.all;
        self.places.extend(more.places);
        self.all |= self.places.len() > MAX_LOOKING;
        if self.all {
            self.places.clear();
        }
        before != (self.all, self.places.len())
    }

    fn view(&self, resolved: &Resolved, taken: &BTreeSet<(Place, &'static str)>) -> View {
        let view = View::of(resolved, &self.places, taken);
        View { all: view.all || self.all, ..view }
    }
}

pub(super) struct Walk<'a> {
    resolved: &'a Resolved,
    types: &'a [Declared],
    /// The places of the schemas that the validator checks.
    checked: BTreeMap<Subschema, Place>,
    lookers: Vec<Lookers>,
    /// The branches that were taken, by type.
    taken: Vec<BTreeSet<(Place, &'static str)>>,
    told: Vec<Told>,
    open: Vec<TypeId>,
}

impl<'a> Walk<'a> {
    pub(super) fn of(resolved: &'a Resolved, types: &'a [Declared]) -> Self {
        let subschema = |place: &Place| Some((subschemas(resolved, std::slice::from_ref(place)).pop()?, place.clone()));
        let checked = resolved.places().filter_map(subschema).collect();
        let taken = types.iter().map(|ty| ty.definition.as_ref().map(|it| it.taken.clone()).unwrap_or_default());
        Self {
            resolved,
            types,
            checked,
            lookers: vec![Lookers::default(); types.len()],
            taken: taken.collect(),
            told: vec![Told::default(); types.len()],
            open: Vec::new(),
        }
    }

    /// Returns what each type has to tell apart.
    pub(super) fn told(mut self) -> Vec<Told> {
        for (id, declared) in self.types.iter().enumerate() {
            let Some(definition) = &declared.definition else { continue };
            let places = self.beside(&definition.validated).collect();
            self.lookers[id].add(Lookers { all: false, places });
            self.open.push(TypeId(id));
        }
        while let Some(id) = self.open.pop() {
            if let Some(definition) = &self.types[id.0].definition {
                self.look(id, definition);
            }
        }
        self.told
    }

    fn beside(&self, checked: &[Subschema]) -> impl Iterator<Item = Looking> {
        checked.iter().filter_map(|subschema| self.checked.get(subschema)).map(|place| (place.clone(), Scope::Beside))
    }

    /// Looks at the values of a type, as all those do that are known to.
    fn look(&mut self, id: TypeId, definition: &Definition) {
        match &definition.shape {
            Shape::Struct(object) => self.look_at_members(id, object),
            Shape::Union(union) => self.look_at_variants(id, definition, union),
            Shape::Newtype(value) => self.give(value, self.lookers[id.0].clone()),
            Shape::Enumeration(_) | Shape::Own(_) => {}
        }
    }

    fn look_at_members(&mut self, id: TypeId, object: &Struct) {
        let view = self.lookers[id.0].view(self.resolved, &self.taken[id.0]);
        for field in &object.fields {
            self.give(&field.value, Lookers { all: view.all, places: view.member(&field.wire) });
        }
        if let Others::Kept { value, .. } = &object.others {
            self.give(value, Lookers { all: view.all, places: view.any_member() });
        }
        let declared: BTreeSet<&String> =
            object.fields.iter().map(|field| &field.wire).chain(&object.refused).collect();
        let told = &mut self.told[id.0];
        let every = view.all || view.any;
        told.others |= every || !view.others.is_empty() || !view.names.iter().all(|name| declared.contains(name));
        told.added |= view.added;
        told.members.all |= every;
        told.members.names.extend(view.names);
    }

    fn look_at_variants(&mut self, id: TypeId, definition: &Definition, union: &Union) {
        let taken = self.taken[id.0].clone();
        for (number, variant) in union.variants.iter().enumerate() {
            let mut lookers = self.lookers[id.0].clone();
            if definition.overlaps {
                lookers.places.extend(rivals(definition, union, number));
            }
            if let Type::Named(variant) = variant.value.ty {
                self.taken[variant.0].extend(taken.iter().cloned());
            }
            self.give(&variant.value, lookers);
        }
    }

    /// Has a value looked at, and what is in it.
    fn give(&mut self, value: &Use, mut lookers: Lookers) {
        let mut is_compared = false;
        for check in &value.checks {
            match check {
                Check::Validated(checked) => lookers.places.extend(self.beside(checked).collect::<Vec<_>>()),
                Check::UniqueItems => is_compared = true,
                _ => {}
            }
        }
        match &value.ty {
            Type::Named(id) if self.lookers[id.0].add(lookers.clone()) => self.open.push(*id),
            Type::Array(item) => {
                let items = self.items(&lookers, is_compared);
                self.give(item, items);
            }
            Type::Tuple(all) => {
                let items = self.items(&lookers, is_compared);
                for item in all {
                    self.give(item, items.clone());
                }
            }
            Type::Map(item) => {
                let view = lookers.view(self.resolved, &BTreeSet::new());
                self.give(item, Lookers { all: view.all, places: view.any_member() });
            }
            _ => {}
        }
    }

    fn items(&self, lookers: &Lookers, is_compared: bool) -> Lookers {
        let view = lookers.view(self.resolved, &BTreeSet::new());
        Lookers { all: view.all || is_compared, places: view.items }
    }
}

/// The branches that may take a value of a variant instead: those that are tried before it or, where no two may, all others.
fn rivals(definition: &Definition, union: &Union, number: usize) -> BTreeSet<Looking> {
    let tries = union.routes.values().filter_map(|route| match route {
        Route::Try { variants, exclusive } => Some((variants, *exclusive)),
        _ => None,
    });
    let rivals = tries.filter(|(variants, _)| variants.contains(&number)).flat_map(|(variants, exclusive)| {
        let before = move |other: &&usize| exclusive && **other != number || **other < number;
        variants.iter().filter(before)
    });
    let branches = rivals.filter_map(|rival| definition.members.get(*rival)).flat_map(|member| &member.schemas);
    branches.map(|branch| (branch.clone(), Scope::Whole)).collect()
}
