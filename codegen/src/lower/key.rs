//! The message key: from a JSON Pointer to the fields that lead to a scalar.

use crate::diagnostic::Diagnostic;
use crate::model::{Field, Key, KeyStep, Others, Presence, Shape, Struct, Type, TypeDef, TypeId};
use crate::parse::Document;
use crate::source::{join, segments};

/// Follows `key` of `x-kafka` through the types of a message.
pub(super) fn resolve(
    document: &Document,
    types: &[TypeDef],
    message: TypeId,
    pointer: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Key> {
    let location = || document.locate("/x-kafka/key");
    let mut path = Vec::new();
    let mut at = Some(message);
    for segment in segments(pointer) {
        let object = at.and_then(|id| as_struct(&types[id.0]));
        let Some(object) = object else {
            diagnostics.push(
                Diagnostic::error(
                    "S0305",
                    format!("the key `{pointer}` leads into what is no object with declared members"),
                    location(),
                )
                .help("point to a declared property of the message"),
            );
            return None;
        };
        let Some(field) = object.fields.iter().find(|field| field.wire == segment) else {
            diagnostics.push(no_property(pointer, &segment, object, location()));
            return None;
        };
        at = match field.value.ty {
            Type::Named(id) => Some(id),
            _ => None,
        };
        path.push(step(field, at.map(|id| &types[id.0])));
        if at.is_none() && !is_scalar(&field.value.ty) {
            diagnostics.push(no_scalar(pointer, location()));
            return None;
        }
    }
    let is_key = |id: TypeId| match &types[id.0].shape {
        Shape::Enumeration(_) => true,
        Shape::Newtype(value) => is_scalar(&value.ty),
        Shape::Struct(_) | Shape::Union(_) => false,
    };
    if !at.is_none_or(is_key) {
        diagnostics.push(no_scalar(pointer, location()));
        return None;
    }
    Some(Key { pointer: pointer.to_owned(), path })
}

fn as_struct(definition: &TypeDef) -> Option<&Struct> {
    match &definition.shape {
        Shape::Struct(object) => Some(object),
        _ => None,
    }
}

fn step(field: &Field, ty: Option<&TypeDef>) -> KeyStep {
    KeyStep {
        field: field.name.clone(),
        optional: field.value.nullable || field.presence == Presence::Optional,
        newtype: ty.is_some_and(|definition| matches!(definition.shape, Shape::Newtype(_))),
    }
}

fn is_scalar(ty: &Type) -> bool {
    matches!(ty, Type::String | Type::Integer(_) | Type::Boolean)
}

fn no_scalar(pointer: &str, location: crate::diagnostic::Location) -> Diagnostic {
    Diagnostic::error("S0306", format!("the key `{pointer}` is no string, integer or boolean"), location)
        .help("point to a property that is one")
}

fn no_property(pointer: &str, segment: &str, object: &Struct, location: crate::diagnostic::Location) -> Diagnostic {
    let known: Vec<_> = object.fields.iter().map(|field| format!("`{}`", join("", &field.wire))).collect();
    let mut found = format!("there is no property `{segment}`; there are {}", known.join(", "));
    if !matches!(object.others, Others::Refused) {
        found.push_str(" (a property that the schema does not declare can't be the key)");
    }
    Diagnostic::error("S0305", format!("the key `{pointer}` leads nowhere"), location)
        .found(found)
        .help("point to a declared property of the message")
}
