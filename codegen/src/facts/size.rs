//! The sizes of types, as 64-bit machines lay them out: a type that is large stands behind a `Box` in others.
//!
//! Without that, the root of a large schema is as large as the schema, and reading a small payload of it overflows the stack.

use std::cmp::Reverse;

use crate::model::{Model, Others, Presence, Shape, Type, TypeId, Use};

/// A struct or an enum that is larger stands behind a `Box`: some eight texts. Variants that differ by more are what
/// clippy finds too different (`large_enum_variant`).
pub(super) const MAX_INLINE: usize = 200;

/// The size of a pointer, and of what has to be laid out as a pointer is.
const WORD: usize = 8;
/// Texts, arrays and maps.
const TRIPLE: usize = 3 * WORD;
/// A map of `std` with a hasher, and a value of a format with its text: no mapped type is larger.
const LARGE: usize = 8 * WORD;

/// The size of each type, more or less: those that lead back to each other, by their `groups`, are boxed.
///
/// The groups are in topological order: a type comes before what it holds.
pub(super) fn sizes(model: &Model, groups: &[usize]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..groups.len()).collect();
    order.sort_by_key(|id| Reverse(groups[*id]));
    let mut sizes = vec![0; groups.len()];
    for id in order {
        let inline = |held: TypeId| {
            let is_boxed = groups[held.0] == groups[id] || sizes[held.0] > MAX_INLINE && !is_newtype(model, TypeId(id));
            if is_boxed { WORD } else { sizes[held.0] }
        };
        sizes[id] = size(model, TypeId(id), &inline);
    }
    sizes
}

/// Tells whether a type is no more than what it holds: behind a `Box` it would be the same twice.
pub(super) fn is_newtype(model: &Model, id: TypeId) -> bool {
    matches!(model.get(id).shape, Shape::Newtype(_))
}

fn size(model: &Model, id: TypeId, inline: &dyn Fn(TypeId) -> usize) -> usize {
    match &model.get(id).shape {
        Shape::Struct(object) => {
            let fields = object.fields.iter().map(|field| {
                let is_optional = field.presence == Presence::Optional || field.value.nullable;
                size_of_use(&field.value, is_optional, inline)
            });
            let others = if matches!(object.others, Others::Kept { .. }) { LARGE } else { 0 };
            rounded(fields.sum::<usize>() + others)
        }
        // A type of the user's own has the size that it has.
        Shape::Enumeration(_) | Shape::Own(_) => 1,
        Shape::Union(union) => {
            let variants = union.variants.iter().map(|variant| size_of_use(&variant.value, false, inline));
            rounded(variants.max().unwrap_or_default()) + WORD
        }
        Shape::Newtype(value) => size_of_use(value, value.nullable, inline),
    }
}

fn size_of_use(value: &Use, is_optional: bool, inline: &dyn Fn(TypeId) -> usize) -> usize {
    match &value.ty {
        Type::Null => 0,
        Type::Boolean => 1,
        // The others have values that are never taken, which stand for `None`.
        Type::Integer(_) | Type::Number => WORD * (1 + usize::from(is_optional)),
        Type::Any => 4 * WORD,
        Type::String | Type::Array(_) => TRIPLE,
        Type::Map(_) | Type::Mapped(_) => LARGE,
        Type::Tuple(items) => rounded(items.iter().map(|item| size_of_use(item, item.nullable, inline)).sum()),
        Type::Named(id) => inline(*id),
    }
}

fn rounded(size: usize) -> usize {
    size.next_multiple_of(WORD)
}
