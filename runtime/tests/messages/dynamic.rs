//! Message types made at run time.
#![expect(clippy::unwrap_used, reason = "clippy.toml allows it in test functions only, not in their helpers")]

use std::fs;

use serde_json::{Value, json};
use thoth_messaging::dynamic::{FactoryError, MessageType, message_factory, schema_of};
use thoth_messaging::schemars::JsonSchema;
use thoth_messaging::{Decoder, Encode};

fn notebook() -> MessageType {
    message_factory("thoth.community.notebook-published", [("notebook_url", "str"), ("stars", "integer")]).unwrap()
}

#[test]
fn makes_a_type_of_pairs_as_the_original_does() {
    let notebook = notebook();
    assert_eq!(notebook.descriptor().name, "NotebookPublished");
    assert_eq!(notebook.schema()["properties"]["notebook_url"], json!({"type": "string"}));
    let message = notebook.message(&json!({"notebook_url": "https://example.org/n", "stars": 3})).unwrap();
    let decoded = notebook.decode(&message.encode().unwrap()).unwrap();
    assert_eq!(decoded.contents(), message.contents());
}

#[test]
fn reports_every_violation_of_a_payload() {
    let error = notebook().decode(br#"{"stars": "many"}"#).unwrap_err();
    let mut found: Vec<_> =
        error.violations().iter().map(|v| (v.instance_path.as_str(), v.schema_path.as_str())).collect();
    found.sort_unstable();
    assert_eq!(found, [("", "schema#/required"), ("/stars", "schema#/properties/stars/type")]);
    assert!(!error.to_string().contains("many"), "{error}");
}

#[test]
fn refuses_a_duplicate_member_like_a_generated_type() {
    let error = notebook().decode(br#"{"notebook_url": "a", "notebook_url": "b", "stars": 3}"#).unwrap_err();
    assert_eq!(error.violations()[0].keyword, "duplicate");
}

#[test]
fn takes_texts_files_values_and_rust_types() {
    #[derive(JsonSchema)]
    #[allow(dead_code)]
    #[schemars(crate = "thoth_messaging::schemars")]
    struct Heartbeat {
        host: String,
    }
    let schema = json!({"title": "Heartbeat", "type": "object", "required": ["host"],
                        "properties": {"host": {"type": "string"}}});
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("heartbeat.json");
    fs::write(&file, schema.to_string()).unwrap();
    for message_type in [
        message_factory("ops.heartbeat", schema.to_string()),
        message_factory("ops.heartbeat", file),
        message_factory("ops.heartbeat", &schema),
        message_factory("ops.heartbeat", schema_of::<Heartbeat>()),
    ] {
        let message_type = message_type.unwrap();
        assert_eq!(message_type.descriptor().name, "Heartbeat");
        assert!(message_type.decode(b"{}").is_err());
        assert!(message_type.decode(br#"{"host": "a1"}"#).is_ok());
    }
}

#[test]
fn takes_the_topic_metadata_of_the_schema() {
    let schema = json!({
        "title": "Heartbeat",
        "type": "object",
        "x-kafka": {"topic": "elsewhere", "partitions": 6, "replicas": 3, "key": "/host",
                    "topicConfiguration": {"cleanup.policy": ["compact", "delete"], "retention.ms": 1000}},
    });
    let heartbeat = message_factory("ops.heartbeat", &schema).unwrap().with_partitions(12);
    let topic = &heartbeat.descriptor().topic;
    assert_eq!((topic.name.as_ref(), topic.partitions, topic.replicas), ("ops.heartbeat", Some(12), Some(3)));
    assert!(topic.configuration.contains(&("cleanup.policy".into(), "compact,delete".into())));
    let message = heartbeat.message(&json!({"host": 7})).unwrap();
    assert_eq!(message.key().as_deref(), Some("7"));
    assert_eq!(heartbeat.message(&json!({})).unwrap().key(), None);
}

#[test]
fn checks_a_message_again_when_it_is_encoded() {
    let mut message = notebook().message(&json!({"notebook_url": "u", "stars": 3})).unwrap();
    message.contents_mut()["stars"] = json!(true);
    assert_eq!(message.encode().unwrap_err().violations()[0].instance_path, "/stars");
}

#[test]
fn says_why_there_is_no_type() {
    let pairs = [("a", "string")];
    let topic = message_factory("a topic", pairs).unwrap_err();
    assert!(matches!(topic, FactoryError::Topic { .. }), "{topic}");
    let field = message_factory("t", [("when", "datetime")]).unwrap_err();
    assert_eq!(
        field.to_string(),
        "field `when` has the unknown type `datetime`: write one of string, integer, number, boolean, object, array, \
         str, int, float, bool, dict, list"
    );
    let text = message_factory("t", "{").unwrap_err();
    assert!(matches!(text, FactoryError::Unreadable { .. }), "{text}");
    let file = message_factory("t", std::path::Path::new("no/such/file.json")).unwrap_err();
    assert!(file.to_string().contains("no/such/file.json"), "{file}");
    let schema = message_factory("t", json!({"type": "object", "properties": {"a": {"type": "strin"}}})).unwrap_err();
    assert!(schema.to_string().contains("#/properties/a/type"), "{schema}");
    let reference = message_factory("t", json!({"$ref": "other.json"})).unwrap_err();
    assert!(reference.to_string().contains("$defs"), "{reference}");
    let kafka = message_factory("t", json!({"x-kafka": {"partitions": "six"}})).unwrap_err();
    assert!(matches!(kafka, FactoryError::Kafka { .. }), "{kafka}");
}

#[test]
fn a_promoted_file_is_named_as_the_command_line_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let promote = |title: &str| message_factory("t", json!({"title": title})).unwrap().promote(folder.path());
    assert_eq!(promote("HTTPServerError").unwrap().file_name().unwrap(), "http-server-error.schema.json");
    assert_eq!(promote("order (v2)").unwrap().file_name().unwrap(), "order-v2.schema.json");
    assert_eq!(promote("!").unwrap_err().kind(), std::io::ErrorKind::InvalidInput);
}

#[test]
fn a_payload_that_is_refused_after_one_pass_is_refused_with_every_violation() {
    let build = message_factory("t", json!({"required": ["a"], "properties": {"b": {"type": "integer"}}})).unwrap();
    assert!(build.decode(br#"{"a": 1, "b": 2}"#).is_ok());
    assert_eq!(build.decode(br#"{"b": "x"}"#).unwrap_err().violations().len(), 2);
    assert!(build.decode(br#"{"a": 1, "a": 2}"#).is_err());
}

#[test]
fn promotes_a_type_to_a_schema_file() {
    let folder = tempfile::tempdir().unwrap();
    let notebook = notebook().with_partitions(3).with_key("/notebook_url");
    let path = notebook.promote(folder.path()).unwrap();
    assert_eq!(path.file_name().unwrap(), "notebook-published.schema.json");
    let schema: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!(
        schema["x-kafka"],
        json!({"topic": "thoth.community.notebook-published", "partitions": 3, "key": "/notebook_url"})
    );
    let again = message_factory("thoth.community.notebook-published", &schema).unwrap();
    assert_eq!(again.descriptor().key, notebook.descriptor().key);
    assert_eq!(notebook.promote(folder.path()).unwrap_err().kind(), std::io::ErrorKind::AlreadyExists);
}

/// The names of a sensitive map are a part of the value: errors, dead letters and logs have none of them.
#[test]
fn a_violation_ends_at_the_sensitive_value() {
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "properties": {
            "tokens": {"type": "object", "x-sensitive": true, "additionalProperties": {"type": "integer"}},
            "holder": {"$ref": "#/$defs/holder"},
            "plain": {"type": "object", "properties": {"a": {"type": "integer"}}, "additionalProperties": false},
        },
        "$defs": {"holder": {
            "x-sensitive": true, "type": "object", "properties": {"name": {"type": "string"}}, "additionalProperties": false,
        }},
    });
    let paid = message_factory("shop.paid", &schema).unwrap();
    for (payload, expected) in [
        (r#"{"tokens": {"s3cret": "x"}}"#, "/tokens: expected an integer"),
        (r#"{"tokens": {"a": {"s3cret": 1}, "s3cret": {"s3cret": 1, "s3cret": 1}}}"#, "/tokens: expected "),
        (r#"{"holder": {"s3cret": 1}}"#, "/holder: expected no members that the schema does not name ("),
        (r#"{"plain": {"b": 1}}"#, "/plain: expected no members that the schema does not name: b ("),
        (r#"{"plain": {"a": "x"}}"#, "/plain/a: expected an integer"),
    ] {
        let error = paid.decode(payload.as_bytes()).unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(!shown.contains("s3cret"), "{payload}: {shown}");
        assert!(error.violations()[0].to_string().starts_with(expected), "{payload}: {shown}");
    }
}

/// Validators have patterns translated: violations say what the schema says.
#[test]
fn a_violation_of_a_pattern_names_it_as_the_schema_does() {
    let schema = json!({
        "properties": {"a": {"pattern": "^.\\d$"}, "b": {"$ref": "#/patternProperties/%5Ec.~1/properties/d"}},
        "patternProperties": {"^c./": {"properties": {"d": {"type": "integer"}}}},
    });
    let build = message_factory("t", schema).unwrap();
    assert!(build.decode("{\"a\": \"é1\", \"b\": 1, \"c\\r/\": {\"d\": true}}".as_bytes()).is_ok());
    let error = build.decode(br#"{"a": "\r1", "b": true, "cd/": {"d": true}}"#).unwrap_err();
    let mut found: Vec<_> =
        error.violations().iter().map(|it| (it.schema_path.as_str(), it.expected.as_str())).collect();
    found.sort_unstable();
    assert_eq!(
        found,
        [
            ("schema#/patternProperties/%5Ec.~1/properties/d/type", "an integer"),
            ("schema#/patternProperties/%5Ec.~1/properties/d/type", "an integer"),
            ("schema#/properties/a/pattern", "a text that matches `^.\\d$`"),
        ]
    );
}

#[test]
fn takes_references_to_meta_schemas_and_to_names_that_a_uri_escapes() {
    for meta in [
        "http://json-schema.org/draft-04/schema#",
        "http://json-schema.org/draft-06/schema#",
        "http://json-schema.org/draft-07/schema#",
        "https://json-schema.org/draft/2019-09/schema",
        "https://json-schema.org/draft/2020-12/schema",
    ] {
        let schema = json!({
            "properties": {"schema": {"$ref": meta}, "size": {"$ref": "#/$defs/Größe<T>"}},
            "$defs": {"Größe<T>": {"type": "integer"}},
        });
        let build = message_factory("t", schema).unwrap();
        assert!(
            build.decode(br#"{"schema": {"type": "string", "items": {"minLength": 1}}, "size": 1}"#).is_ok(),
            "{meta}"
        );
        assert!(build.decode(br#"{"schema": {"items": {"type": "text"}}}"#).is_err(), "{meta}");
        assert!(build.decode(br#"{"size": "L"}"#).is_err(), "{meta}");
    }
}
