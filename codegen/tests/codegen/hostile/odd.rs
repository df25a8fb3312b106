//! Keywords with odd values: references, identifiers, booleans.

use serde_json::{Value, json};

use super::{message, run};

#[test]
fn answers_to_odd_references() {
    for reference in [
        "",
        "#",
        "#/",
        "#//",
        "#/%zz",
        "#/%",
        "%",
        "#/~",
        "#/~2",
        "#/$defs",
        "#/properties",
        "#/type",
        "#/x-kafka",
        "?",
        "?a#b",
        "//",
        "///",
        "//host",
        "http:",
        "urn:",
        "urn:x:y",
        "file:///etc/passwd",
        "http://127.0.0.1:1/x",
        "#/properties/a",
        "#/properties/a/$ref",
        "./hostile.schema.json",
        "../../../hostile.schema.json#",
        "hostile.schema.json/",
        "HOSTILE.schema.json",
        "#\u{0}",
        "\u{202e}",
        "a b",
        "#/properties/%61",
        "schema:///hostile.schema.json",
        "schema:",
        "json-schema:///meta",
        "https://json-schema.org/draft/2020-12/schema",
        "http://json-schema.org/draft-07/schema#",
    ] {
        run(&message(
            json!({"a": {"$ref": reference}, "b": {"type": "object", "allOf": [{"$ref": reference}]}}),
            json!({}),
        ));
        run(&json!({"$id": reference, "x-kafka": {"topic": "a", "key": reference}, "$ref": reference}).to_string());
        run(&json!({"$schema": reference, "x-kafka": {"topic": reference}}).to_string());
    }
}

#[test]
fn answers_to_odd_identifiers_inside_of_values() {
    for inner in [
        json!({"$id": "http://[bad"}),
        json!({"$ref": "#/nowhere"}),
        json!({"$anchor": "x y"}),
        json!({"$schema": "unknown"}),
        json!({"$id": "schema:///hostile.schema.json"}),
        json!({"$dynamicRef": "#x"}),
        json!({"id": "#"}),
    ] {
        let properties = json!({"a": {"const": inner}, "b": {"enum": [inner, 1]}, "c": {"default": inner},
                                "d": {"x-other": inner}, "e": {"examples": [inner]}, "$ref": {"type": "string"},
                                "$id": {"type": "string"}, "allOf": {"type": "string"}, "enum": {"type": "integer"}});
        for schema in [
            "http://json-schema.org/draft-04/schema#",
            "http://json-schema.org/draft-07/schema#",
            "https://json-schema.org/draft/2019-09/schema",
            "https://json-schema.org/draft/2020-12/schema",
        ] {
            let mut value: Value = serde_json::from_str(&message(properties.clone(), json!({}))).unwrap();
            value["$schema"] = schema.into();
            run(&value.to_string());
        }
    }
}

const DRAFTS: [&str; 3] = [
    "http://json-schema.org/draft-04/schema#",
    "http://json-schema.org/draft-06/schema#",
    "https://json-schema.org/draft/2020-12/schema",
];

#[test]
fn answers_to_booleans_everywhere() {
    values_everywhere(|turn| &DRAFTS[turn % 3..][..1]);
}

#[test]
#[ignore = "minutes without optimization: `just prove`"]
fn answers_to_booleans_everywhere_in_each_draft() {
    values_everywhere(|_| &DRAFTS);
}

/// Puts odd values in the place of each keyword, in the drafts that are chosen for the first value, the second, and so on.
fn values_everywhere(drafts: impl Fn(usize) -> &'static [&'static str]) {
    let keywords = [
        "allOf",
        "anyOf",
        "oneOf",
        "not",
        "if",
        "then",
        "else",
        "items",
        "prefixItems",
        "additionalItems",
        "contains",
        "properties",
        "patternProperties",
        "additionalProperties",
        "propertyNames",
        "dependencies",
        "dependentSchemas",
        "unevaluatedItems",
        "unevaluatedProperties",
        "contentSchema",
        "$defs",
        "definitions",
        "$ref",
        "type",
        "enum",
        "const",
        "required",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
        "minLength",
        "maxLength",
        "pattern",
        "format",
        "minItems",
        "maxItems",
        "uniqueItems",
        "minProperties",
        "maxProperties",
        "title",
        "description",
        "default",
        "examples",
        "deprecated",
        "readOnly",
        "$id",
        "id",
        "$anchor",
        "$comment",
        "$schema",
        "$vocabulary",
        "x-kafka",
        "x-sensitive",
        "$recursiveRef",
        "$dynamicRef",
    ];
    let values = [
        json!(true),
        json!(false),
        json!(null),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(1e300),
        json!(""),
        json!("a"),
        json!([]),
        json!([true]),
        json!([false, {}]),
        json!([[]]),
        json!({}),
        json!({"a": true}),
        json!({"a": false}),
        json!({"a": []}),
        json!(["a", "a"]),
        json!(["integer", "null"]),
        json!([{"$ref": "#"}]),
        json!({"$ref": "#"}),
    ];
    for (row, keyword) in keywords.into_iter().enumerate() {
        for (column, value) in values.iter().enumerate() {
            for draft in drafts(row + column) {
                let mut schema = json!({"$schema": draft, "title": "A", "type": "object", "x-kafka": {"topic": "a"},
                                        "properties": {"p": {"type": "string"}}});
                schema["properties"]["p"][keyword] = value.clone();
                run(&schema.to_string());
                schema[keyword] = value.clone();
                run(&schema.to_string());
            }
        }
    }
}
