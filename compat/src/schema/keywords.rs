//! Which keywords of a draft hold schemas.

use jsonschema::Draft;
use serde_json::{Map, Value};

/// How a keyword holds schemas.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    One,
    List,
    Map,
}

/// The keywords that hold schemas, with the first and the last draft that read them. `definitions`, `dependencies` and
/// `additionalItems` are still read by validators of later drafts.
const HOLDERS: [(&str, &[Shape], Draft, Draft); 23] = {
    use Draft::{Draft4 as D4, Draft6 as D6, Draft7 as D7, Draft201909 as D19, Draft202012 as D20};
    use Shape::{List, Map, One};
    [
        ("$defs", &[Map], D4, D20),
        ("definitions", &[Map], D4, D20),
        ("allOf", &[List], D4, D20),
        ("anyOf", &[List], D4, D20),
        ("oneOf", &[List], D4, D20),
        ("not", &[One], D4, D20),
        ("if", &[One], D7, D20),
        ("then", &[One], D7, D20),
        ("else", &[One], D7, D20),
        ("properties", &[Map], D4, D20),
        ("patternProperties", &[Map], D4, D20),
        ("additionalProperties", &[One], D4, D20),
        ("propertyNames", &[One], D6, D20),
        ("dependencies", &[Map], D4, D20),
        ("dependentSchemas", &[Map], D19, D20),
        ("unevaluatedProperties", &[One], D19, D20),
        ("items", &[One, List], D4, D19),
        ("items", &[One], D20, D20),
        ("prefixItems", &[List], D20, D20),
        ("additionalItems", &[One], D4, D19),
        ("contains", &[One], D6, D20),
        ("unevaluatedItems", &[One], D19, D20),
        ("contentSchema", &[One], D19, D20),
    ]
};

/// The keyword of a subschema, and the member or index under it.
pub(super) type Found = (&'static str, Option<String>);

/// The subschemas directly under a schema, with the keyword that holds each.
pub(super) fn subschemas(draft: Draft, schema: &Map<String, Value>) -> Vec<Found> {
    let mut found = Vec::new();
    let hidden = draft <= Draft::Draft7 && schema.get("$ref").is_some_and(Value::is_string);
    for (keyword, shapes, first, last) in HOLDERS {
        let Some(value) = schema.get(keyword).filter(|_| (first..=last).contains(&draft)) else { continue };
        if hidden && !is_definition(keyword) {
            continue;
        }
        match value {
            Value::Array(items) if shapes.contains(&Shape::List) => {
                found.extend((0..items.len()).map(|index| (keyword, Some(index.to_string()))));
            }
            Value::Object(members) if shapes.contains(&Shape::Map) => {
                let schemas = members.iter().filter(|(_, value)| is_schema(value));
                found.extend(schemas.map(|(name, _)| (keyword, Some(name.clone()))));
            }
            value if shapes.contains(&Shape::One) && is_schema(value) => found.push((keyword, None)),
            _ => {}
        }
    }
    found
}

/// Whether a keyword holds schemas that are there only to be referred to.
pub(super) fn is_definition(keyword: &str) -> bool {
    matches!(keyword, "$defs" | "definitions" | "contentSchema")
}

fn is_schema(value: &Value) -> bool {
    value.is_object() || value.is_boolean()
}
