//! What to write where the meta-schema of a draft refuses a value.

use serde_json::Value;
use thoth_messaging_documents::Draft;
use thoth_messaging_documents::jsonschema::error::{TypeKind, ValidationErrorKind};
use thoth_messaging_documents::jsonschema::{JsonType, ValidationError};
use thoth_messaging_documents::near::nearest;
use thoth_messaging_documents::pointer::segments;
use thoth_messaging_documents::validator::with_article;

/// The types of JSON Schema.
const TYPES: [&str; 7] = ["array", "boolean", "integer", "null", "number", "object", "string"];

/// The names that other languages have for them.
const OTHER_NAMES: [(&str, &str); 11] = [
    ("bool", "boolean"),
    ("date", "string"),
    ("datetime", "string"),
    ("dict", "object"),
    ("double", "number"),
    ("float", "number"),
    ("int", "integer"),
    ("list", "array"),
    ("long", "integer"),
    ("map", "object"),
    ("str", "string"),
];

/// Returns what to write instead of a value that a meta-schema refuses.
pub(crate) fn advice(error: &ValidationError<'_>, draft: Draft) -> String {
    let path = error.instance_path().to_string();
    let segments: Vec<_> = segments(&path).filter(|segment| segment.parse::<usize>().is_err()).collect();
    let keyword = match segments.as_slice() {
        // The name of a member or a definition, whatever it is called.
        [.., map, _] if NAMED.contains(&map.as_str()) => "",
        [.., keyword] => keyword,
        [] => "",
    };
    of_keyword(keyword, error.instance(), draft).or_else(|| of_type(error.kind())).unwrap_or_else(|| {
        format!("the keyword `{}` of its meta-schema says what is allowed here", error.kind().keyword())
    })
}

/// The keywords whose members are schemas with names.
const NAMED: [&str; 6] =
    ["$defs", "definitions", "dependencies", "dependentSchemas", "patternProperties", "properties"];

fn of_keyword(keyword: &str, value: &Value, draft: Draft) -> Option<String> {
    match (keyword, value) {
        ("type", Value::String(name)) => Some(of_type_name(name)),
        ("required", Value::Bool(_)) => Some(
            "leave it out here, and name the member in the `required` of the object, as `[\"order_id\"]`".to_owned(),
        ),
        ("required", Value::String(name)) => Some(format!("write a list: `[{}]`", Value::from(name.as_str()))),
        ("items", Value::Array(_)) if draft == Draft::Draft202012 => Some(
            "write `prefixItems`, as a list is called since draft 2020-12, or the `$schema` of an earlier draft"
                .to_owned(),
        ),
        ("exclusiveMinimum" | "exclusiveMaximum", Value::Bool(_)) => {
            Some(format!("write the bound itself, as `\"{keyword}\": 0`; `true` is that of draft 4"))
        }
        _ => None,
    }
}

fn of_type_name(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    let other = OTHER_NAMES.iter().find(|(other, _)| *other == lower).map(|(_, meant)| *meant);
    match other.or_else(|| nearest(TYPES, &lower)) {
        Some(meant) => format!("write `{meant}`"),
        None => format!("the types are `{}`", TYPES.join("`, `")),
    }
}

/// Returns where a value of another type belongs.
pub(crate) fn of_type(kind: &ValidationErrorKind) -> Option<String> {
    let ValidationErrorKind::Type { kind } = kind else { return None };
    let names: Vec<_> = match kind {
        TypeKind::Single(one) => vec![one.as_str()],
        TypeKind::Multiple(several) => several.iter().map(JsonType::as_str).collect(),
    };
    Some(format!("write {} here", names.into_iter().map(with_article).collect::<Vec<_>>().join(" or ")))
}
