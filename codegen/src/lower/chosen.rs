//! What a user chose for types and fields: which of them a path selects.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;

use super::{Lowered, Lowering};
use crate::choices::{Choice, Choices};
use crate::diagnostic::Diagnostic;
use crate::facts::Facts;
use crate::model::{Chosen, Model, Shape, TypeDef, TypeId};
use crate::resolve::{Place, Resolved};

/// The members of types by the places of their schemas: fields and variants by their numbers.
pub(super) type Members = BTreeMap<(TypeId, usize), Vec<Place>>;

/// Names that were chosen, by the places that they are for.
#[derive(Default)]
pub(super) struct Names {
    pub(super) types: BTreeMap<Place, String>,
    pub(super) fields: BTreeMap<Place, String>,
}

impl Names {
    pub(super) fn of(lowering: &mut Lowering<'_>) -> Self {
        let choices = lowering.choices;
        let types = lowering.named(&choices.type_names);
        let fields = lowering.named(&choices.field_names);
        Self { types, fields }
    }
}

impl Lowering<'_> {
    fn named(&mut self, choices: &[Choice<String>]) -> BTreeMap<Place, String> {
        let mut names = BTreeMap::new();
        for choice in choices {
            let Some(place) = place(self.resolved, &choice.path) else {
                self.diagnostics.push(selects_nothing(choice).help(NAMED));
                continue;
            };
            if let Some(other) = names.insert(place, choice.value.clone()) {
                self.diagnostics.push(chosen_twice(choice, &other, &choice.value));
            }
        }
        names
    }

    /// The chosen names of types, by the number of the type.
    pub(super) fn chosen_types(&self) -> BTreeMap<usize, (String, Place)> {
        let number = |place: &Place| self.types.iter().position(|lowered| lowered.places.contains(place));
        let names = self.names.types.iter();
        names.filter_map(|(place, name)| Some((number(place)?, (name.clone(), place.clone())))).collect()
    }

    /// The chosen name of a field, by the places of its schemas.
    pub(super) fn chosen_field(&self, places: &[Place]) -> Option<String> {
        places.iter().find_map(|place| self.names.fields.get(place)).cloned()
    }

    /// The members of all types by the places of their schemas.
    pub(super) fn members(&self) -> Members {
        let variants = self.branches.iter().map(|(site, place)| (*site, vec![place.clone()]));
        self.fields.iter().map(|(site, places)| (*site, places.clone())).chain(variants).collect()
    }
}

/// What a path is looked up in.
pub(super) struct Known<'a> {
    pub(super) resolved: &'a Resolved,
    /// The places that each type is known by.
    pub(super) places: Vec<Vec<Place>>,
    pub(super) members: Members,
}

impl<'a> Known<'a> {
    pub(super) fn of(resolved: &'a Resolved, types: &[Lowered], members: Members) -> Self {
        Self { resolved, places: types.iter().map(|lowered| lowered.places.clone()).collect(), members }
    }

    /// The types that a path selects.
    fn types(&self, types: &[TypeDef], path: &str) -> Vec<TypeId> {
        let ids = (0..types.len()).map(TypeId);
        match place(self.resolved, path) {
            _ if path == "*" => ids.collect(),
            Some(place) => ids.filter(|id| self.places[id.0].contains(&place)).collect(),
            None => ids.filter(|id| types[id.0].name == path).collect(),
        }
    }

    /// The fields and variants that a path selects.
    fn fields(&self, types: &[TypeDef], path: &str) -> Vec<(TypeId, usize)> {
        if let Some(place) = place(self.resolved, path) {
            return self.members.iter().filter(|(_, places)| places.contains(&place)).map(|(site, _)| *site).collect();
        }
        let Some((name, member)) = path.split_once('.') else { return Vec::new() };
        let named = types.iter().enumerate().filter(|(_, ty)| ty.name == name);
        let found = named.filter_map(|(id, ty)| {
            let all: Vec<&String> = match &ty.shape {
                Shape::Struct(object) => object.fields.iter().map(|field| &field.name).collect(),
                Shape::Enumeration(constants) => constants.iter().map(|constant| &constant.name).collect(),
                Shape::Union(union) => union.variants.iter().map(|variant| &variant.name).collect(),
                Shape::Newtype(_) | Shape::Own(_) => Vec::new(),
            };
            let index = all.into_iter().position(|name| name == member)?;
            Some((TypeId(id), index))
        });
        found.collect()
    }

    /// Puts the user's own types in the place of others.
    pub(super) fn replace(
        &self,
        choices: &[Choice<TokenStream>],
        messages: &BTreeSet<TypeId>,
        types: &mut [TypeDef],
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        for choice in choices {
            let selected = self.types(types, &choice.path);
            if selected.is_empty() {
                diagnostics.push(selects_nothing(choice).help(types_of(types.iter())));
            }
            for id in selected {
                let ty = &mut types[id.0];
                if messages.contains(&id) {
                    let message = format!("`{}` is to replace `{}`, which is a message", choice.shown(), ty.name);
                    diagnostics.push(
                        Diagnostic::error("S0606", message, None)
                            .help("replace what stands in it; a message is generated from its schema"),
                    );
                } else if let Shape::Own(other) = &ty.shape {
                    diagnostics.push(chosen_twice(choice, other, &choice.value));
                } else {
                    ty.shape = Shape::Own(choice.value.clone());
                    ty.validated.clear();
                }
            }
        }
    }

    /// Gives the types and fields that are generated what was chosen for them.
    pub(super) fn choose(&self, choices: &Choices, model: &mut Model, diagnostics: &mut Vec<Diagnostic>) {
        let mut generated: BTreeSet<TypeId> = Facts::of(model).order().iter().copied().collect();
        generated.retain(|id| !matches!(model.get(*id).shape, Shape::Own(_)));
        let mut generated = Generated { known: self, model, ids: generated, diagnostics };
        let derives = gather(generated.select_types(&choices.derives));
        let types = gather(generated.select_types(&choices.type_attributes));
        let members = gather(generated.select_members(&choices.field_attributes));
        generated.check_names(choices);
        model.chosen = Chosen { derives, types, members };
    }
}

/// The types that are generated, for choices to select among.
struct Generated<'a, 'b> {
    known: &'b Known<'a>,
    model: &'b Model,
    ids: BTreeSet<TypeId>,
    diagnostics: &'b mut Vec<Diagnostic>,
}

impl Generated<'_, '_> {
    fn types(&self, path: &str) -> Vec<TypeId> {
        let mut selected = self.known.types(&self.model.types, path);
        selected.retain(|id| self.ids.contains(id));
        selected
    }

    fn members(&self, path: &str) -> Vec<(TypeId, usize)> {
        let mut selected = self.known.fields(&self.model.types, path);
        selected.retain(|(id, _)| self.ids.contains(id));
        selected
    }

    fn select_types<'c, T>(&mut self, choices: &'c [Choice<T>]) -> Vec<(TypeId, &'c T)> {
        let mut all = Vec::new();
        for choice in choices {
            let selected = self.types(&choice.path);
            if selected.is_empty() && choice.path != "*" {
                let names = types_of(self.ids.iter().map(|id| self.model.get(*id)));
                self.diagnostics.push(selects_nothing(choice).help(names));
            }
            all.extend(selected.into_iter().map(|id| (id, &choice.value)));
        }
        all
    }

    fn select_members<'c, T>(&mut self, choices: &'c [Choice<T>]) -> Vec<((TypeId, usize), &'c T)> {
        let mut all = Vec::new();
        for choice in choices {
            let selected = self.members(&choice.path);
            if selected.is_empty() {
                self.diagnostics.push(selects_nothing(choice).help(MEMBERS));
            }
            all.extend(selected.into_iter().map(|site| (site, &choice.value)));
        }
        all
    }

    /// Names were given before; here it is whether they were of use. Places that are none were reported.
    fn check_names(&mut self, choices: &Choices) {
        let is_place = |choice: &Choice<String>| place(self.known.resolved, &choice.path).is_some();
        let is_named = |id: &TypeId, choice: &Choice<String>| self.model.get(*id).name == choice.value;
        let is_field = |(id, _): &(TypeId, usize)| matches!(self.model.get(*id).shape, Shape::Struct(_));
        let types = choices.type_names.iter().filter(|choice| is_place(choice));
        let types = types.filter(|choice| !self.types(&choice.path).iter().any(|id| is_named(id, choice)));
        let fields = choices.field_names.iter().filter(|choice| is_place(choice));
        let fields = fields.filter(|choice| !self.members(&choice.path).iter().any(is_field));
        let unused: Vec<_> = types.chain(fields).map(|choice| selects_nothing(choice).help(NAMED)).collect();
        self.diagnostics.extend(unused);
    }
}

/// All that was chosen for each.
fn gather<K: Ord, T: Clone + Default + IntoIterator + Extend<T::Item>>(chosen: Vec<(K, &T)>) -> BTreeMap<K, T> {
    let mut all: BTreeMap<K, T> = BTreeMap::new();
    for (key, value) in chosen {
        all.entry(key).or_default().extend(value.clone());
    }
    all
}

const NAMED: &str =
    "name the file and the place of a schema in it, as `order.schema.json#/$defs/Line`, of what is generated";
const MEMBERS: &str =
    "select a field as `Order.lines`, or the place of a property, as `order.schema.json#/properties/lines`";

fn selects_nothing<T>(choice: &Choice<T>) -> Diagnostic {
    Diagnostic::error("S0602", format!("`{}` selects nothing", choice.shown()), None)
}

fn chosen_twice<T>(choice: &Choice<T>, one: &impl ToString, other: &impl ToString) -> Diagnostic {
    let shown = |text: &dyn ToString| text.to_string().replace(" :: ", "::").replace(":: ", "::");
    let found = format!("`{}` and `{}`", shown(one), shown(other));
    Diagnostic::error("S0605", format!("`{}` chooses once more what was chosen before", choice.shown()), None)
        .found(found)
        .help("choose once for each type and each field")
}

/// The types that a path can select.
fn types_of<'a>(types: impl IntoIterator<Item = &'a TypeDef>) -> String {
    const MAX_SHOWN: usize = 12;
    let mut names: Vec<&str> = types.into_iter().map(|ty| ty.name.as_str()).collect();
    names.sort_unstable();
    let more = if names.len() > MAX_SHOWN { ", …" } else { "" };
    names.truncate(MAX_SHOWN);
    format!(
        "there are `{}`{more}; `order.schema.json#/$defs/Line` selects what is made from that schema",
        names.join("`, `")
    )
}

/// The place that a path names: a file, and a JSON Pointer in it.
fn place(resolved: &Resolved, path: &str) -> Option<Place> {
    let (file, pointer) = path.split_once('#').unwrap_or((path, ""));
    let document = resolved.documents.iter().position(|document| document.name == file)?;
    let place = Place::new(document, pointer);
    resolved.documents[document].value.pointer(pointer).map(|_| place)
}
