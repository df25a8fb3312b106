//! The messages of Thoth, against what the original Python library writes and what the schemas themselves say.

#[cfg(feature = "dynamic")]
mod dynamic;
mod roads;

use serde_json::{Map, Value, json};
use thoth_messaging::messages::{
    AdviserTrigger, AdviserTriggerRequired, BuildAnalysisTrigger, BuildAnalysisTriggerRequired, HashMismatch,
    KebechetRunUrlTrigger, PackageReleased, REGISTRY,
};
use thoth_messaging::{DecodeError, Message};

/// What `thoth-messaging` 0.16.2 wrote: `{"topic_name", "kind", "payload"}`, two for each message.
const PYTHON_PAYLOADS: &str = include_str!("../data/thoth-payloads.json");

/// The same but for members that are null: to a reader of an optional field, null and absence are one.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let kept = members.into_iter().filter(|(_, value)| !value.is_null());
            kept.map(|(name, value)| (name, without_nulls(value))).collect::<Map<_, _>>().into()
        }
        other => other,
    }
}

#[test]
fn reads_and_writes_what_python_writes() {
    let payloads: Vec<Value> = serde_json::from_str(PYTHON_PAYLOADS).unwrap();
    assert_eq!(payloads.len(), 38);
    for entry in &payloads {
        let topic = entry["topic_name"].as_str().unwrap();
        let payload = entry["payload"].as_str().unwrap();
        let message = REGISTRY.by_topic(topic).next().unwrap_or_else(|| panic!("no message on {topic}"));
        let reencoded = message.reencode(payload.as_bytes()).unwrap_or_else(|error| panic!("{topic}: {error}"));
        let (before, after): (Value, Value) =
            (serde_json::from_str(payload).unwrap(), serde_json::from_slice(&reencoded).unwrap());
        assert_eq!(without_nulls(after), without_nulls(before), "{topic}");
    }
}

#[test]
fn accepts_the_examples_of_its_schemas() {
    assert_eq!(REGISTRY.iter().count(), 19);
    for message in &REGISTRY {
        let schema: Value = serde_json::from_str(&message.descriptor().schema.text).unwrap();
        let examples = schema["examples"].as_array().unwrap();
        assert!(examples.len() >= 2, "{}", message.descriptor().name);
        for example in examples {
            message.check(example.to_string().as_bytes()).unwrap();
        }
    }
}

#[test]
fn describes_its_topics() {
    let descriptor = PackageReleased::DESCRIPTOR;
    assert_eq!(descriptor.topic.name, "thoth.package-release.package-released");
    assert_eq!((descriptor.topic.partitions, descriptor.topic.replicas), (Some(1), Some(1)));
    assert!(descriptor.topic.configuration.contains(&("retention.ms".into(), "3888000000".into())));
    assert_eq!(descriptor.key.as_deref(), Some("/package_name"));
    assert_eq!(descriptor.schema.references[0].uri, "base-contents.schema.json");
    assert_eq!(AdviserTrigger::DESCRIPTOR.key, None);
}

#[test]
fn fills_in_defaults_and_writes_them() {
    let minimal = json!({"component_name": "a", "service_version": "1", "recommendation_type": "latest"});
    let trigger = AdviserTrigger::decode(minimal.to_string().as_bytes()).unwrap();
    let required = AdviserTriggerRequired {
        component_name: "a".to_owned(),
        service_version: "1".to_owned(),
        recommendation_type: "latest".to_owned(),
    };
    assert_eq!(trigger, AdviserTrigger::new(required));
    let written: Value = serde_json::from_slice(&trigger.encode().unwrap()).unwrap();
    assert_eq!(
        written,
        json!({"component_name": "a", "service_version": "1", "version": "v5", "recommendation_type": "latest",
               "dev": false, "debug": false, "authenticated": false})
    );
}

#[test]
fn reads_a_default_object_member_by_member() {
    let trigger = KebechetRunUrlTrigger::decode(
        br#"{"component_name": "a", "service_version": "1", "metadata": {"package_name": "flask"}}"#,
    )
    .unwrap();
    assert_eq!(trigger.metadata.package_name.as_deref(), Some("flask"));
    assert_eq!(trigger.metadata.message_justification, None);
}

#[test]
fn refuses_what_is_not_json_with_its_place() {
    let error = PackageReleased::decode(b"{\n \"package_name\": flask}").unwrap_err();
    let DecodeError::NotJson { message, line, column, .. } = error else { panic!("{error}") };
    assert_eq!((message.as_str(), line, column), ("PackageReleased", 2, 19));
}

#[test]
fn refuses_a_duplicate_member() {
    let payload = br#"{"component_name": "a", "service_version": "1", "package_name": "flask", "package_name": "x",
        "package_version": "1", "index_url": "u"}"#;
    let error = PackageReleased::decode(payload).unwrap_err();
    assert_eq!(error.violations()[0].keyword, "duplicate");
    let unknown = br#"{"component_name": "a", "service_version": "1", "package_name": "flask", "package_version": "1",
        "index_url": "u", "extra": {"x": 1, "x": 2}}"#;
    assert!(PackageReleased::decode(unknown).is_err());
}

#[test]
fn refuses_an_array_where_serde_would_take_it_for_a_struct() {
    assert!(PackageReleased::decode(br#"["a", "1", "v1", "u", "flask", "1"]"#).is_err());
}

#[test]
fn keeps_sensitive_values_out_of_debug() {
    let required = BuildAnalysisTriggerRequired { component_name: "a".to_owned(), service_version: "1".to_owned() };
    let trigger = BuildAnalysisTrigger {
        base_registry_password: Some("hunter2".to_owned()),
        ..BuildAnalysisTrigger::new(required)
    };
    let shown = format!("{trigger:?}");
    assert!(!shown.contains("hunter2") && shown.contains("base_registry_password: [redacted]"), "{shown}");
}

#[test]
fn keeps_payload_values_out_of_errors() {
    for payload in [
        &br#"{"component_name": 71077345, "service_version": "1"}"#[..],
        br#"{"component_name": "a", "service_version": ["hunter2"]}"#,
        br#"{"component_name": "a", "service_version": {"hunter2": "hunter2"}, "version": 71077345.5}"#,
    ] {
        let error = PackageReleased::decode(payload).unwrap_err();
        let serde = serde_json::from_slice::<PackageReleased>(payload).unwrap_err();
        for text in [error.to_string(), format!("{error:?}"), serde.to_string()] {
            assert!(!text.contains("hunter2") && !text.contains("71077345"), "{text}");
        }
    }
}

#[test]
fn a_payload_that_is_too_deep_is_an_error() {
    let deep = format!(
        r#"{{"component_name": "a", "service_version": "1", "x": {}{}}}"#,
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    let error = PackageReleased::decode(deep.as_bytes()).unwrap_err();
    assert_eq!(error.violations()[0].keyword, "limit");
}

#[cfg(feature = "dynamic")]
#[test]
fn reports_every_violation_with_both_paths() {
    let error = HashMismatch::decode(
        br#"{"component_name": "a", "service_version": "1", "package_name": "flask", "package_version": 1.7,
             "missing_from_source": [], "missing_from_database": ["a", null]}"#,
    )
    .unwrap_err();
    let mut found: Vec<_> = error
        .violations()
        .iter()
        .map(|v| (v.instance_path.as_str(), v.keyword.as_str(), v.expected.as_str(), v.schema_path.as_str()))
        .collect();
    found.sort_unstable();
    let schema = "hash-mismatch.schema.json#";
    assert_eq!(
        found,
        [
            ("", "required", "the member `index_url`", format!("{schema}/required").as_str()),
            (
                "/missing_from_database/1",
                "type",
                "a string",
                format!("{schema}/properties/missing_from_database/items/type").as_str()
            ),
            ("/package_version", "type", "a string", format!("{schema}/properties/package_version/type").as_str()),
        ]
    );
}

#[cfg(not(feature = "dynamic"))]
#[test]
fn reports_the_first_violation_with_its_place() {
    let error = HashMismatch::decode(
        br#"{"component_name": "a", "service_version": "1", "missing_from_database": ["a", null]}"#,
    )
    .unwrap_err();
    let [violation] = error.violations() else { panic!("{error}") };
    assert_eq!(
        (violation.instance_path.as_str(), violation.keyword.as_str(), violation.expected.as_str()),
        ("/missing_from_database/1", "type", "a string")
    );
}

#[cfg(feature = "dynamic")]
#[test]
fn gives_the_schema_that_it_came_from() {
    let schema = thoth_messaging::schemars::schema_for!(PackageReleased);
    let validator = thoth_messaging_documents::jsonschema::validator_for(schema.as_value()).unwrap();
    let valid = json!({"component_name": "a", "service_version": "1", "package_name": "flask",
                       "package_version": "1", "index_url": "u"});
    assert!(validator.is_valid(&valid));
    // `component_name` is required by the file that it refers to: the schema holds that one too.
    assert!(!validator.is_valid(&without(valid, "component_name")));
}

#[cfg(feature = "dynamic")]
fn without(mut value: Value, member: &str) -> Value {
    value.as_object_mut().and_then(|members| members.remove(member));
    value
}

#[test]
fn a_descriptor_has_the_guid_of_its_schema() {
    for entry in &REGISTRY {
        let schema = &entry.descriptor().schema;
        assert!(schema.guid.is_some(), "{}", schema.uri);
        if schema.references.is_empty() {
            let identity = thoth_messaging_documents::Identity::of_text(&schema.text).unwrap();
            assert_eq!(schema.guid.unwrap().to_string(), identity.guid.to_string(), "{}", schema.uri);
        }
    }
}
