//! Schemas that nobody writes on purpose, or somebody only to break things: never a panic, an endless loop or a stack
//! that is too small.

#![allow(clippy::unwrap_used, clippy::panic, reason = "that is how a test fails, its helpers included")]

use std::fmt::Write as _;

use serde_json::{Map, Value, json};
use thoth_messaging_codegen::{Generation, LintLevel, Lints, Options, SchemaSet, Severity, generate, lint};

/// Generates from one file; what is generated has to be Rust.
fn run(text: &str) -> Generation {
    let mut schemas = SchemaSet::new();
    schemas.add("hostile.schema.json", "hostile.schema.json", text);
    let generation = generate(&schemas, &Options::default());
    assert_eq!(generation.has_errors(), generation.files.is_empty());
    if let Some(file) = generation.files.first() {
        assert!(syn::parse_file(&file.text).is_ok(), "{}", &file.text[..file.text.len().min(2000)]);
    }
    let found = lint(&schemas, &Options::default(), &all_lints());
    assert_eq!(generation.has_errors(), found.iter().any(|diagnostic| diagnostic.severity == Severity::Error));
    generation
}

fn all_lints() -> Lints {
    let mut lints = Lints::default();
    lints.set("all", LintLevel::Warning).unwrap();
    lints
}

/// A message with these properties and definitions.
#[allow(clippy::needless_pass_by_value, reason = "so that `json!` can stand in the call")]
fn message(properties: Value, definitions: Value) -> String {
    json!({
        "x-kafka": {"topic": "hostile"},
        "title": "Hostile",
        "type": "object",
        "properties": properties,
        "$defs": definitions,
    })
    .to_string()
}

fn members(count: usize, member: impl Fn(usize) -> (String, Value)) -> Value {
    (0..count).map(member).collect::<Map<_, _>>().into()
}

#[track_caller]
fn generates(text: &str) -> String {
    let generation = run(text);
    let diagnostics: Vec<_> = generation.diagnostics.iter().map(ToString::to_string).collect();
    assert!(!generation.has_errors(), "{}", diagnostics.join("\n"));
    generation.files[0].text.clone()
}

#[track_caller]
fn refuses(text: &str, code: &str) {
    let generation = run(text);
    let codes: Vec<_> = generation.diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
    assert!(codes.contains(&code), "{codes:?}");
}

#[test]
fn refuses_names_of_files_that_lead_elsewhere() {
    for name in [
        "../a.json",
        "/etc/a.json",
        "a/../../a.json",
        "a\\..\\a.json",
        "a//b.json",
        "",
        "a\0.json",
        "https://../a.json",
    ] {
        let mut schemas = SchemaSet::new();
        schemas.add(name, "a.json", message(json!({}), json!({})));
        let generation = generate(&schemas, &Options::default());
        assert_eq!(generation.diagnostics[0].code, "S0105", "{name:?}");
        assert!(generation.files.is_empty(), "{name:?}");
    }
}

#[test]
fn refuses_json_that_is_nested_without_end() {
    refuses(&"[".repeat(1_000_000), "S0101");
    refuses(&"{\"allOf\": [".repeat(100_000), "S0101");
    refuses(&format!("{}{}", "{\"not\": ".repeat(100_000), "}".repeat(100_000)), "S0101");
}

#[test]
fn reads_schemas_that_are_nested_as_deeply_as_json_may_be() {
    let nest = |inner: &str, schema: &dyn Fn(&Value) -> Value, count: usize| {
        let mut nested: Value = serde_json::from_str(inner).unwrap();
        for _ in 0..count {
            nested = schema(&nested);
        }
        message(json!({"a": nested}), json!({}))
    };
    generates(&nest("{\"type\": \"integer\"}", &|inner| json!({"type": "object", "properties": {"a": inner}}), 60));
    generates(&nest("{\"type\": \"integer\"}", &|inner| json!({"type": "array", "items": inner}), 120));
    generates(&nest("{\"type\": \"integer\"}", &|inner| json!({"type": "object", "additionalProperties": inner}), 120));
    generates(&nest("{\"type\": \"integer\"}", &|inner| json!({"allOf": [inner]}), 60));
    generates(&nest("{\"type\": \"integer\"}", &|inner| json!({"type": ["array", "string"], "items": inner}), 120));
    generates(&nest("{\"type\": \"object\"}", &|inner| json!({"type": "array", "items": {"allOf": [inner]}}), 40));
}

#[test]
fn reads_values_that_are_nested_as_deeply_as_json_may_be() {
    let mut deep = json!(1);
    for _ in 0..115 {
        deep = json!([deep]);
    }
    generates(&message(json!({"a": {"default": deep}, "b": {"const": deep}, "c": {"enum": [deep, 1]}}), json!({})));
    let list = json!({"type": "array", "items": {"$ref": "#/$defs/List"}, "default": []});
    let mut deep = json!([]);
    for _ in 0..110 {
        deep = json!([deep]);
    }
    generates(&message(json!({"a": {"$ref": "#/$defs/List", "default": deep}}), json!({"List": list})));
}

#[test]
fn reads_many_properties() {
    generates(&message(members(10_000, |n| (format!("property_{n}"), json!({"type": "string"}))), json!({})));
    let types =
        members(2_000, |n| (format!("p{n}"), json!({"type": "object", "properties": {"a": {"type": "integer"}}})));
    generates(&message(types, json!({})));
    let defaults = members(500, |n| (format!("p{n}"), json!({"type": "integer", "minimum": 0, "default": n})));
    generates(&message(defaults, json!({})));
    generates(&message(members(1_000, |n| (format!("a{}", "-".repeat(n)), json!(true))), json!({})));
    generates(&message(members(1_000, |n| ("*".repeat(n), json!(true))), json!({})));
}

#[test]
fn reads_many_constants() {
    let texts: Vec<_> = (0..10_000).map(|n| format!("constant {n}")).collect();
    let alike: Vec<_> = (0..1_000).map(|n| "-".repeat(n)).collect();
    let numbers: Vec<_> = (0..10_000).collect();
    let mixed: Vec<_> = (0..5_000).map(|n| if n % 2 == 0 { json!(n) } else { json!(n.to_string()) }).collect();
    generates(&message(
        json!({"texts": {"enum": texts}, "alike": {"enum": alike}, "numbers": {"enum": numbers}, "mixed": {"enum": mixed},
               "limited": {"enum": numbers, "minimum": 5000}}),
        json!({}),
    ));
}

#[test]
fn reads_long_chains_of_definitions() {
    let chain = |schema: &dyn Fn(String) -> Value| {
        let definitions = members(1_000, |n| match n {
            999 => (format!("D{n}"), json!({"type": "integer"})),
            _ => (format!("D{n}"), schema(format!("#/$defs/D{}", n + 1))),
        });
        message(json!({"first": {"$ref": "#/$defs/D0"}}), definitions)
    };
    generates(&chain(&|next| json!({"type": "object", "properties": {"next": {"$ref": next}}})));
    generates(&chain(&|next| json!({"type": "array", "items": {"$ref": next}})));
    generates(&chain(&|next| json!({"type": ["string", "array"], "items": {"$ref": next}})));
    generates(&chain(&|next| json!({"type": "object", "additionalProperties": {"$ref": next}})));
    generates(&chain(&|next| json!({"type": "object", "required": ["next"], "properties": {"next": {"$ref": next}}})));
    refuses(&chain(&|next| json!({"$ref": next})), "S0206");
    refuses(&chain(&|next| json!({"allOf": [{"$ref": next}]})), "S0206");
    let defaults = chain(&|next| json!({"type": "object", "properties": {"next": {"$ref": next, "default": {}}}}));
    generates(
        &defaults
            .replace("\"#/$defs/D999\",\"default\":{}", "\"#/$defs/D999\"")
            .replace("{\"default\":{},\"$ref\":\"#/$defs/D999\"}", "{\"$ref\":\"#/$defs/D999\"}"),
    );
}

#[test]
fn reads_a_circle_of_many_definitions() {
    let circle = |schema: &dyn Fn(String) -> Value| {
        let definitions = members(1_000, |n| (format!("D{n}"), schema(format!("#/$defs/D{}", (n + 1) % 1_000))));
        message(json!({"first": {"$ref": "#/$defs/D0"}}), definitions)
    };
    let text = generates(&circle(&|next| json!({"type": "object", "properties": {"next": {"$ref": next}}})));
    assert!(text.contains("pub next: Option<Box<D1>>"));
    generates(&circle(&|next| json!({"type": "array", "items": {"$ref": next}})));
    refuses(&circle(&|next| json!({"$ref": next})), "S0205");
    refuses(&circle(&|next| json!({"type": "object", "allOf": [{"$ref": next}]})), "S0206");
    let text = circle(&|next| json!({"type": "object", "properties": {"next": {"$ref": next, "default": {}}}}));
    refuses(&text, "S0411");
}

#[test]
fn counts_all_of_that_doubles_at_every_level() {
    let doubling = |levels: usize, last: &str| {
        let definitions = members(levels, |n| {
            let next = json!({"$ref": format!("#/$defs/D{}", n + 1)});
            let doubled = json!({"allOf": [next, next, {"allOf": [next, next]}]});
            (format!("D{n}"), if n + 1 == levels { serde_json::from_str(last).unwrap() } else { doubled })
        });
        message(json!({"first": {"$ref": "#/$defs/D0"}}), definitions)
    };
    generates(&doubling(8, "{\"type\": \"integer\"}"));
    refuses(&doubling(60, "{\"type\": \"integer\"}"), "S0206");
    refuses(&doubling(8, "{\"$ref\": \"#/$defs/D0\"}"), "S0206");
    let definitions = members(40, |n| {
        let next = json!({"$ref": format!("#/$defs/D{}", (n + 1) % 40), "default": {}});
        (format!("D{n}"), json!({"type": "object", "properties": {"a": next, "b": next}}))
    });
    refuses(&message(json!({"first": {"$ref": "#/$defs/D0"}}), definitions), "S0411");
}

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

#[test]
fn answers_to_booleans_everywhere() {
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
    for keyword in keywords {
        for value in &values {
            for draft in [
                "http://json-schema.org/draft-04/schema#",
                "http://json-schema.org/draft-06/schema#",
                "https://json-schema.org/draft/2020-12/schema",
            ] {
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

#[test]
fn texts_in_a_schema_stay_texts() {
    let hostile = [
        "\"",
        "\\",
        "\n",
        "\r",
        "\r\n",
        "\t",
        "\u{0}",
        "\u{7f}",
        "\u{85}",
        "\u{2028}",
        "\u{202e}",
        "\u{feff}",
        "\u{fffe}",
        "*/",
        "/*",
        "//",
        "///",
        "#",
        "#]",
        "r#\"",
        "\"#",
        "{",
        "}",
        "{}",
        "'",
        "';",
        "`",
        "``",
        "```",
        "~~~",
        "<script>",
        "[a]",
        "](x)",
        "include!(\"/etc/passwd\")",
        "#![feature(x)]",
        "\u{1f600}",
        "\u{10ffff}",
        "e\u{301}",
        "각",
        "a\u{200d}b",
        "²",
        "ſ",
        "ǅ",
    ];
    let mut all = String::new();
    for text in hostile {
        let _ = write!(all, "{text} x{text}");
        for text in [text.to_owned(), format!("a{text}b"), format!("{text} {text}\n{text}"), all.clone()] {
            let schema = json!({
                "title": text, "description": text, "type": "object",
                "x-kafka": {"topic": "a", "topicConfiguration": {&*text: text}},
                "properties": {
                    &*text: {"description": text, "type": "string", "default": text},
                    "constant": {"const": text}, "constants": {"enum": [text, "a", 1], "default": text},
                    "texts": {"enum": [text, "a"]}, "object": {"title": text, "type": "object", "properties": {&*text: true}},
                    "mixed": {"default": {&*text: [text]}},
                },
                "$defs": {&*text: {"type": "string"}},
            });
            let mut schemas = SchemaSet::new();
            schemas.add(format!("{text}.json"), text.clone(), schema.to_string());
            let generation = generate(&schemas, &Options::default());
            if let Some(file) = generation.files.first() {
                let file = syn::parse_file(&file.text);
                let items = file.map(|file| file.items).unwrap_or_default();
                let is_item = |item: &syn::Item| match item {
                    syn::Item::Macro(item) => is_of_the_runtime(&item.mac.path),
                    item => !matches!(item, syn::Item::Verbatim(_)),
                };
                assert!(items.iter().all(is_item), "{text:?}");
                assert!(items.len() > 8, "{text:?}");
            }
        }
    }
}

/// Whether a macro is one that items are generated with.
fn is_of_the_runtime(path: &syn::Path) -> bool {
    let names: Vec<_> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    matches!(names.join("::").as_str(), "wire::object" | "wire::enumeration" | "wire::serde_impls")
}
