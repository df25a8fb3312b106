//! The names that a user chose for types and fields.

use std::collections::BTreeMap;

use super::path::{NAMED, chosen_twice, place, selects_nothing};
use crate::choices::{Choice, Choices};
use crate::diagnostic::Diagnostic;
use crate::resolve::{Place, Resolved};

/// Names that were chosen, by the places that they are for.
pub(crate) struct ChosenNames {
    pub(crate) types: BTreeMap<Place, String>,
    pub(crate) fields: BTreeMap<Place, String>,
}

impl ChosenNames {
    pub(crate) fn of(resolved: &Resolved, choices: &Choices, diagnostics: &mut Vec<Diagnostic>) -> Self {
        let types = by_place(resolved, &choices.type_names, diagnostics);
        let fields = by_place(resolved, &choices.field_names, diagnostics);
        Self { types, fields }
    }
}

fn by_place(
    resolved: &Resolved,
    choices: &[Choice<String>],
    diagnostics: &mut Vec<Diagnostic>,
) -> BTreeMap<Place, String> {
    let mut names = BTreeMap::new();
    for choice in choices {
        let Some(place) = place(resolved, &choice.path) else {
            diagnostics.push(selects_nothing(choice).help(NAMED));
            continue;
        };
        if let Some(other) = names.insert(place, choice.value.clone()) {
            diagnostics.push(chosen_twice(choice, &other, &choice.value));
        }
    }
    names
}
