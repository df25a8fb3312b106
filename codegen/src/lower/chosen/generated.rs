//! Derives and attributes: what a user chose for the types and members that are generated.

use std::collections::{BTreeMap, BTreeSet};

use super::path::{MEMBERS, NAMED, place, selects_nothing, types_of};
use super::select::Selection;
use crate::choices::{Choice, Choices};
use crate::diagnostic::Diagnostic;
use crate::facts::Facts;
use crate::model::{Chosen, Model, Shape, TypeId};

impl Selection<'_> {
    /// Gives the types and fields that are generated what was chosen for them.
    pub(crate) fn choose(&self, choices: &Choices, model: &mut Model, diagnostics: &mut Vec<Diagnostic>) {
        let mut generated: BTreeSet<TypeId> = Facts::of(model).order().iter().copied().collect();
        generated.retain(|id| !matches!(model.get(*id).shape, Shape::Own(_)));
        let mut generated = Generated { selection: self, model, ids: generated, diagnostics };
        let derives = gather(generated.select_types(&choices.derives));
        let types = gather(generated.select_types(&choices.type_attributes));
        let members = gather(generated.select_members(&choices.field_attributes));
        generated.check_names(choices);
        model.chosen = Chosen { derives, types, members };
    }
}

/// The types that are generated, for choices to select among.
struct Generated<'a, 'b> {
    selection: &'b Selection<'a>,
    model: &'b Model,
    ids: BTreeSet<TypeId>,
    diagnostics: &'b mut Vec<Diagnostic>,
}

impl Generated<'_, '_> {
    fn types(&self, path: &str) -> Vec<TypeId> {
        let mut selected = self.selection.types(&self.model.types, path);
        selected.retain(|id| self.ids.contains(id));
        selected
    }

    fn members(&self, path: &str) -> Vec<(TypeId, usize)> {
        let mut selected = self.selection.members(&self.model.types, path);
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
        let is_place = |choice: &Choice<String>| place(self.selection.resolved, &choice.path).is_some();
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
