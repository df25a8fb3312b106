//! Documents, and where their references lead.
#![expect(clippy::unwrap_used, reason = "clippy.toml allows it in test functions only, not in their helpers")]

use serde_json::{Value, json};
use thoth_messaging_compat::{Files, Place, Schema, SchemaError};

fn files<const N: usize>(documents: [(&str, Value); N]) -> Files {
    let mut files = Files::new();
    for (name, document) in documents {
        files.insert(name, document);
    }
    files
}

fn target(schema: &Schema, file: &str, pointer: &str) -> String {
    let place = Place::new(file, pointer);
    schema.targets(&place).first().unwrap().to_string()
}

#[test]
fn follows_references_by_file_name_id_anchor_and_pointer() {
    let files = files([
        (
            "a/order.json",
            json!({"$id": "https://example.org/order", "properties": {
                "line": {"$ref": "line#/$defs/part"},
                "named": {"$ref": "#here"},
                "self": {"$dynamicRef": "#node"},
            }, "$defs": {"x": {"$anchor": "here"}, "node": {"$dynamicAnchor": "node"}}}),
        ),
        ("a/line.json", json!({"$id": "https://example.org/line", "$defs": {"part": {"$ref": "../b/c.json"}}})),
        ("b/c.json", json!({"$id": "https://example.org/b/c.json"})),
    ]);
    let files = {
        let mut files = files;
        files
            .insert("a/line.json", json!({"$id": "https://example.org/line", "$defs": {"part": {"$ref": "b/c.json"}}}));
        files
    };
    let schema = Schema::new(&files, "a/order.json").unwrap();
    assert_eq!(target(&schema, "a/order.json", "/properties/line"), "a/line.json#/$defs/part");
    assert_eq!(target(&schema, "a/line.json", "/$defs/part"), "b/c.json#");
    assert_eq!(target(&schema, "a/order.json", "/properties/named"), "a/order.json#/$defs/x");
    assert_eq!(target(&schema, "a/order.json", "/properties/self"), "a/order.json#/$defs/node");
    assert!(!schema.is_dynamic(&Place::root("a/order.json").join("properties").join("self")));
}

#[test]
fn follows_relative_references_between_files_without_id() {
    let files = files([
        ("a/b.json", json!({"$ref": "../c.json#/$defs/d"})),
        ("c.json", json!({"$defs": {"d": {"type": "null"}}})),
    ]);
    let schema = Schema::new(&files, "a/b.json").unwrap();
    assert_eq!(target(&schema, "a/b.json", ""), "c.json#/$defs/d");
    assert!(schema.is_valid(&Value::Null) && !schema.is_valid(&json!(1)));
}

#[test]
fn takes_the_default_draft_where_there_is_no_schema_keyword() {
    let mut files = Files::new().with_draft(thoth_messaging_documents::Draft::Draft4);
    files.insert("a.json", json!({"maximum": 3, "exclusiveMaximum": true, "const": 1}));
    let schema = Schema::new(&files, "a.json").unwrap();
    assert!(schema.is_valid(&json!(2)) && !schema.is_valid(&json!(3)));
    assert_eq!(schema.draft(schema.root()), thoth_messaging_documents::Draft::Draft4);
}

#[test]
fn refuses_references_that_lead_nowhere() {
    let broken = files([("a.json", json!({"$ref": "missing.json"}))]);
    assert!(matches!(Schema::new(&broken, "a.json"), Err(SchemaError::Invalid { .. })));
    assert_eq!(Schema::new(&broken, "b.json").unwrap_err(), SchemaError::NoFile("b.json".to_owned()));
}

#[test]
fn a_relative_id_counts_once_however_the_document_is_reached() {
    let files = files([
        ("root.json", json!({"$id": "root.json", "$ref": "common/a.json"})),
        ("common/a.json", json!({"$id": "common/a.json", "items": {"$ref": "b.json"}})),
        (
            "common/b.json",
            json!({"$id": "common/b.json", "properties": {"c": {"$ref": "b.json#/$defs/C"}}, "$defs": {"C": {}}}),
        ),
    ]);
    let own = Schema::new(&files, "common/a.json").unwrap();
    assert_eq!(target(&own, "common/a.json", "/items"), "common/b.json#");
    assert_eq!(target(&own, "common/b.json", "/properties/c"), "common/b.json#/$defs/C");
}
