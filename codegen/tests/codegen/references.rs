//! What references lead to, as generated types show it: sets of files in, parts of the Rust text or the diagnostics out.

#![allow(clippy::unwrap_used, clippy::panic, reason = "that is how a test fails, its helpers included")]

use serde_json::{Map, Value, json};
use thoth_messaging_codegen::{Generation, Options, SchemaSet, Severity, generate};

fn run(files: &[(&str, Value)]) -> Generation {
    let mut schemas = SchemaSet::new();
    for (name, schema) in files {
        schemas.add(*name, *name, schema.to_string());
    }
    generate(&schemas, &Options::default())
}

/// A message with these properties, and whatever else its schema says.
#[allow(clippy::needless_pass_by_value, reason = "so that `json!` can stand in the call")]
fn message(properties: Value, more: Value) -> Value {
    let mut schema = json!({"title": "Root", "type": "object", "x-kafka": {"topic": "a"}, "properties": properties});
    schema.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    schema
}

/// The fields of the message, one for each reference.
#[track_caller]
fn check(files: &[(&str, Value)], fields: &[&str]) {
    let generation = run(files);
    let errors: Vec<_> = generation.diagnostics.iter().filter(|one| one.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:?}");
    let text = &generation.files[0].text;
    for field in fields {
        assert!(text.contains(&format!("pub {field},")), "{field} is not in\n{text}");
    }
}

#[track_caller]
fn refuses(files: &[(&str, Value)], expected: &[(&str, &str, &str)]) {
    let generation = run(files);
    let found = generation.diagnostics.iter().map(|diagnostic| {
        let place = diagnostic.location.as_ref().unwrap();
        (diagnostic.code, place.file.as_str(), place.pointer.as_str())
    });
    assert_eq!(found.collect::<Vec<_>>(), expected);
}

#[test]
fn follows_anchors_ids_and_pointers() {
    let schema = message(
        json!({
            "anchor": {"$ref": "#line"},
            "id": {"$ref": "https://example.org/inner"},
            "inside": {"$ref": "/inner#/$defs/Flag"},
            "pointer": {"$ref": "#/$defs/Inner/$defs/Flag"},
            "urn": {"$ref": "urn:example:x#text"},
        }),
        json!({"$id": "https://example.org/root", "$defs": {
            "Line": {"$anchor": "line", "type": "string"},
            "Inner": {"$id": "inner", "type": "integer", "$defs": {"Flag": {"type": "boolean"}}},
            "Urn": {"$id": "urn:example:x", "$defs": {"Text": {"$anchor": "text", "type": "string"}}},
        }}),
    );
    let fields = [
        "anchor: Option<String>",
        "id: Option<i64>",
        "inside: Option<bool>",
        "pointer: Option<bool>",
        "urn: Option<String>",
    ];
    check(&[("a.json", schema)], &fields);
}

/// As some editors write for each member, and copy with it.
#[test]
fn an_id_that_is_a_pointer_is_no_anchor() {
    let draft = json!({"$schema": "http://json-schema.org/draft-07/schema#"});
    let copied = json!({"type": "string", "$id": "#/properties/a"});
    let properties = json!({"a": copied, "b": copied, "c": {"$ref": "#/properties/a"}});
    check(
        &[("a.schema.json", message(properties, draft))],
        &["a: Option<String>", "b: Option<String>", "c: Option<String>"],
    );
}

#[test]
fn follows_references_between_files_by_name_and_by_id() {
    let b = json!({"$id": "https://example.org/b", "$defs": {"Text": {"type": "string"}, "Self": {"$ref": "#/$defs/Text"}}});
    let c = json!({"definitions": {"Flag": {"type": "boolean"}}, "$schema": "http://json-schema.org/draft-07/schema#"});
    let root = message(
        json!({
            "by_name": {"$ref": "deep/b.json#/$defs/Self"},
            "by_id": {"$ref": "https://example.org/b#/$defs/Text"},
            "remote": {"$ref": "https://elsewhere.org/c.json#/definitions/Flag"},
        }),
        json!({}),
    );
    let files = [("a.json", root), ("deep/b.json", b), ("https://elsewhere.org/c.json", c)];
    check(&files, &["by_name: Option<String>", "by_id: Option<String>", "remote: Option<bool>"]);
}

#[test]
fn follows_references_that_hold_what_a_uri_escapes() {
    let schema = message(
        json!({
            "generic": {"$ref": "#/definitions/Partial<Foo>"},
            "spaced": {"$ref": "#/definitions/Test Details"},
            "umlaut": {"$ref": "größe.json#/$defs/Größe"},
            "escaped": {"$ref": "#/definitions/Test%20Details"},
        }),
        json!({"definitions": {"Partial<Foo>": {"type": "boolean"}, "Test Details": {"type": "string"}}}),
    );
    let size = json!({"$defs": {"Größe": {"type": "integer", "minimum": 1, "not": {"const": 3}}}});
    let files = [("a.json", schema), ("größe.json", size)];
    check(
        &files,
        &["generic: Option<bool>", "spaced: Option<String>", "umlaut: Option<Größe>", "escaped: Option<String>"],
    );
    let told = run(&files).diagnostics.into_iter().filter(|one| one.code == "S0203");
    let told: Vec<_> = told.map(|one| (one.severity, one.help.unwrap_or_default())).collect();
    assert_eq!(told.len(), 3, "{told:?}");
    assert!(
        told.contains(&(Severity::Warning, "write `gr%C3%B6%C3%9Fe.json#/$defs/Gr%C3%B6%C3%9Fe`".to_owned())),
        "{told:?}"
    );
}

/// The meta-schemas of drafts 6 and 7 say that a reference is a URI, and theirs is asked first.
#[test]
fn follows_such_references_in_every_draft() {
    for draft in ["draft-04", "draft-06", "draft-07", "draft/2019-09", "draft/2020-12"] {
        let (protocol, fragment) = if draft.starts_with("draft/") { ("https", "") } else { ("http", "#") };
        let schema = message(
            json!({
                "generic": {"$ref": "#/definitions/Def<(string|null)>"},
                "asked": {"not": {"$ref": "#/definitions/Test Details"}},
            }),
            json!({
                "$schema": format!("{protocol}://json-schema.org/{draft}/schema{fragment}"),
                "definitions": {"Def<(string|null)>": {"type": "boolean"}, "Test Details": {"type": "string"}},
            }),
        );
        check(&[("a.json", schema)], &["generic: Option<bool>"]);
    }
}

#[test]
fn names_what_is_missing() {
    let schema = message(
        json!({
            "a": {"$ref": "#nowhere"},
            "b": {"$ref": "https://example.org/b"},
            "c": {"$ref": "#/nowhere"},
            "d": {"$dynamicRef": "#nowhere"},
            "e": {"$ref": "https://json-schema.org/draft/2020-12/meta/nothing"},
        }),
        json!({}),
    );
    refuses(
        &[("a.json", schema)],
        &[
            ("S0201", "a.json", "/properties/a/$ref"),
            ("S0202", "a.json", "/properties/b/$ref"),
            ("S0201", "a.json", "/properties/c/$ref"),
            ("S0201", "a.json", "/properties/d/$dynamicRef"),
            ("S0202", "a.json", "/properties/e/$ref"),
        ],
    );
}

#[test]
fn refuses_examples_by_what_references_lead_to() {
    let schema = message(
        json!({
            "old": {"$ref": "http://json-schema.org/draft-07/schema#/definitions/nonNegativeInteger"},
            "anchor": {"$ref": "inner#text"},
            "never": {"$ref": "never.json"},
        }),
        json!({
            "examples": [{"old": 1, "anchor": "a"}, {"old": -1}, {"anchor": 1}, {"never": 1}],
            "$defs": {"A": {"$id": "inner", "$defs": {"B": {"$anchor": "text", "type": "string"}}}},
        }),
    );
    let found: Vec<_> = run(&[("a.json", schema), ("never.json", json!(false))])
        .diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.code == "S0406")
        .map(|diagnostic| diagnostic.location.as_ref().unwrap().pointer.clone())
        .collect();
    assert_eq!(found, ["/examples/1/old", "/examples/2/anchor", "/examples/3/never"]);
}

/// The schema files beside the Rust file.
#[test]
fn holds_the_meta_schemas_that_are_named() {
    let schema = message(
        json!({
            "core": {"type": "object", "properties": {"a": {"$ref": "https://json-schema.org/draft/2019-09/meta/core#/properties/$id"}}},
            "old": {"$ref": "http://json-schema.org/draft-07/schema#/definitions/nonNegativeInteger"},
            "older": {"$ref": "http://json-schema.org/draft-04/schema#/definitions/positiveInteger"},
        }),
        json!({"$defs": {"anchor": {"$ref": "https://json-schema.org/draft/2020-12/meta/core#/$defs/anchorString"}}}),
    );
    let generation = run(&[("a.json", schema)]);
    let mut paths: Vec<_> = generation.files.iter().map(|file| file.path.as_str()).collect();
    paths.sort_unstable();
    let expected = [
        "messages.rs",
        "schemas/a.json",
        "schemas/http/json-schema.org/draft-04/schema",
        "schemas/http/json-schema.org/draft-07/schema",
        "schemas/https/json-schema.org/draft/2019-09/meta/core",
        "schemas/https/json-schema.org/draft/2020-12/meta/core",
    ];
    assert_eq!(paths, expected, "{:?}", generation.diagnostics);
}

/// What is generated does not matter here, only that there is an end.
#[test]
fn ends_where_dynamic_references_lead_back_to_themselves() {
    let draft = "https://json-schema.org/draft/2019-09/schema";
    let examples = json!([1, {"a": {"a": 1}}]);
    for more in [
        json!({"$dynamicAnchor": "a", "$dynamicRef": "#a", "examples": examples}),
        json!({"$dynamicRef": "#/$defs/A", "$defs": {"A": {"$dynamicRef": "#"}}, "examples": examples}),
        json!({"$schema": draft, "$recursiveAnchor": true, "$recursiveRef": "#", "examples": examples}),
        json!({"$schema": draft, "$recursiveRef": "#", "examples": examples}),
        json!({"$schema": draft, "$id": "b.json", "$ref": "b.json", "examples": examples}),
        json!({"$ref": "https://json-schema.org/draft/2020-12/schema", "examples": examples}),
        json!({"allOf": [{"$id": "b", "$ref": "#"}], "examples": examples}),
    ] {
        run(&[("a.json", message(json!({}), more))]);
    }
}

#[test]
fn ends_with_many_files_that_refer_to_each_other() {
    files_that_refer_to_each_other(100);
}

#[test]
#[ignore = "minutes without optimization: `just prove`"]
fn ends_with_three_hundred_files_that_refer_to_each_other() {
    files_that_refer_to_each_other(300);
}

fn files_that_refer_to_each_other(count: usize) {
    let name = |number: usize| format!("f{number}.json");
    let names: Vec<String> = (0..count).map(name).collect();
    let files = names.iter().map(|own| {
        let members = names.iter().map(|other| (other.replace('.', "_"), json!({"$ref": format!("{other}#a")})));
        let members: Map<String, Value> = members.collect();
        (own.as_str(), json!({"type": "object", "$anchor": "a", "properties": members}))
    });
    let generation = run(&files.collect::<Vec<_>>());
    assert!(!generation.has_errors());
}

#[test]
fn ends_with_many_anchors_and_dynamic_references() {
    let schema = |number: usize| {
        let anchor = format!("a{}", number % 100);
        let inner = json!({"$dynamicRef": format!("#{anchor}"), "$ref": "#/$defs/D0"});
        (
            format!("D{number}"),
            json!({"$id": format!("d{number}"), "$dynamicAnchor": anchor, "items": inner, "$defs": {"D0": true}}),
        )
    };
    let definitions: Map<String, Value> = (0..3_000).map(schema).collect();
    let uses: Map<String, Value> = (0..3_000).map(|n| (format!("p{n}"), json!({"$ref": format!("d{n}")}))).collect();
    run(&[("a.json", message(uses.into(), json!({"$defs": definitions})))]);
}

#[test]
fn ends_with_ids_in_ids() {
    let nested = (0..55).fold(json!({"$ref": "#"}), |inner, _| json!({"$id": "a/", "not": inner}));
    run(&[("a.json", message(json!({"a": nested, "b": {"$ref": format!("{}#", "a/".repeat(55))}}), json!({})))]);
    let missing: Map<String, Value> =
        (0..3_000).map(|n| (format!("p{n}"), json!({"$ref": format!("#/$defs/x{n}")}))).collect();
    let definitions: Map<String, Value> = (0..3_000).map(|n| (format!("y{n}"), json!(true))).collect();
    let generation = run(&[("a.json", message(missing.into(), json!({"$defs": definitions})))]);
    assert_eq!(generation.diagnostics.iter().filter(|one| one.code == "S0201").count(), 3_000);
}
