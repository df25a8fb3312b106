//! Members that are kept though no field holds them, and unions that are checked as a whole.

use std::collections::BTreeSet;

use crate::lower::define::{Declared, Sensitive, others_field};
use crate::lower::subschemas::subschemas;
use crate::model::{Others, Shape, Type, TypeId, Use};
use crate::resolve::{Place, Resolved};

/// Has unions checked whose variants are.
///
/// Where the validator checks the whole schema of a `oneOf` in one variant, it refuses what another one takes too, which
/// that one alone accepts: it has to check the union.
pub(super) fn validate_whole(resolved: &Resolved, whole: &BTreeSet<Place>, types: &mut [Declared]) {
    for definition in types.iter_mut().filter_map(|declared| declared.definition.as_mut()) {
        if let Some(branches) = definition.exclusive.as_ref().filter(|branches| whole.contains(&branches.place)) {
            definition.validated.extend(subschemas(resolved, std::slice::from_ref(&branches.place)));
        }
    }
}

/// Gives a field for other members to structs that keep them.
///
/// A struct beside which another branch speaks of the same value keeps what it does not declare, and so does one that
/// the validator looks at.
pub(super) fn keep_members(sensitive: &Sensitive, types: &mut [Declared]) {
    let keeping = all_keeping(types);
    // What is kept is what another branch says, or a schema that only the validator reads.
    let sensitive = sensitive.is_marked();
    for id in keeping {
        let Some(Shape::Struct(object)) = types[id.0].shape_mut() else { continue };
        if matches!(object.others, Others::Ignored) {
            let idents: Vec<String> = object.fields.iter().map(|field| field.name.clone()).collect();
            object.others = Others::Kept { field: others_field(&idents), value: Use::of(Type::Any), sensitive };
        }
    }
}

/// The types that keep what they do not declare: with a union, its variants.
fn all_keeping(types: &[Declared]) -> BTreeSet<TypeId> {
    let is_validated = |declared: &Declared| declared.definition.as_ref().is_some_and(|it| !it.validated.is_empty());
    let keeping = types.iter().enumerate().filter(|(_, declared)| declared.keeps || is_validated(declared));
    let mut open: Vec<TypeId> = keeping.map(|(index, _)| TypeId(index)).collect();
    let mut all = BTreeSet::new();
    while let Some(id) = open.pop() {
        if all.insert(id)
            && let Some(Shape::Union(union)) = types[id.0].shape()
        {
            open.extend(union.variants.iter().filter_map(|variant| match variant.value.ty {
                Type::Named(id) => Some(id),
                _ => None,
            }));
        }
    }
    all
}
