//! Keywords and the types that they speak of.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::Subject;
use crate::diagnostic::Diagnostic;
use crate::json::whole;

/// The types that a schema names.
pub(super) struct Types<'a>(Vec<&'a str>);

impl<'a> Types<'a> {
    /// Returns what `type` says; `None` where it is absent.
    pub(super) fn of(schema: &'a Map<String, Value>) -> Option<Self> {
        Some(Self(match schema.get("type")? {
            Value::String(name) => vec![name],
            Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
            _ => return None,
        }))
    }

    /// Returns whether a value is of one of them.
    pub(super) fn hold(&self, value: &Value) -> bool {
        let is_whole = value.as_number().is_some_and(|number| whole(number).is_some());
        self.0.iter().any(|name| match *name {
            "integer" => is_whole,
            name => name == Self::name(value),
        })
    }

    /// The name of a value's type.
    pub(super) fn name(value: &Value) -> &'static str {
        match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        }
    }

    /// True if it is one type alone.
    pub(super) fn are_only(&self, name: &str) -> bool {
        self.0 == [name]
    }

    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|own| *own == name || name == "number" && *own == "integer")
    }
}

/// The type that a keyword limits alone.
fn limited(keyword: &str) -> Option<&'static str> {
    Some(match keyword {
        "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf" => "number",
        "minLength" | "maxLength" | "pattern" => "string",
        "items" | "minItems" | "maxItems" | "uniqueItems" | "prefixItems" | "additionalItems" | "contains"
        | "minContains" | "maxContains" | "unevaluatedItems" => "array",
        "properties"
        | "required"
        | "additionalProperties"
        | "minProperties"
        | "maxProperties"
        | "patternProperties"
        | "propertyNames"
        | "dependencies"
        | "dependentRequired"
        | "dependentSchemas"
        | "unevaluatedProperties" => "object",
        _ => return None,
    })
}

pub(super) fn inapplicable_keyword(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for (place, schema) in subject.schemas.speaking() {
        let Some(types) = Types::of(schema) else { continue };
        for keyword in schema.keys() {
            let Some(limited) = limited(keyword).filter(|name| !types.has(name)) else { continue };
            found.push(
                Diagnostic::warning(
                    "L0308",
                    format!("`{keyword}` limits values of type `{limited}`, which are refused here"),
                    subject.at(place, keyword),
                )
                .found(format!("`type` is {}", types.0.join(", ")))
                .help(format!("leave `{keyword}` out, or add `{limited}` to `type`")),
            );
        }
    }
}

/// Keywords beside which a schema says its types, or may do so.
const SAY_TYPES: [&str; 10] =
    ["type", "enum", "const", "anyOf", "oneOf", "not", "if", "$dynamicRef", "$recursiveRef", "dependentSchemas"];

pub(super) fn missing_type(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let mut known = BTreeSet::new();
    for value in subject.schemas.values() {
        // The name of a member is a string, whatever is said of it.
        if value.is_of_names() || value.is_in_branch() || value.any_has(&SAY_TYPES) {
            continue;
        }
        let keywords = value.schemas.iter().flat_map(|(place, schema)| schema.keys().map(move |name| (place, name)));
        let Some((place, keyword, limited)) =
            keywords.into_iter().find_map(|(place, name)| Some((place, name, limited(name)?)))
        else {
            continue;
        };
        if known.insert(place.clone()) {
            found.push(
                Diagnostic::warning(
                    "L0301",
                    format!(
                        "`{keyword}` limits values of type `{limited}` alone, and without `type` any other is valid"
                    ),
                    subject.resolved.document(place).locate(&place.pointer),
                )
                .help(format!("add `\"type\": \"{limited}\"`")),
            );
        }
    }
}
