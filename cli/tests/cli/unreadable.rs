//! Files that can't be read, beside others: each is told with its path, and hides nothing that is found in the others.
#![allow(clippy::unwrap_used, reason = "that is how a test fails, its helpers included")]

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};

use crate::support::{ORDER, Project};

const MISTAKE: &str = r##"{"title": "Paid", "type": "object", "x-kafka": {"topic": "paid"},
    "properties": {"lines": {"$ref": "#/$defs/Lines"}}}"##;

/// A project with a good schema, one with a mistake, and those that can't be read.
fn project() -> Project {
    let project = Project::new(&[
        ("schemas/order.schema.json", ORDER),
        ("schemas/paid.schema.json", MISTAKE),
        ("schemas/told.schema.yaml", "title: Told\ntype: object\n"),
        ("schemas/folder.json/size.json", "{}"),
    ]);
    let schemas = project.path().join("schemas");
    fs::write(schemas.join("latin.schema.json"), b"{\"title\": \"Gr\xf6\xdfe\"}").unwrap();
    symlink("nowhere.json", schemas.join("gone.schema.json")).unwrap();
    project
}

#[test]
fn check_tells_of_each_and_of_what_is_wrong_elsewhere() {
    let run = project().run(&["check"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    for found in [
        "error[S0201]: `#/$defs/Lines` does not exist\n  --> schemas/paid.schema.json:2:38",
        "error[S0106]: this file can't be read: it is not UTF-8 from here on\n  --> schemas/latin.schema.json:1:14",
        "error[S0106]: this file can't be read: it is YAML, and schemas are JSON\n  --> schemas/told.schema.yaml:1:1",
        "error[S0106]: this file can't be read: No such file or directory (os error 2)\n  --> schemas/gone.schema.json:1:1",
        "yq -o=json '.' FILE.yaml > FILE.json",
    ] {
        assert!(run.stdout.contains(found), "{found}: {}", run.stdout);
    }
    assert!(run.stderr.starts_with("6 schema files checked: 4 errors"), "{}", run.stderr);
}

#[test]
fn a_file_that_is_asked_for_and_can_not_be_read_is_a_finding() {
    let project = project();
    let run = project.run(&["check", "schemas/latin.schema.json"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.stdout.contains("S0106") && !run.stdout.contains("S0201"), "{}", run.stdout);
    let run = project.run(&["check", "schemas/told.schema.yaml"]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(run.stderr.contains("is YAML, and schemas are JSON\n   = help: `yq "), "{}", run.stderr);
}

#[test]
fn list_and_generate_tell_of_each_too() {
    for command in [&["list"][..], &["generate", "--out", "generated"]] {
        let run = project().run(command);
        assert_eq!(run.code, Some(1), "{run:?}");
        for file in ["paid.schema.json", "latin.schema.json", "told.schema.yaml", "gone.schema.json"] {
            assert!(run.stdout.contains(file), "{command:?}, {file}: {}", run.stdout);
        }
    }
}

#[test]
fn payloads_of_a_message_are_checked_beside_schemas_that_can_not_be_read() {
    let project = project();
    project.write("payload.json", r#"{"order_id": 1}"#);
    let run = project.run(&["validate", "--message", "order", "payload.json"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.stdout.contains("/order_id"), "{}", run.stdout);
    assert!(run.stderr.contains("note: `schemas/latin.schema.json` was left out: it is not UTF-8"), "{}", run.stderr);
    let run = project.run(&["validate", "--message", "latin", "payload.json"]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(run.stderr.contains("can't use the schema `schemas/"), "{}", run.stderr);
}

#[test]
fn messages_are_compared_beside_files_that_can_not_be_read() {
    let project = Project::new(&[
        ("old/order.schema.json", ORDER),
        ("old/latin.schema.json", &ORDER.replace("OrderPlaced", "Latin").replace("order-placed", "latin")),
        ("schemas/order.schema.json", &ORDER.replace("36", "6")),
    ]);
    fs::write(project.path().join("schemas/latin.schema.json"), b"\xff").unwrap();
    let run = project.run(&["breaking", "--against", "old"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert!(run.stdout.contains("this file can't be compared: it is not UTF-8 from here on"), "{}", run.stdout);
    assert!(run.stdout.contains("MAX_LENGTH_DECREASED"), "{}", run.stdout);
    assert!(!run.stdout.contains("MESSAGE_DELETED"), "{}", run.stdout);
    // The same of the version before.
    let (old, new) = (project.path().join("old"), project.path().join("schemas"));
    fs::rename(&old, project.path().join("kept")).unwrap();
    fs::rename(&new, &old).unwrap();
    fs::rename(project.path().join("kept"), &new).unwrap();
    let run = project.run(&["breaking", "--against", "old", "--level", "forward"]);
    assert!(run.stdout.contains("old/latin.schema.json` of "), "{run:?}");
    assert!(run.stdout.contains("MAX_LENGTH_INCREASED"), "{run:?}");
}

#[test]
fn what_is_nearly_a_schema_is_told_of_the_version_before_too() {
    let project = Project::new(&[
        ("old/order.schema.json", ORDER),
        ("old/told.schema.yaml", "title: Told\n"),
        ("old/paid.jsonc", "{}"),
        ("old/order.json.bak", "{}"),
        ("schemas/order.schema.json", ORDER),
    ]);
    let run = project.run(&["breaking", "--against", "old"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    for told in ["old/told.schema.yaml` of ", "is not compared: it is YAML", "old/paid.jsonc` of "] {
        assert!(run.stdout.contains(told), "{told}: {}", run.stdout);
    }
    assert!(!run.stdout.contains("order.json.bak"), "{}", run.stdout);
}

#[test]
fn payloads_that_can_not_be_read_hide_no_others() {
    let project = Project::new(&[
        ("schemas/order.schema.json", ORDER),
        ("payloads/b.json", r#"{"order_id": 1}"#),
        ("payloads/z.json", r#"{"order_id": 2}"#),
        ("payloads/told.yaml", "order_id: 1\n"),
        ("payloads/told.json5", "{order_id: 1}"),
    ]);
    let payloads = project.path().join("payloads");
    symlink("nowhere.json", payloads.join("a.json")).unwrap();
    for number in 0..20 {
        fs::write(payloads.join(format!("c{number}.json.gz")), b"\x1f\x8bno gzip").unwrap();
    }
    let run = project.run(&["validate", "--message", "order", "--threads", "1", "payloads"]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert_eq!(run.stdout.lines().count(), 2, "{run:?}");
    assert!(run.stderr.contains("2 records: 0 valid, 2 invalid; 21 inputs could not be read"), "{}", run.stderr);
    assert!(run.stderr.contains("can't read `payloads/a.json`"), "{}", run.stderr);
    assert_eq!(run.stderr.matches("can't unpack `payloads/c").count(), 20, "{}", run.stderr);
    assert!(run.stderr.contains("note: `payloads/told.yaml` was not read: it is YAML"), "{}", run.stderr);
    assert!(run.stderr.contains("note: `payloads/told.json5` was not read: it is of"), "{}", run.stderr);
}

#[test]
fn a_payload_that_is_yaml_is_told_what_to_do() {
    let project = Project::new(&[
        ("schemas/order.schema.json", ORDER),
        ("a.yaml", "order_id: x\n"),
        ("schema.yml", "type: object"),
    ]);
    for command in [&["validate", "--message", "order", "a.yaml"][..], &["infer", "a.yaml"]] {
        let run = project.run(command);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{run:?}");
        assert!(run.stderr.contains("`a.yaml` is YAML, and payloads are JSON\n   = help: `yq "), "{}", run.stderr);
    }
    let run = project.run(&["validate", "--schema", "schema.yml", "a.yaml"]);
    assert!(run.code == Some(2) && run.stderr.contains("yq -o=json '.' FILE.yaml > FILE.json"), "{run:?}");
    // JSON is YAML too, and read where that is said.
    project.write("a.yaml", r#"{"order_id": "x"}"#);
    assert_eq!(project.run(&["validate", "--message", "order", "--input", "json", "a.yaml"]).code, Some(0));
}

#[test]
fn what_the_user_may_not_read_is_told() {
    let project = Project::new(&[
        ("schemas/order.schema.json", ORDER),
        ("schemas/closed/a.json", "{}"),
        ("schemas/b.json", "{}"),
    ]);
    let schemas = project.path().join("schemas");
    for path in ["closed", "b.json"] {
        fs::set_permissions(schemas.join(path), Permissions::from_mode(0o000)).unwrap();
    }
    // Whoever may do everything reads it all the same.
    if fs::read(schemas.join("b.json")).is_err() {
        let run = project.run(&["check"]);
        assert_eq!(run.code, Some(1), "{run:?}");
        for path in ["schemas/closed:1:1", "schemas/b.json:1:1"] {
            assert!(run.stdout.contains(path), "{path}: {}", run.stdout);
        }
        assert!(run.stdout.contains("chmod +r"), "{}", run.stdout);
    }
    fs::set_permissions(schemas.join("closed"), Permissions::from_mode(0o755)).unwrap();
}
