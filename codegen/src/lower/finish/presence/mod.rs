//! Members whose absence is told from `null` and from their default, and structs that keep members which they don't declare.
//!
//! Absent and `null` are read as one, an absent member is read as its default, and a member that nobody declared is dropped:
//! what is written again then is another object. Where a schema makes validity depend on the difference, the type keeps it,
//! so that what decodes encodes again. That is where a rule speaks of the members that there are ([`rules`]), and where the
//! validator, or another branch of a union, looks at the value as it stands in JSON ([`walk`]).

mod rules;
mod view;
mod walk;

use crate::lower::define::Declared;
use crate::model::{Field, Presence, Shape};
use crate::resolve::Resolved;
use walk::Walk;

/// Has types keep what validity depends on.
pub(super) fn tell_apart(resolved: &Resolved, types: &mut [Declared]) {
    let told = Walk::of(resolved, types).told();
    for (declared, told) in types.iter_mut().zip(told) {
        declared.keeps |= told.others;
        let Some(Shape::Struct(object)) = declared.shape_mut() else { continue };
        let rules = rules::depending(&object.presence);
        for field in &mut object.fields {
            let is_told = told.members.has(&field.wire);
            let adds = is_told || told.added || rules.added.has(&field.wire);
            tell(field, is_told || rules.dropped.has(&field.wire), adds);
        }
    }
}

/// Has a field keep whether its member is `null` or absent, and whether it is there at all.
fn tell(field: &mut Field, null: bool, default: bool) {
    let mut null = null;
    if default && let Presence::Default(value) = &field.presence {
        field.stands_for = Some(value.clone());
        field.presence = Presence::Optional;
        null = true;
    }
    field.tells_null = null && field.presence == Presence::Optional && field.value.nullable;
}
