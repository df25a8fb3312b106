//! Targets themselves; [`suite`] has those of the official test suite.

mod suite;

use serde_json::{Value, json};
use thoth_messaging_documents::jsonschema::{self, Draft, Registry};

use super::{Place, Resolved, resolve};
use crate::diagnostic::{Diagnostic, Severity};
use crate::parse::parse;
use crate::source::SchemaSet;

fn resolved(files: &[(&str, &Value)]) -> (Resolved, Vec<Diagnostic>) {
    let mut set = SchemaSet::new();
    for (name, value) in files {
        set.add(*name, *name, value.to_string());
    }
    let mut diagnostics = Vec::new();
    let parsed = parse(&set, &crate::Options::default(), &mut diagnostics);
    let resolved = resolve(parsed, &mut diagnostics);
    (resolved, diagnostics)
}

/// What is found at the places of one schema: where it leads (`target`, `dynamic`), `draft`, whether it `is dynamic`.
#[track_caller]
fn check(schema: &Value, expected: &[(&str, &str)]) {
    let (resolved, diagnostics) = resolved(&[("a.json", schema)]);
    let errors: Vec<_> = diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:?}");
    for (pointer, expected) in expected {
        let place = Place::new(0_usize, *pointer);
        let shown = |place: &Place| match place.document {
            0 => format!("#{}", place.pointer),
            _ => format!("{}#{}", resolved.document(place).uri, place.pointer),
        };
        let mut found: Vec<String> = resolved.targets(&place).map(shown).collect();
        if resolved.is_dynamic(&place) {
            found.push("dynamic".to_owned());
        }
        assert_eq!(&found.join(" "), expected, "{pointer}");
    }
}

#[test]
fn ids_change_the_base_of_what_is_below() {
    let schema = json!({
        "$id": "https://example.org/a",
        "$defs": {
            "B": {"$id": "b/", "$defs": {"C": {"$id": "c#", "type": "string"}}, "items": {"$ref": "c"}},
        },
        "properties": {
            "c": {"$ref": "b/c"},
            "items": {"$ref": "/b/#/items"},
            "through": {"$ref": "#/$defs/B/$defs/C"},
            "self": {"$ref": "a"},
            "urn": {"$id": "urn:x:y", "$defs": {"Z": true}, "not": {"$ref": "#/$defs/Z"}},
            "to_urn": {"$ref": "urn:x:y#/$defs/Z"},
        },
    });
    check(
        &schema,
        &[
            ("/$defs/B/items", "#/$defs/B/$defs/C"),
            ("/properties/c", "#/$defs/B/$defs/C"),
            ("/properties/items", "#/$defs/B/items"),
            ("/properties/through", "#/$defs/B/$defs/C"),
            ("/properties/self", "#"),
            ("/properties/urn/not", "#/properties/urn/$defs/Z"),
            ("/properties/to_urn", "#/properties/urn/$defs/Z"),
        ],
    );
}

#[test]
fn anchors_name_places_in_their_resource() {
    let schema = json!({
        "$defs": {
            "A": {"$anchor": "x", "type": "string"},
            "B": {"$id": "b", "$defs": {"C": {"$dynamicAnchor": "x"}}, "not": {"$ref": "#x"}},
        },
        "properties": {"x": {"$ref": "#x"}, "bx": {"$ref": "b#x"}},
        "x-y": {"D": {"$anchor": "not_counted"}},
        "enum": [{"$anchor": "x", "$id": "b", "$ref": "nowhere"}],
    });
    check(
        &schema,
        &[
            ("/properties/x", "#/$defs/A"),
            ("/properties/bx", "#/$defs/B/$defs/C"),
            ("/$defs/B/not", "#/$defs/B/$defs/C"),
        ],
    );
}

#[test]
fn drafts_up_to_7_have_anchors_as_ids_and_ignore_what_is_beside_ref() {
    for (draft, id) in [("04", "id"), ("06", "$id"), ("07", "$id")] {
        let schema = json!({
            "$schema": format!("http://json-schema.org/draft-{draft}/schema#"),
            id: "https://example.org/root.json",
            "definitions": {
                "A": {id: "#foo"},
                "B": {id: "other.json#bar", "not": {"$ref": "#bar"}},
                "C": {id: "https://elsewhere.org/", "$ref": "other.json"},
            },
            "properties": {"id": {"$ref": "#foo"}, "$id": {"$ref": "other.json#bar"}, "$ref": {"$ref": "#"}},
        });
        check(
            &schema,
            &[
                ("/properties/id", "#/definitions/A"),
                ("/properties/$id", "#/definitions/B"),
                ("/properties/$ref", "#"),
                ("/definitions/B/not", "#/definitions/B"),
                ("/definitions/C", "#/definitions/B"),
            ],
        );
    }
}

#[test]
fn places_have_one_spelling() {
    let schema = json!({
        "$defs": {"a b": true, "c/d": {"type": "string"}, "e~f": true, "%": true},
        "allOf": [
            {"$ref": "#/$defs/a%20b"}, {"$ref": "#/%24defs/c~1d"}, {"$ref": "#/$defs/e~0f"}, {"$ref": "#/$defs/%25"},
            {"$ref": "#/x-types/A"}, {"$ref": "#/x-types/A/properties/p"},
        ],
        "x-types": {"A": {"properties": {"p": {"$ref": "#/$defs/c~1d"}}}},
    });
    check(
        &schema,
        &[
            ("/allOf/0", "#/$defs/a b"),
            ("/allOf/1", "#/$defs/c~1d"),
            ("/allOf/2", "#/$defs/e~0f"),
            ("/allOf/3", "#/$defs/%"),
            ("/allOf/4", "#/x-types/A"),
            ("/allOf/5", "#/x-types/A/properties/p"),
            ("/x-types/A/properties/p", "#/$defs/c~1d"),
        ],
    );
}

#[test]
fn dynamic_references_are_decided_where_there_is_one_anchor() {
    let one = json!({
        "$dynamicAnchor": "node",
        "properties": {
            "a": {"$dynamicRef": "#node", "$ref": "#/$defs/A"},
            "b": {"$dynamicRef": "#/$defs/A"},
            "c": {"$dynamicRef": "#plain"},
        },
        "$defs": {"A": {}, "B": {"$anchor": "plain"}, "C": {"$id": "unrelated", "$dynamicAnchor": "node"}},
    });
    check(
        &one,
        &[("", ""), ("/properties/a", "#/$defs/A #"), ("/properties/b", "#/$defs/A"), ("/properties/c", "#/$defs/B")],
    );
    let two = json!({
        "$ref": "list",
        "properties": {"other": {"type": "string"}},
        "$defs": {
            "item": {"$dynamicAnchor": "item", "type": "string"},
            "list": {"$id": "list", "items": {"$dynamicRef": "#item"}, "$defs": {"any": {"$dynamicAnchor": "item"}}},
        },
    });
    check(
        &two,
        &[
            ("", "#/$defs/list dynamic"),
            ("/properties/other", ""),
            ("/$defs/list", "dynamic"),
            ("/$defs/list/items", "dynamic"),
            ("/$defs/item", ""),
        ],
    );
}

#[test]
fn a_schema_may_have_an_anchor_of_each_kind() {
    let schema = json!({
        "$dynamicAnchor": "b",
        "$defs": {"A": {"$id": "a", "$anchor": "a", "$dynamicAnchor": "b", "not": {"$dynamicRef": "#b"}}},
        "properties": {"a": {"$ref": "a#a"}, "b": {"$ref": "a#b"}, "c": {"$ref": "a#/not"}},
    });
    check(&schema, &[("/properties/a", "#/$defs/A dynamic"), ("/properties/b", "#/$defs/A dynamic")]);
    check(&schema, &[("/properties/c", "#/$defs/A/not dynamic"), ("/$defs/A/not", "dynamic")]);
}

#[test]
fn recursive_references_are_decided_where_there_is_one_anchor() {
    let inner = |outer: bool, inner: bool| {
        json!({
            "$schema": "https://json-schema.org/draft/2019-09/schema",
            "$recursiveAnchor": outer,
            "properties": {"a": {"$id": "inner", "$recursiveAnchor": inner, "items": {"$recursiveRef": "#"}}},
        })
    };
    let decided = [("", ""), ("/properties/a/items", "#/properties/a")];
    check(&inner(false, false), &decided);
    check(&inner(true, false), &decided);
    check(&inner(false, true), &decided);
    check(&inner(true, true), &[("", "dynamic"), ("/properties/a", "dynamic"), ("/properties/a/items", "dynamic")]);
}

#[test]
fn a_property_named_as_a_keyword_is_no_definition() {
    let schema = json!({
        "$dynamicAnchor": "n",
        "properties": {"$defs": {"items": {"$id": "inner", "$dynamicAnchor": "n", "not": {"$dynamicRef": "#n"}}}},
    });
    check(&schema, &[("", "dynamic"), ("/properties/$defs/items/not", "dynamic")]);
}

#[test]
fn meta_schemas_are_known() {
    let schema = json!({"properties": {
        "old": {"$ref": "http://json-schema.org/draft-07/schema#"},
        "part": {"$ref": "http://json-schema.org/draft-04/schema#/definitions/positiveInteger"},
        "vocabulary": {"$ref": "https://json-schema.org/draft/2020-12/meta/format-annotation"},
        "new": {"$ref": "https://json-schema.org/draft/2020-12/schema"},
        "newer": {"$ref": "https://json-schema.org/draft/2019-09/schema"},
    }});
    check(
        &schema,
        &[
            ("/properties/old", "http://json-schema.org/draft-07/schema#"),
            ("/properties/part", "http://json-schema.org/draft-04/schema#/definitions/positiveInteger"),
            ("/properties/vocabulary", "https://json-schema.org/draft/2020-12/meta/format-annotation#"),
            ("/properties/new", "https://json-schema.org/draft/2020-12/schema# dynamic"),
            ("/properties/newer", "https://json-schema.org/draft/2019-09/schema# dynamic"),
        ],
    );
    let (resolved, _) = resolved(&[("a.json", &schema)]);
    assert_eq!(resolved.references_of(0).len(), 5);
    assert!(resolved.documents.iter().skip(1).all(|document| document.built_in));
}

/// A validator that is made from files knows the meta-schemas of one draft alone: it is given those that are named.
#[test]
fn meta_schemas_are_among_what_a_validator_needs() {
    let schema = json!({"$id": "https://example.org/a", "properties": {
        "old": {"$ref": "http://json-schema.org/draft-07/schema#"},
        "newer": {"$ref": "https://json-schema.org/draft/2019-09/schema"},
        "new": {"$ref": "https://json-schema.org/draft/2020-12/schema"},
        "core": {"$ref": "https://json-schema.org/draft/2019-09/meta/core"},
    }});
    let (resolved, _) = resolved(&[("a.json", &schema)]);
    let mut needed = vec![0];
    let mut read = 0;
    while let Some(document) = needed.get(read) {
        let new = resolved.references_of(*document).into_iter().filter(|other| !needed.contains(other));
        needed.extend(new.collect::<Vec<_>>());
        read += 1;
    }
    let files = needed.iter().map(|number| &resolved.documents[*number]);
    let registry = Registry::new().extend(files.map(|file| (file.uri.clone(), &file.value))).unwrap();
    let registry = registry.prepare().unwrap();
    let root = json!({"$ref": "https://example.org/a"});
    let validator = jsonschema::options().offline().with_registry(&registry).build(&root).unwrap();
    for name in ["old", "newer", "new"] {
        assert!(validator.is_valid(&json!({name: {"items": {"type": "string"}}})), "{name}");
        assert!(!validator.is_valid(&json!({name: {"not": {"type": "text"}}})), "{name}");
    }
    assert!(!validator.is_valid(&json!({"core": {"$id": 5}})));
}

#[test]
fn schemas_inside_have_drafts_of_their_own() {
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "properties": {
            "old": {
                "$id": "old",
                "$schema": "http://json-schema.org/draft-07/schema#",
                "items": [{"$id": "#tuple"}, {"$ref": "#tuple", "type": "string"}],
                "additionalItems": {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "new"},
            },
        },
    });
    let (resolved, diagnostics) = resolved(&[("a.json", &schema)]);
    assert!(diagnostics.iter().all(|diagnostic| diagnostic.severity == Severity::Warning), "{diagnostics:?}");
    let draft = |pointer: &str| resolved.draft(&Place::new(0_usize, pointer));
    assert_eq!(draft(""), Draft::Draft202012);
    assert_eq!(draft("/properties/old"), Draft::Draft7);
    assert_eq!(draft("/properties/old/items/0"), Draft::Draft7);
    assert_eq!(draft("/properties/old/additionalItems"), Draft::Draft202012);
}

#[test]
fn files_may_be_booleans_and_refer_to_each_other_in_circles() {
    let a = json!({"properties": {"b": {"$ref": "b.json"}, "never": {"$ref": "never.json"}}});
    let b = json!({"properties": {"a": {"$ref": "a.json#"}}});
    let (resolved, diagnostics) = resolved(&[("a.json", &a), ("b.json", &b), ("never.json", &Value::Bool(false))]);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    assert_eq!(resolved.references_of(0), [1, 2]);
    assert_eq!(resolved.references_of(1), [0]);
    assert_eq!(resolved.target(&Place::new(0_usize, "/properties/never")), Some(&Place::root(2_usize)));
}

#[test]
fn a_meta_schema_that_is_a_file_says_what_means_something() {
    let meta = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://example.org/meta",
        "$vocabulary": {
            "https://json-schema.org/draft/2020-12/vocab/core": true,
            "https://json-schema.org/draft/2020-12/vocab/applicator": true,
        },
    });
    let schema = json!({"$schema": "https://example.org/meta", "properties": {"a": {"minimum": 1}}});
    let (resolved, diagnostics) = resolved(&[("a.json", &schema), ("meta.json", &meta)]);
    let codes: Vec<_> = diagnostics.iter().map(|diagnostic| (diagnostic.code, diagnostic.severity)).collect();
    assert_eq!(codes, [("S0402", Severity::Warning)]);
    let place = Place::new(0_usize, "/properties/a");
    assert!(!resolved.is_plain(&place));
    assert_eq!(resolved.references_of(0), [1]);
}
