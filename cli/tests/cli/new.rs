//! `thoth-messaging new`, run as a process.
#![expect(clippy::unwrap_used, reason = "clippy.toml allows them in test functions only, not in their helpers")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};

fn thoth(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_thoth-messaging")).current_dir(folder).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

fn refused(arguments: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let output = thoth(folder.path(), arguments);
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), String::new()));
    assert!(!folder.path().join("schemas").exists());
    text(&output.stderr)
}

#[test]
fn a_message_file_is_written_of_which_check_finds_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["new", "OrderPlaced", "--topic", "shop.order-placed", "--key", "/order_id", "--partitions", "3"];
    let description = ["--description", "A customer has placed an order."];
    let fields =
        ["--field", "order_id:string!", "total:number", "note:string?", "--field", "lines:object[]!?", "at:date-time"];
    let output = thoth(folder.path(), &[&arguments[..], &description, &fields].concat());
    assert_eq!(text(&output.stderr), "");
    assert_eq!((output.status.code(), text(&output.stdout).trim()), (Some(0), "schemas/order-placed.schema.json"));

    let written = fs::read_to_string(folder.path().join("schemas/order-placed.schema.json")).unwrap();
    let schema: Value = serde_json::from_str(&written).unwrap();
    assert_eq!(
        schema,
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "OrderPlaced",
            "description": "A customer has placed an order.",
            "x-kafka": {"topic": "shop.order-placed", "partitions": 3, "key": "/order_id"},
            "type": "object",
            "required": ["order_id", "lines"],
            "properties": {
                "order_id": {"type": "string"},
                "total": {"type": "number"},
                "note": {"type": ["string", "null"]},
                "lines": {"type": ["array", "null"], "items": {"type": "object"}},
                "at": {"type": "string", "format": "date-time"}
            }
        })
    );
    let names: Vec<_> = schema["properties"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["order_id", "total", "note", "lines", "at"]);

    let checked = thoth(folder.path(), &["check"]);
    assert_eq!((checked.status.code(), text(&checked.stdout)), (Some(0), String::new()));
    assert_eq!(text(&checked.stderr), "1 schema file checked: 0 errors, 0 warnings\n");
}

#[test]
fn the_model_says_what_becomes_of_other_members() {
    for (model, refused) in [("open", None), ("closed", Some(json!(false)))] {
        let folder = tempfile::tempdir().unwrap();
        let ping = ["new", "Ping", "--topic", "ops.ping", "--model", model, "--field", "host:string!"];
        assert_eq!(thoth(folder.path(), &ping).status.code(), Some(0));
        let written = fs::read_to_string(folder.path().join("schemas/ping.schema.json")).unwrap();
        let schema: Value = serde_json::from_str(&written).unwrap();
        assert_eq!(schema.get("additionalProperties"), refused.as_ref(), "{model}");
    }
    assert!(refused(&["new", "Ping", "--topic", "ops.ping", "--model", "shut"]).contains("closed"));
}

#[test]
fn every_draft_gives_a_file_that_is_clean() {
    for draft in ["4", "6", "7", "2019-09", "2020-12"] {
        let folder = tempfile::tempdir().unwrap();
        let ping = ["new", "Ping", "--topic", "ops.ping", "--description", "A host is alive."];
        let output = thoth(folder.path(), &[&ping[..], &["--draft", draft, "--field", "host:string!"]].concat());
        assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), String::new()), "draft {draft}");
        let checked = thoth(folder.path(), &["check"]);
        assert_eq!(text(&checked.stderr), "1 schema file checked: 0 errors, 0 warnings\n", "draft {draft}");
    }
}

#[test]
fn a_file_is_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("schemas/ping.schema.json");
    fs::create_dir(folder.path().join("schemas")).unwrap();
    fs::write(&path, "mine").unwrap();
    let output = thoth(folder.path(), &["new", "ping", "--topic", "ops.ping"]);
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), String::new()));
    let expected = "`schemas/ping.schema.json` exists, and is not overwritten\n   = help: choose another name";
    assert!(text(&output.stderr).contains(expected), "{}", text(&output.stderr));
    assert_eq!(fs::read_to_string(path).unwrap(), "mine");
}

#[test]
fn what_check_would_refuse_is_not_written() {
    let topic = refused(&["new", "Ping", "--topic", "a topic"]);
    assert!(topic.contains("nothing was written") && topic.contains("/x-kafka/topic"), "{topic}");
    let key = refused(&["new", "Ping", "--topic", "ops.ping", "--key", "/host"]);
    assert!(key.contains("S0305"), "{key}");
}

#[test]
fn a_field_that_can_not_be_read_is_refused() {
    let refused_field = |field| refused(&["new", "Ping", "--topic", "ops.ping", "--field", field]);
    assert!(refused_field("host:text").contains("`text` is no type: there are string, integer"));
    assert!(refused_field("host").contains("write NAME:TYPE"));
    assert!(refused_field("host:string!!").contains("once each"));
    let twice = refused(&["new", "Ping", "--topic", "ops.ping", "--field", "host:string", "host:integer"]);
    assert!(twice.contains("there are two fields `host`"), "{twice}");
}

#[test]
fn a_name_without_letters_is_refused() {
    assert!(refused(&["new", "--topic", "ops.ping", "../"]).contains("`../` is no name of a message"));
}
