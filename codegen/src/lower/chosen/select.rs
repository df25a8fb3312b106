//! Selects types and members by path, and puts the user's own types in the place of others.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;

use super::path::{chosen_twice, place, selects_nothing, types_of};
use crate::choices::Choice;
use crate::diagnostic::Diagnostic;
use crate::model::{Shape, TypeDef, TypeId};
use crate::resolve::{Place, Resolved};

/// The types and members that a path can select.
pub(crate) struct Selection<'a> {
    pub(crate) resolved: &'a Resolved,
    /// The places that each type is known by.
    pub(crate) places: Vec<Vec<Place>>,
    /// The places of fields and variants, by the type and the number there.
    pub(crate) members: BTreeMap<(TypeId, usize), Vec<Place>>,
}

impl<'a> Selection<'a> {
    /// The types that a path selects.
    pub(super) fn types(&self, types: &[TypeDef], path: &str) -> Vec<TypeId> {
        let ids = (0..types.len()).map(TypeId);
        match place(self.resolved, path) {
            _ if path == "*" => ids.collect(),
            Some(place) => ids.filter(|id| self.places[id.0].contains(&place)).collect(),
            None => ids.filter(|id| types[id.0].name == path).collect(),
        }
    }

    /// The fields and variants that a path selects.
    pub(super) fn members(&self, types: &[TypeDef], path: &str) -> Vec<(TypeId, usize)> {
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
    pub(crate) fn replace(
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
}
