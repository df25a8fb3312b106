//! `docs asyncapi`: valid under AsyncAPI's own meta-schema (of `@asyncapi/specs` 6.11.1, Apache-2.0), every reference leads
//! somewhere, and a payload has the verdict that its schema file gives.
#![expect(clippy::unwrap_used, reason = "clippy.toml allows them in test functions only, not in their helpers")]

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use thoth_messaging_documents::jsonschema::{self, Validator};

use crate::support::{ORDER, Project};

const META: &str = include_str!("asyncapi/3.1.0.schema.json");

/// Messages with what has to be lifted: other files, definitions, recursion, two messages on a topic, older drafts.
const FILES: [(&str, &str); 6] = [
    ("schemas/order.schema.json", ORDER),
    (
        "schemas/tree.schema.json",
        r##"{
          "$schema": "https://json-schema.org/draft/2020-12/schema",
          "title": "TreeGrown", "description": "A tree.",
          "x-kafka": { "topic": "wood.tree", "key": "/id", "topicConfiguration": { "cleanup.policy": ["compact"], "retention.ms": 7 } },
          "type": "object", "required": ["type", "id", "root"],
          "properties": { "type": { "const": "grown" }, "id": { "$ref": "shared/id.json" }, "root": { "$ref": "#/$defs/Node" }, "kind": { "const": "$ref" } },
          "$defs": { "Node": { "type": "object", "properties": { "children": { "type": "array", "items": { "$ref": "#/$defs/Node" } } },
            "additionalProperties": false } },
          "examples": [{ "type": "grown", "id": "a", "root": {} }, { "type": "grown", "id": 7 }]
        }"##,
    ),
    (
        "schemas/felled.json",
        r#"{
          "$schema": "http://json-schema.org/draft-04/schema#", "title": "TreeFelled", "description": "No tree.",
          "x-kafka": { "topic": "wood.tree", "key": "/id" }, "type": "object", "required": ["type", "id"],
          "properties": { "type": { "enum": ["felled"] }, "id": { "$ref": "old/id.json" },
            "age": { "type": "integer", "minimum": 0, "exclusiveMinimum": true } }
        }"#,
    ),
    (
        "schemas/shared/id.json",
        r#"{ "$schema": "https://json-schema.org/draft/2020-12/schema", "type": "string", "minLength": 1 }"#,
    ),
    (
        "schemas/old/id.json",
        r#"{ "$schema": "http://json-schema.org/draft-04/schema#", "type": "string", "minLength": 1 }"#,
    ),
    (
        "thoth-messaging.toml",
        "[services.forest]\nsends = [\"wood.tree\"]\nowner = \"wood\"\n\n[services.saw]\nreceives = [\"TreeFelled\"]\ngroup = \"saw\"\n",
    ),
];

fn document(project: &Project, arguments: &[&str]) -> Value {
    let run = project.run(&[&["docs", "asyncapi"], arguments].concat());
    assert_eq!(run.code, Some(0), "{run:?}");
    serde_json::from_str(&run.stdout).unwrap()
}

/// Checks a document against the meta-schema, and that its references lead somewhere.
fn check(document: &Value) {
    let meta: Value = serde_json::from_str(META).unwrap();
    let meta = jsonschema::options().build(&meta).unwrap();
    let errors: Vec<_> =
        meta.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}");
    check_references(document, document, false);
}

fn check_references(document: &Value, value: &Value, is_data: bool) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| check_references(document, item, is_data)),
        Value::Object(members) => {
            for (name, value) in members {
                if let ("$ref", Value::String(target), false) = (name.as_str(), value, is_data) {
                    assert!(document.pointer(target.strip_prefix('#').unwrap()).is_some(), "{target}");
                }
                check_references(document, value, is_data || ["const", "enum", "examples"].contains(&name.as_str()));
            }
        }
        _ => {}
    }
}

/// The schema of the payloads of a message.
fn payload(document: &Value, message: &str, draft: &str) -> Validator {
    let mut root = document.clone();
    root["$schema"] = draft.into();
    let inner = format!("#/components/messages/{message}/payload/schema");
    root["allOf"] = json!([{ "$ref": inner }]);
    jsonschema::options().build(&root).unwrap()
}

#[test]
fn a_folder_is_a_valid_document_in_which_payloads_have_their_verdicts() {
    let project = Project::new(&FILES);
    let document = document(&project, &["--title", "Wood", "--api-version", "2.0.0", "--dead-letters"]);
    check(&document);
    assert_eq!(document["info"], json!({ "title": "Wood", "version": "2.0.0" }));

    let channel = &document["channels"]["wood.tree"];
    assert_eq!(channel["messages"].as_object().unwrap().len(), 2, "{channel}");
    let binding = &channel["bindings"]["kafka"];
    assert_eq!(binding["topicConfiguration"]["cleanup.policy"], json!(["compact"]), "{binding}");
    assert_eq!(document["channels"]["shop.order-placed"]["bindings"]["kafka"]["partitions"], 3);
    assert!(document["channels"]["wood.tree.dlq"]["title"].as_str().unwrap().contains("Dead letters"));

    let grown = &document["components"]["messages"]["TreeGrown"];
    assert_eq!(
        grown["examples"],
        json!([{ "payload": { "type": "grown", "id": "a", "root": {} } }]),
        "an invalid one is left out"
    );
    assert_eq!(grown["bindings"]["kafka"]["key"], json!({ "type": "string", "minLength": 1 }), "{grown}");
    assert!(grown["payload"]["schemaFormat"].as_str().unwrap().ends_with("2020-12"));
    let felled = &document["components"]["messages"]["TreeFelled"];
    assert!(felled["payload"]["schemaFormat"].as_str().unwrap().ends_with("draft-04"));

    let tree = payload(&document, "TreeGrown", "https://json-schema.org/draft/2020-12/schema");
    assert!(tree.is_valid(&json!({ "type": "grown", "id": "a", "root": { "children": [{ "children": [] }] } })));
    assert!(
        !tree.is_valid(&json!({ "type": "grown", "id": "a", "root": { "children": [{ "chldren": [] }] } })),
        "recursion is lost"
    );
    assert!(!tree.is_valid(&json!({ "type": "grown", "id": "", "root": {} })), "what another file says is lost");
    let felled = payload(&document, "TreeFelled", "http://json-schema.org/draft-04/schema#");
    assert!(felled.is_valid(&json!({ "type": "felled", "id": "a", "age": 1 })));
    assert!(!felled.is_valid(&json!({ "type": "felled", "id": "a", "age": 0 })));
}

#[test]
fn services_are_operations_with_their_groups() {
    let document = document(&Project::new(&FILES), &[]);
    let send = &document["operations"]["forest.send.wood.tree"];
    assert_eq!((&send["action"], send["messages"].as_array().unwrap().len()), (&"send".into(), 2), "{send}");
    assert_eq!(send["x-owner"], "wood");
    let receive = &document["operations"]["saw.receive.wood.tree"];
    assert_eq!(receive["messages"], json!([{ "$ref": "#/channels/wood.tree/messages/TreeFelled" }]));
    assert_eq!(receive["bindings"]["kafka"]["groupId"]["enum"], json!(["saw"]));
    assert!(document["channels"].get("wood.tree.dlq").is_none());
}

#[test]
fn yaml_is_the_same_document() {
    let project = Project::new(&FILES);
    let expected = document(&project, &[]);
    let yaml = project.run(&["docs", "asyncapi", "--yaml"]);
    assert!(yaml.stdout.starts_with("asyncapi: \"3.1.0\"\n"), "{}", yaml.stdout);
    project.write("asyncapi.yaml", &yaml.stdout);
    let script = "import json, sys, yaml\njson.dump(yaml.safe_load(open(sys.argv[1])), sys.stdout)";
    let read = Command::new("python3").args(["-c", script]).arg(project.path().join("asyncapi.yaml")).output().unwrap();
    if !read.status.success() {
        return println!("skipped: python3 has no yaml: {}", String::from_utf8_lossy(&read.stderr));
    }
    assert_eq!(serde_json::from_slice::<Value>(&read.stdout).unwrap(), expected);
}

#[test]
fn the_messages_of_thoth_are_a_valid_document() {
    let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas");
    let document = document(&Project::new(&[]), &[schemas.to_str().unwrap()]);
    check(&document);
    assert_eq!(document["components"]["messages"].as_object().unwrap().len(), 19);
}

#[test]
fn schemas_with_mistakes_give_no_document() {
    let project = Project::new(&[("schemas/order.schema.json", &ORDER.replace("\"integer\"", "\"integr\""))]);
    let run = project.run(&["docs", "asyncapi"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(!run.stdout.contains("asyncapi: ") && run.stdout.contains("integr"), "{run:?}");
}
