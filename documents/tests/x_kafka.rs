//! The schema of what this project adds to JSON Schema, as editors use it.

#![cfg(all(feature = "schemars", feature = "validate"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "that is how a test fails, its helpers included")]

use std::path::Path;
use std::{env, fs};

use serde_json::{Value, json};
use thoth_messaging_documents::{extension_schema, jsonschema};

#[test]
fn the_schema_file_is_fresh() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("x-kafka.schema.json");
    let text = format!("{:#}\n", extension_schema());
    if env::var_os("UPDATE_EXPECTED").is_some() {
        fs::write(&path, &text).unwrap();
    }
    assert_eq!(fs::read_to_string(path).unwrap_or_default(), text, "UPDATE_EXPECTED=1 rewrites it");
}

#[track_caller]
fn check(schema: &Value, is_valid: bool) {
    assert_eq!(jsonschema::is_valid(&extension_schema(), schema), is_valid, "{schema}");
}

#[test]
fn accepts_what_a_schema_file_may_have() {
    check(&json!({"type": "object"}), true);
    check(&json!({"x-kafka": {"topic": "a"}, "title": "A", "properties": {}}), true);
    check(
        &json!({"x-kafka": {"topic": "a.b_c-D", "partitions": 3, "replicas": 1, "key": "/a~1b/c",
                  "topicConfiguration": {"retention.ms": 1, "cleanup.policy": ["a", "b"], "x": true, "y": 0.5, "z": "t"}}}),
        true,
    );
    check(&json!({"x-kafka": {"topic": "a", "retryTopics": ["500ms", "1m", "24h"]}}), true);
    check(&json!({"x-kafka": {"topic": "a", "schemaIdLocation": "header"}}), true);
    check(&json!({"x-kafka": {"topic": "a", "schemaIdLocation": "payload"}}), true);
    check(&json!({"x-sensitive": true}), true);
    check(&json!({"x-lint-allow": ["open-object", "L0302"]}), true);
}

#[test]
fn refuses_what_the_generator_refuses() {
    check(&json!({"x-kafka": {}}), false);
    check(&json!({"x-kafka": null}), false);
    check(&json!({"x-kafka": {"topic": "a", "key": null}}), false);
    check(&json!({"x-kafka": {"topic": "a", "partitions": null}}), false);
    check(&json!({"x-kafka": {"topic": "a b"}}), false);
    check(&json!({"x-kafka": {"topic": ""}}), false);
    check(&json!({"x-kafka": {"topic": "a", "topci": "b"}}), false);
    check(&json!({"x-kafka": {"topic": "a", "partitions": 0}}), false);
    check(&json!({"x-kafka": {"topic": "a", "key": "order_id"}}), false);
    check(&json!({"x-kafka": {"topic": "a", "topicConfiguration": {"a": {}}}}), false);
    check(&json!({"x-kafka": {"topic": "a", "schemaIdLocation": "body"}}), false);
    check(&json!({"x-sensitive": "yes"}), false);
    check(&json!({"x-lint-allow": "open-object"}), false);
}
