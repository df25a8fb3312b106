//! What follows from a model as a whole: which fields need a box, which types have no floats in them.

use std::collections::BTreeSet;

use crate::model::{Model, Others, Shape, Type, TypeId, Use};

/// Facts about the types of a model.
#[derive(Debug)]
pub(crate) struct Facts {
    /// Pairs of types of which the first holds the second directly, and the second leads back to the first.
    boxed: BTreeSet<(TypeId, TypeId)>,
    floats: BTreeSet<TypeId>,
}

impl Facts {
    pub(crate) fn of(model: &Model) -> Self {
        let ids: Vec<TypeId> = (0..model.types.len()).map(TypeId).collect();
        let direct: Vec<BTreeSet<TypeId>> = ids.iter().map(|id| held(model, *id, false)).collect();
        let all: Vec<BTreeSet<TypeId>> = ids.iter().map(|id| held(model, *id, true)).collect();
        let mut boxed = BTreeSet::new();
        for id in &ids {
            let back = direct[id.0].iter().filter(|held| reach(&direct, **held).contains(id));
            boxed.extend(back.map(|held| (*id, *held)));
        }
        let own_floats: BTreeSet<TypeId> = ids.iter().copied().filter(|id| has_float(model, *id)).collect();
        let floats = ids.iter().copied().filter(|id| !reach(&all, *id).is_disjoint(&own_floats)).collect();
        Self { boxed, floats }
    }

    /// Whether a type that a type holds directly has to be behind a `Box` there.
    pub(crate) fn is_boxed(&self, holder: TypeId, held: TypeId) -> bool {
        self.boxed.contains(&(holder, held))
    }

    /// Whether the values of a type are equal to themselves, as floats may not be.
    pub(crate) fn is_eq(&self, id: TypeId) -> bool {
        !self.floats.contains(&id)
    }
}

/// A type and all that it leads to.
fn reach(edges: &[BTreeSet<TypeId>], from: TypeId) -> BTreeSet<TypeId> {
    let mut reached = BTreeSet::from([from]);
    let mut open = vec![from];
    while let Some(id) = open.pop() {
        open.extend(edges[id.0].iter().filter(|next| reached.insert(**next)));
    }
    reached
}

/// The named types that a type holds: directly, or behind arrays and maps too.
fn held(model: &Model, id: TypeId, indirect: bool) -> BTreeSet<TypeId> {
    let mut found = BTreeSet::new();
    for value in uses(model, id) {
        collect(value, indirect, &mut found);
    }
    found
}

fn collect(value: &Use, indirect: bool, found: &mut BTreeSet<TypeId>) {
    match &value.ty {
        Type::Named(id) => drop(found.insert(*id)),
        Type::Array(item) | Type::Map(item) if indirect => collect(item, indirect, found),
        _ => {}
    }
}

fn has_float(model: &Model, id: TypeId) -> bool {
    fn float(value: &Use) -> bool {
        match &value.ty {
            Type::Number => true,
            Type::Array(item) | Type::Map(item) => float(item),
            _ => false,
        }
    }
    uses(model, id).into_iter().any(float)
}

fn uses(model: &Model, id: TypeId) -> Vec<&Use> {
    match &model.get(id).shape {
        Shape::Struct(object) => {
            let kept = match &object.others {
                Others::Kept { value, .. } => Some(value),
                _ => None,
            };
            object.fields.iter().map(|field| &field.value).chain(kept).collect()
        }
        Shape::Enumeration(_) => Vec::new(),
        Shape::Union(variants) => variants.iter().map(|variant| &variant.value).collect(),
        Shape::Newtype(value) => vec![value],
    }
}
