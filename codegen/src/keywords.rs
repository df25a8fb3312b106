//! Every keyword of the five drafts, and what the generator does with it: the one table that all stages ask.

use jsonschema::Draft;
use serde_json::{Map, Value};

use crate::source::join;

/// What a keyword is to the generator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Says what is valid; its value holds no schema.
    Assertion,
    /// Its value is a schema.
    Schema,
    /// Its value is a list of schemas.
    SchemaList,
    /// Its value is an object of schemas.
    SchemaMap,
    /// Its value is a schema or a list of property names.
    SchemaOrNames,
    /// Names, refers or comments.
    Core,
    /// Describes, and refuses nothing.
    Annotation,
}

/// A keyword of the specification.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keyword {
    pub(crate) name: &'static str,
    pub(crate) role: Role,
    /// The first and the last draft that know it.
    drafts: (Draft, Draft),
    /// Whether generated types have its meaning.
    #[cfg_attr(not(test), expect(dead_code, reason = "until all are"))]
    pub(crate) read: bool,
}

const D4: Draft = Draft::Draft4;
const D6: Draft = Draft::Draft6;
const D7: Draft = Draft::Draft7;
const D19: Draft = Draft::Draft201909;
const D20: Draft = Draft::Draft202012;

const fn read(name: &'static str, role: Role, first: Draft, last: Draft) -> Keyword {
    Keyword { name, role, drafts: (first, last), read: true }
}

const fn not_read(name: &'static str, role: Role, first: Draft, last: Draft) -> Keyword {
    Keyword { name, role, drafts: (first, last), read: false }
}

/// The keywords. Where one changed its role from draft to draft it has several rows.
pub(crate) const KEYWORDS: &[Keyword] = &[
    // Core
    read("$schema", Role::Core, D4, D20),
    read("id", Role::Core, D4, D4),
    read("$id", Role::Core, D6, D20),
    read("$ref", Role::Core, D4, D20),
    read("$comment", Role::Core, D7, D20),
    read("$vocabulary", Role::Core, D19, D20),
    read("$anchor", Role::Core, D19, D20),
    read("$defs", Role::SchemaMap, D4, D20),
    read("definitions", Role::SchemaMap, D4, D20),
    not_read("$recursiveRef", Role::Core, D19, D19),
    not_read("$recursiveAnchor", Role::Core, D19, D19),
    not_read("$dynamicRef", Role::Core, D20, D20),
    not_read("$dynamicAnchor", Role::Core, D20, D20),
    // Any type
    read("type", Role::Assertion, D4, D20),
    read("enum", Role::Assertion, D4, D20),
    read("const", Role::Assertion, D6, D20),
    read("allOf", Role::SchemaList, D4, D20),
    not_read("anyOf", Role::SchemaList, D4, D20),
    not_read("oneOf", Role::SchemaList, D4, D20),
    not_read("not", Role::Schema, D4, D20),
    not_read("if", Role::Schema, D7, D20),
    not_read("then", Role::Schema, D7, D20),
    not_read("else", Role::Schema, D7, D20),
    // Numbers
    read("minimum", Role::Assertion, D4, D20),
    read("maximum", Role::Assertion, D4, D20),
    read("exclusiveMinimum", Role::Assertion, D4, D20),
    read("exclusiveMaximum", Role::Assertion, D4, D20),
    read("multipleOf", Role::Assertion, D4, D20),
    // Strings
    read("minLength", Role::Assertion, D4, D20),
    read("maxLength", Role::Assertion, D4, D20),
    read("pattern", Role::Assertion, D4, D20),
    read("format", Role::Annotation, D4, D20),
    read("contentEncoding", Role::Annotation, D7, D20),
    read("contentMediaType", Role::Annotation, D7, D20),
    read("contentSchema", Role::Annotation, D19, D20),
    // Arrays
    read("items", Role::Schema, D4, D20),
    read("minItems", Role::Assertion, D4, D20),
    read("maxItems", Role::Assertion, D4, D20),
    read("uniqueItems", Role::Assertion, D4, D20),
    not_read("prefixItems", Role::SchemaList, D20, D20),
    not_read("additionalItems", Role::Schema, D4, D19),
    not_read("contains", Role::Schema, D6, D20),
    not_read("minContains", Role::Assertion, D19, D20),
    not_read("maxContains", Role::Assertion, D19, D20),
    not_read("unevaluatedItems", Role::Schema, D19, D20),
    // Objects
    read("properties", Role::SchemaMap, D4, D20),
    read("required", Role::Assertion, D4, D20),
    read("additionalProperties", Role::Schema, D4, D20),
    read("minProperties", Role::Assertion, D4, D20),
    read("maxProperties", Role::Assertion, D4, D20),
    not_read("patternProperties", Role::SchemaMap, D4, D20),
    not_read("propertyNames", Role::Schema, D6, D20),
    // Later drafts only reserve the name; validators still read it.
    not_read("dependencies", Role::SchemaOrNames, D4, D20),
    not_read("dependentRequired", Role::Assertion, D19, D20),
    not_read("dependentSchemas", Role::SchemaMap, D19, D20),
    not_read("unevaluatedProperties", Role::Schema, D19, D20),
    // Annotations
    read("title", Role::Annotation, D4, D20),
    read("description", Role::Annotation, D4, D20),
    read("default", Role::Annotation, D4, D20),
    read("examples", Role::Annotation, D4, D20),
    read("deprecated", Role::Annotation, D4, D20),
    read("readOnly", Role::Annotation, D4, D20),
    read("writeOnly", Role::Annotation, D4, D20),
];

/// The keyword of a name in a draft; `None` where the draft does not know it.
pub(crate) fn find(draft: Draft, name: &str) -> Option<&'static Keyword> {
    KEYWORDS.iter().find(|keyword| keyword.name == name && keyword.drafts.0 <= draft && draft <= keyword.drafts.1)
}

/// Whether `$ref` hides the keywords beside it.
pub(crate) fn ref_stands_alone(draft: Draft) -> bool {
    draft <= D7
}

/// The schemas directly under a schema, as the pointers that lead there.
pub(crate) fn subschemas(draft: Draft, pointer: &str, schema: &Map<String, Value>) -> Vec<String> {
    let mut found = Vec::new();
    for (name, value) in schema {
        let Some(keyword) = find(draft, name) else { continue };
        let pointer = join(pointer, name);
        match (keyword.role, value) {
            (Role::Schema, Value::Object(_) | Value::Bool(_)) => found.push(pointer),
            (Role::Schema | Role::SchemaList, Value::Array(items)) => {
                found.extend((0..items.len()).map(|index| join(&pointer, &index.to_string())));
            }
            (Role::SchemaMap, Value::Object(members)) => found.extend(members.keys().map(|name| join(&pointer, name))),
            (Role::SchemaOrNames, Value::Object(members)) => {
                let schemas = members.iter().filter(|(_, value)| !value.is_array());
                found.extend(schemas.map(|(name, _)| join(&pointer, name)));
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::*;

    /// The keywords in the schema files below a folder of this crate.
    fn used(folder: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
        while let Some(path) = open.pop() {
            if path.is_dir() {
                open.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            } else if path.extension().is_some_and(|extension| extension == "json") {
                collect(&fs::read_to_string(path).unwrap(), &mut found);
            }
        }
        found
    }

    fn collect(text: &str, found: &mut BTreeSet<String>) {
        let Ok(schema) = serde_json::from_str::<Value>(text) else { return };
        let draft = schema.get("$schema").and_then(Value::as_str).map_or(D20, Draft::from_schema_uri);
        let mut open = vec![String::new()];
        while let Some(pointer) = open.pop() {
            let Some(Value::Object(schema)) = schema.pointer(&pointer) else { continue };
            found.extend(schema.keys().filter(|name| find(draft, name).is_some()).cloned());
            open.extend(subschemas(draft, &pointer, schema));
        }
    }

    #[test]
    fn what_is_read_has_a_golden_case() {
        let golden = used("golden/cases");
        for keyword in KEYWORDS {
            assert!(!keyword.read || golden.contains(keyword.name), "no golden case has `{}`", keyword.name);
            assert!(keyword.read || !golden.contains(keyword.name), "a golden case has `{}`", keyword.name);
        }
    }
}
