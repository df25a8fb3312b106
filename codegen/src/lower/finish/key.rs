//! The message key: from a JSON Pointer to the fields that lead to a scalar.

use thoth_messaging_documents::Pointer;
use thoth_messaging_documents::near::nearest;
use thoth_messaging_documents::pointer::segments;

use crate::diagnostic::{Diagnostic, Location};
use crate::model::{Field, Key, KeyStep, KeyWay, Others, Presence, Shape, Struct, Type, TypeDef, TypeId};
use crate::parse::Document;

/// Follows `key` of `x-kafka` through the types of a message.
pub(super) fn resolve(
    document: &Document,
    types: &[TypeDef],
    message: TypeId,
    pointer: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Key> {
    let way = match follow(types, message, pointer) {
        Ok(way) => way,
        Err(problem) => {
            diagnostics.push(problem.at(pointer, document.locate("/x-kafka/key")));
            return None;
        }
    };
    Some(Key { pointer: Some(pointer.to_owned()), way })
}

/// The reason why a key can't be made.
enum Problem {
    Opaque,
    /// The property is not there; with the pointer that was meant, where one is near.
    Missing {
        found: String,
        meant: Option<String>,
    },
    Compound,
}

impl Problem {
    fn at(self, pointer: &str, location: Location) -> Diagnostic {
        let diagnostic = match self {
            Self::Opaque => {
                let message = format!("the key `{pointer}` leads into what is no object with declared members");
                Diagnostic::error("S0305", message, location)
            }
            Self::Missing { found, meant } => {
                let missing = format!("the key `{pointer}` leads nowhere");
                let missing = Diagnostic::error("S0305", missing, location).found(found);
                match meant {
                    Some(meant) => return missing.help(format!("write `{meant}`")),
                    None => missing,
                }
            }
            Self::Compound => {
                let message = format!("the key `{pointer}` is no string, integer or boolean");
                return Diagnostic::error("S0306", message, location).help("point to a property that is one");
            }
        };
        diagnostic.help("point to a declared property of the message")
    }
}

fn follow(types: &[TypeDef], message: TypeId, pointer: &str) -> Result<KeyWay, Problem> {
    match &types[message.0].shape {
        Shape::Union(union) => {
            let ways = union.variants.iter().map(|variant| match variant.value.ty {
                Type::Named(id) => follow(types, id, pointer),
                Type::Any => Ok(KeyWay::Nothing),
                _ => Err(Problem::Opaque),
            });
            Ok(KeyWay::Variants(ways.collect::<Result<_, _>>()?))
        }
        _ => fields(types, message, pointer).map(KeyWay::Fields),
    }
}

/// The fields that lead from a struct to a scalar.
fn fields(types: &[TypeDef], message: TypeId, pointer: &str) -> Result<Vec<KeyStep>, Problem> {
    let mut path = Vec::new();
    let mut at = Some(message);
    for (index, segment) in segments(pointer).enumerate() {
        let object = at.and_then(|id| as_struct(&types[id.0])).ok_or(Problem::Opaque)?;
        let field = object.fields.iter().find(|field| field.wire == segment);
        let field = field.ok_or_else(|| missing(pointer, index, &segment, object))?;
        at = match field.value.ty {
            Type::Named(id) => Some(id),
            _ => None,
        };
        path.push(step(field, at.map(|id| &types[id.0])));
        if at.is_none() && !is_scalar(&field.value.ty) {
            return Err(Problem::Compound);
        }
    }
    let is_key = |id: TypeId| match &types[id.0].shape {
        Shape::Enumeration(_) => true,
        Shape::Newtype(value) => is_scalar(&value.ty) && !value.nullable,
        Shape::Struct(_) | Shape::Union(_) | Shape::Own(_) => false,
    };
    if at.is_none_or(is_key) { Ok(path) } else { Err(Problem::Compound) }
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
        tells_null: field.tells_null,
        newtype: ty.is_some_and(|definition| matches!(definition.shape, Shape::Newtype(_))),
    }
}

fn is_scalar(ty: &Type) -> bool {
    matches!(ty, Type::String | Type::Mapped(_) | Type::Integer(_) | Type::Boolean)
}

/// That a property of an object, the segment of a number of the pointer, is not there.
fn missing(pointer: &str, index: usize, segment: &str, object: &Struct) -> Problem {
    let names = object.fields.iter().map(|field| field.wire.as_str());
    let meant = nearest(names, segment).map(|name| {
        let written = segments(pointer).enumerate();
        let written = written.map(|(at, written)| if at == index { name.to_owned() } else { written });
        written.fold(Pointer::root(), |pointer, segment| pointer.join(&segment)).to_string()
    });
    Problem::Missing { found: found(segment, object), meant }
}

/// The properties that there are, where one is not.
fn found(segment: &str, object: &Struct) -> String {
    const MAX_SHOWN: usize = 10;
    let known: Vec<_> = object.fields.iter().map(|field| format!("`{}`", Pointer::root().join(&field.wire))).collect();
    let more = known.len().saturating_sub(MAX_SHOWN);
    let shown = known[..known.len() - more].join(", ");
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let mut found = format!("there is no property `{segment}`; there are {shown}{more}");
    if !matches!(object.others, Others::Refused) {
        found.push_str(" (a property that the schema does not declare can't be the key)");
    }
    found
}
