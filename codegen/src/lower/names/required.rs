//! The names of structs that no schema speaks of: those of required members.

use super::identifier::Used;
use crate::model::{Model, Others, Shape};

/// Names the structs of the members without which no value can be made: `OrderRequired` for `Order`. The types of schemas have
/// their names first.
pub(crate) fn name_required(model: &mut Model) {
    let mut used = Used::beside(model.types.iter().map(|ty| ty.name.clone()));
    let names: Vec<Option<String>> = model
        .types
        .iter()
        .map(|ty| {
            let Shape::Struct(object) = &ty.shape else { return None };
            let given = object.fields.iter().filter(|field| model.is_given(field)).count();
            let has_others = given < object.fields.len() || matches!(object.others, Others::Kept { .. });
            let name = |suffix| format!("{}{suffix}", ty.name);
            (given > 0 && has_others).then(|| {
                let short = name("Required");
                if used.take(&short) { short } else { used.claim(&name("RequiredMembers")) }
            })
        })
        .collect();
    for (ty, name) in model.types.iter_mut().zip(names) {
        if let Shape::Struct(object) = &mut ty.shape {
            object.required = name;
        }
    }
}
