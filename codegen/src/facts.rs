//! What follows from a model as a whole: the order of its types, which fields need a box, which types have no floats.

mod size;

use std::collections::BTreeSet;

use crate::model::{Model, Others, Shape, Struct, Type, TypeId, Use};

/// Facts about the types of a model.
#[derive(Debug)]
pub(crate) struct Facts {
    order: Vec<TypeId>,
    /// Types in one group lead directly back to each other.
    groups: Vec<usize>,
    /// Pairs of types of which the first holds the second directly.
    direct: Vec<Vec<TypeId>>,
    /// Types that others hold behind a `Box`.
    large: BTreeSet<TypeId>,
    /// Types that hold even those in place.
    newtypes: BTreeSet<TypeId>,
    floats: BTreeSet<TypeId>,
    /// Types with maps of typed values.
    maps: BTreeSet<TypeId>,
    /// Enumerations, whose values are written as they were read.
    constants: BTreeSet<TypeId>,
}

impl Facts {
    pub(crate) fn of(model: &Model) -> Self {
        let ids: Vec<TypeId> = (0..model.types.len()).map(TypeId).collect();
        let direct: Vec<Vec<TypeId>> = ids.iter().map(|id| held(model, *id, false)).collect();
        let all: Vec<Vec<TypeId>> = ids.iter().map(|id| held(model, *id, true)).collect();
        let own_floats = ids.iter().copied().filter(|id| has_float(model, *id));
        let mut floats = BTreeSet::new();
        walk(&reversed(&all), own_floats, &mut floats);
        let own_maps = ids.iter().copied().filter(|id| has_map(model, *id));
        let mut maps = BTreeSet::new();
        walk(&reversed(&all), own_maps, &mut maps);
        // Messages come by name, each with the types that only it and what follows need.
        let mut order = Vec::new();
        let messages: Vec<TypeId> = model.messages.iter().map(|message| message.type_id).collect();
        let mut seen: BTreeSet<TypeId> = messages.iter().copied().collect();
        for message in messages {
            order.push(message);
            order.extend(walk(&all, all[message.0].iter().copied(), &mut seen));
        }
        let is_constant = |id: &TypeId| matches!(model.get(*id).shape, Shape::Enumeration(_));
        let constants = ids.iter().copied().filter(is_constant).collect();
        let groups = groups(&direct);
        let sizes = size::sizes(model, &groups);
        let large = ids.iter().copied().filter(|id| sizes[id.0] > size::MAX_INLINE).collect();
        let newtypes = ids.into_iter().filter(|id| size::is_newtype(model, *id)).collect();
        Self { order, groups, direct, large, newtypes, floats, maps, constants }
    }

    /// The types in the order in which a person reads them.
    pub(crate) fn order(&self) -> &[TypeId] {
        &self.order
    }

    /// Tells whether a type that a type holds directly has to be behind a `Box` there: it leads back, or it is large.
    pub(crate) fn is_boxed(&self, holder: TypeId, held: TypeId) -> bool {
        let holds = self.direct.get(holder.0).is_some_and(|direct| direct.contains(&held));
        let is_large = self.large.contains(&held) && !self.newtypes.contains(&holder);
        holds && (is_large || self.groups[holder.0] == self.groups[held.0])
    }

    /// Returns whether values that are not the same in JSON are never the same in Rust: a struct fills in defaults and leaves
    /// out what the schema does not name, a float is rounded.
    pub(crate) fn is_lossless(&self, value: &Use) -> bool {
        match &value.ty {
            Type::Any | Type::Null | Type::Boolean | Type::Integer(_) | Type::String => true,
            // A type of a format is compared by its value, not by its text.
            Type::Number | Type::Mapped(_) => false,
            Type::Array(item) | Type::Map(item) => self.is_lossless(item),
            Type::Tuple(items) => items.iter().all(|item| self.is_lossless(item)),
            Type::Named(id) => self.constants.contains(id),
        }
    }

    /// Returns whether the values of a type are equal to themselves, as floats may not be.
    pub(crate) fn is_eq(&self, id: TypeId) -> bool {
        !self.floats.contains(&id)
    }

    /// Returns whether the values of a type hold maps of typed values, which may have no hash.
    pub(crate) fn has_maps(&self, id: TypeId) -> bool {
        self.maps.contains(&id)
    }
}

/// All that some types lead to, themselves included, as it is first met; what was seen before is left out.
fn walk(
    edges: &[Vec<TypeId>],
    from: impl DoubleEndedIterator<Item = TypeId>,
    seen: &mut BTreeSet<TypeId>,
) -> Vec<TypeId> {
    let mut open: Vec<TypeId> = from.rev().collect();
    let mut found = Vec::new();
    while let Some(id) = open.pop() {
        if seen.insert(id) {
            found.push(id);
            open.extend(edges[id.0].iter().rev());
        }
    }
    found
}

fn reversed(edges: &[Vec<TypeId>]) -> Vec<Vec<TypeId>> {
    let mut reversed = vec![Vec::new(); edges.len()];
    for (from, targets) in edges.iter().enumerate() {
        for to in targets {
            reversed[to.0].push(TypeId(from));
        }
    }
    reversed
}

/// The number of each type's strongly connected component, by Kosaraju's algorithm.
fn groups(edges: &[Vec<TypeId>]) -> Vec<usize> {
    let mut seen = vec![false; edges.len()];
    let mut finished = Vec::new();
    for start in 0..edges.len() {
        let mut open = vec![(TypeId(start), 0)];
        while let Some((id, next)) = open.pop() {
            if next == 0 && std::mem::replace(&mut seen[id.0], true) {
                continue;
            }
            match edges[id.0].get(next) {
                Some(target) => open.extend([(id, next + 1), (*target, 0)]),
                None => finished.push(id),
            }
        }
    }
    let back = reversed(edges);
    let mut groups = vec![0; edges.len()];
    let mut grouped = BTreeSet::new();
    for (number, id) in finished.into_iter().rev().enumerate() {
        for member in walk(&back, std::iter::once(id), &mut grouped) {
            groups[member.0] = number;
        }
    }
    groups
}

/// The named types that a type holds, in its order: directly, or behind arrays and maps too.
fn held(model: &Model, id: TypeId, indirect: bool) -> Vec<TypeId> {
    let mut known = BTreeSet::new();
    let mut found = Vec::new();
    for value in uses(model, id) {
        found.extend(named(value, indirect).into_iter().filter(|id| known.insert(*id)));
    }
    found
}

fn named(value: &Use, indirect: bool) -> Vec<TypeId> {
    match &value.ty {
        Type::Named(id) => vec![*id],
        Type::Array(item) | Type::Map(item) if indirect => named(item, indirect),
        Type::Tuple(items) => items.iter().flat_map(|item| named(item, indirect)).collect(),
        _ => Vec::new(),
    }
}

fn has_map(model: &Model, id: TypeId) -> bool {
    fn is_typed(value: &Use) -> bool {
        value.ty != Type::Any || !value.checks.is_empty()
    }
    fn map(value: &Use) -> bool {
        match &value.ty {
            Type::Map(item) => is_typed(item),
            Type::Array(item) => map(item),
            Type::Tuple(items) => items.iter().any(map),
            _ => false,
        }
    }
    let keeps = match &model.get(id).shape {
        Shape::Struct(Struct { others: Others::Kept { value, .. }, .. }) => is_typed(value),
        _ => false,
    };
    keeps || uses(model, id).into_iter().any(map)
}

fn has_float(model: &Model, id: TypeId) -> bool {
    fn float(value: &Use) -> bool {
        match &value.ty {
            Type::Number => true,
            Type::Array(item) | Type::Map(item) => float(item),
            Type::Tuple(items) => items.iter().any(float),
            _ => false,
        }
    }
    // Of a type of the user's own it is not known.
    matches!(model.get(id).shape, Shape::Own(_)) || uses(model, id).into_iter().any(float)
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
        Shape::Enumeration(_) | Shape::Own(_) => Vec::new(),
        Shape::Union(union) => union.variants.iter().map(|variant| &variant.value).collect(),
        Shape::Newtype(value) => vec![value],
    }
}
