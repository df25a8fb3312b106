//! The third stage of lowering: final names, keys, defaults, and the schemas that generated code holds.

mod defaults;
mod keep;
mod key;
mod messages;
mod presence;
mod schemas;

use std::collections::{BTreeMap, BTreeSet};

use super::chosen::{ChosenNames, Selection};
use super::define::{Declared, Definitions, Sensitive};
use super::names;
use super::read::{is_deprecated, text};
use crate::choices::Choices;
use crate::diagnostic::{Diagnostic, Severity};
use crate::model::{Chosen, Model, Presence, Shape, Type, TypeDef, TypeId, Use};
use crate::oracle::Oracle;
use crate::resolve::{Place, Resolved};

/// The facts that finishing asks for: the schemas, and what a user chose.
pub(super) struct Known<'a, 'd> {
    pub(super) resolved: &'a Resolved,
    pub(super) oracle: &'d Oracle<'a>,
    pub(super) sensitive: &'d Sensitive,
    pub(super) choices: &'d Choices,
    pub(super) names: &'d ChosenNames,
}

/// Names the types, resolves the keys, checks the defaults.
pub(super) fn finish(known: &Known<'_, '_>, definitions: Definitions, diagnostics: &mut Vec<Diagnostic>) -> Model {
    let resolved = known.resolved;
    let Definitions { mut types, messages: roots, whole } = definitions;
    let requests: Vec<_> = types.iter().map(|declared| &declared.name).collect();
    let names = names::assign(&requests, &chosen_names(known.names, &types), resolved, diagnostics);
    keep::validate_whole(resolved, &whole, &mut types);
    presence::tell_apart(resolved, &mut types);
    keep::keep_members(known.sensitive, &mut types);
    rename_fields(&names, &mut types);
    let members = Members::of(&types);
    let places = types.iter().map(|declared| declared.places.clone()).collect();
    let selection = Selection { resolved, places, members: members.places };
    let mut types: Vec<TypeDef> =
        types.into_iter().zip(names).map(|(declared, name)| type_def(resolved, declared, name)).collect();
    let messages: BTreeSet<TypeId> = roots.iter().map(|(_, id)| *id).collect();
    selection.replace(&known.choices.replaced, &messages, &mut types, diagnostics);
    let checked = defaults::TypeSchemas { types: &types, branches: &members.branches, resolved, oracle: known.oracle };
    let (taken, endless) = defaults::check(&checked, &members.defaults, diagnostics);
    for (id, number) in endless {
        if let Shape::Struct(object) = &mut types[id.0].shape {
            object.fields[number].presence = Presence::Optional;
        }
    }
    let (schemas, numbers) = schemas::collect(resolved, roots.iter().map(|(document, _)| *document));
    let messages = messages::messages(resolved, &roots, &types, &numbers, diagnostics);
    let mut model = Model { types, messages, schemas, numbers, taken, chosen: Chosen::default() };
    names::name_required(&mut model);
    // After a mistake, what was chosen for a type that is missing is no second one.
    let is_about_schemas = |other: &Diagnostic| other.severity == Severity::Error && !other.code.starts_with("S06");
    if !diagnostics.iter().any(is_about_schemas) {
        selection.choose(known.choices, &mut model, diagnostics);
    }
    model
}

/// The chosen names of types, by the number of the type.
fn chosen_names(names: &ChosenNames, types: &[Declared]) -> BTreeMap<usize, (String, Place)> {
    let number = |place: &Place| types.iter().position(|declared| declared.places.contains(place));
    let names = names.types.iter();
    names.filter_map(|(place, name)| Some((number(place)?, (name.clone(), place.clone())))).collect()
}

/// In a script without upper and lower case a field may be named as a type is, which a variable must not be.
fn rename_fields(names: &[String], types: &mut [Declared]) {
    for declared in types {
        let Some(Shape::Struct(object)) = declared.shape_mut() else { continue };
        for field in object.fields.iter_mut().filter(|field| names.contains(&field.name)) {
            field.name.push('_');
        }
    }
}

fn type_def(resolved: &Resolved, declared: Declared, name: String) -> TypeDef {
    let description = text(resolved, &declared.places, "description");
    let deprecated = is_deprecated(resolved, &declared.places);
    let (shape, sensitive, validated) = match declared.definition {
        Some(definition) => (definition.shape, definition.sensitive, definition.validated),
        None => (Shape::Newtype(Use::of(Type::Any)), false, Vec::new()),
    };
    TypeDef { name, description, deprecated, sensitive, validated, shape }
}

/// The places that speak of fields and variants, by the type and the number there.
struct Members {
    places: BTreeMap<(TypeId, usize), Vec<Place>>,
    /// The branch of each variant.
    branches: BTreeMap<(TypeId, usize), Place>,
    /// The schemas that defaults of fields stand in.
    defaults: BTreeMap<(TypeId, usize), Place>,
}

impl Members {
    fn of(types: &[Declared]) -> Self {
        let mut all = Self { places: BTreeMap::new(), branches: BTreeMap::new(), defaults: BTreeMap::new() };
        for (id, declared) in types.iter().enumerate() {
            let Some(definition) = &declared.definition else { continue };
            for (number, member) in definition.members.iter().enumerate() {
                let site = (TypeId(id), number);
                all.places.insert(site, member.schemas.clone());
                all.defaults.extend(member.default.clone().map(|default| (site, default)));
                if let (Shape::Union(_), [branch]) = (&definition.shape, member.schemas.as_slice()) {
                    all.branches.insert(site, branch.clone());
                }
            }
        }
        all
    }
}
