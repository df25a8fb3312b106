//! Constants that say nothing, or can't be what was meant.

use serde_json::Value;

use super::Subject;
use super::keyword::Types;
use crate::diagnostic::Diagnostic;
use crate::json::canonical;

pub(super) fn enum_type_mismatch(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for (place, schema) in subject.schemas.speaking() {
        let (Some(constants), Some(types)) = (schema.get("enum").and_then(Value::as_array), Types::of(schema)) else {
            continue;
        };
        let refused = |constant: &Value| !types.hold(constant);
        // Where all are refused, no value is valid (S0405).
        if constants.iter().all(refused) {
            continue;
        }
        for (index, constant) in constants.iter().enumerate().filter(|(_, constant)| refused(constant)) {
            let location = subject.resolved.document(place).locate(&format!("{}/enum/{index}", place.pointer));
            found.push(
                Diagnostic::warning("L0305", format!("`type` refuses the constant {constant}"), location)
                    .help(format!("add {} to `type`, or leave the constant out", Types::name(constant))),
            );
        }
    }
}

pub(super) fn duplicate_enum(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for (place, schema) in subject.schemas.speaking() {
        let Some(constants) = schema.get("enum").and_then(Value::as_array) else { continue };
        let mut known = std::collections::BTreeSet::new();
        for (index, constant) in constants.iter().enumerate() {
            if !known.insert(canonical(constant)) {
                let location = subject.resolved.document(place).locate(&format!("{}/enum/{index}", place.pointer));
                found.push(
                    Diagnostic::warning("L0306", format!("the constant {constant} stands here twice"), location)
                        .help("leave one of them out"),
                );
            }
        }
    }
}
