//! What a person does wrong who knows the command from its help alone, and what it answers.
#![expect(clippy::unwrap_used, reason = "clippy.toml allows it in test functions only, not in their helpers")]

use std::fs;
use std::process::Stdio;

use crate::support::{ORDER, Project, Run};

fn project() -> Project {
    Project::new(&[("schemas/order.schema.json", ORDER)])
}

/// Returns what a run that could not be says: the reason and what to do.
fn refused(project: &Project, arguments: &[&str]) -> String {
    let Run { code, stdout, stderr } = Run::of(project.command(arguments).stdin(Stdio::null()).output().unwrap());
    assert_eq!((code, stdout.as_str()), (Some(2), ""), "{arguments:?}: {stderr}");
    assert!(
        stderr.contains("= help: ") || stderr.contains("For more information, try '--help'."),
        "{arguments:?}: {stderr}"
    );
    stderr
}

#[test]
fn whatever_can_not_run_says_what_to_do() {
    let project = project();
    fs::create_dir(project.path().join("empty")).unwrap();
    project.write("note.txt", "no schema");
    for arguments in [
        &["check", "nowhere"][..],
        &["check", "empty"],
        &["check", "note.txt"],
        &["check", "--config", "nowhere.toml"],
        &["check", "--lint", "open-object"],
        &["check", "--lint", "open-objct=off"],
        &["list", "nowhere"],
        &["generate"],
        &["generate", "schemas/order.schema.json", "--out", "out"],
        &["generate", "--out", "note.txt"],
        &["show", "Nothing"],
        &["show", "OrderPlaced", "--schema", "--rust"],
        &["validate"],
        &["validate", "--schema", "nowhere.json"],
        &["validate", "--schema", "schemas"],
        &["validate", "--schema", "note.txt"],
        &["validate", "--message", "Nothing"],
        &["validate", "--topic", "nothing"],
        &["validate", "--message", "OrderPlaced", "nowhere.json"],
        &["validate", "--message", "OrderPlaced", "*.nothing"],
        &["validate", "--message", "OrderPlaced", "empty"],
        &["validate", "--message", "OrderPlaced", "--schemas", "nowhere"],
        &["validate", "--message", "OrderPlaced", "--threads", "100000"],
        &["validate", "--message", "OrderPlaced", "--max-record-size", "0"],
        &["validate", "--message", "OrderPlaced", "--max-findings", "0"],
        &["infer", "nowhere.json"],
        &["infer", "empty"],
        &["infer", "note.txt"],
        &["infer"],
        &["new", "../", "--topic", "a"],
        &["new", "Order", "--topic", "shop.order-placed", "--field", "a:string", "a:integer"],
        &["explain", "S9999"],
        &["man", "--out", "note.txt"],
        &["breaking"],
        &["breaking", "--against", "main"],
        &["breaking", "--against", "./nowhere"],
        &["breaking", "schemas/order.schema.json", "--against", "schemas"],
    ] {
        refused(&project, arguments);
    }
}

#[test]
fn a_format_that_a_command_does_not_print_is_not_passed_over() {
    let project = project();
    for command in
        [&["explain"][..], &["completions", "bash"], &["man"], &["infer", "-"], &["new", "A", "--topic", "a"]]
    {
        let error = refused(&project, &[command, &["--format", "json"]].concat());
        assert!(error.contains(" does not print `--format json`"), "{error}");
    }
    for command in [["list", "--format", "junit"], ["show", "--format", "markdown"]] {
        refused(&project, &[&command[..], &["OrderPlaced"]].concat());
    }
    refused(&project, &["show", "OrderPlaced", "--rust", "--format", "json"]);
    assert!(refused(&project, &["explain", "--config", "x.toml"]).contains("`explain` reads no settings"));
}

#[test]
fn a_mistake_in_the_settings_is_answered_with_what_can_stand_there_and_stops_only_who_needs_them() {
    let project = project();
    for settings in ["schemas = \"schemas\"\n", "[lint]\n", "[lints]\nopen-object = \"no\"\n", "schemas = [\n"] {
        project.write("thoth-messaging.toml", settings);
        assert!(refused(&project, &["check"]).contains("`thoth-messaging explain settings`"), "{settings}");
        for command in [&["explain", "settings"][..], &["explain"], &["completions", "zsh"], &["man"]] {
            assert_eq!(project.run(command).code, Some(0), "{command:?}");
        }
    }
    let schema: serde_json::Value = serde_json::from_str(&project.run(&["explain", "settings-schema"]).stdout).unwrap();
    assert_eq!(schema["title"], "thoth-messaging.toml");
}

#[test]
fn lints_are_listed_with_their_names() {
    let listed = project().run(&["explain"]).stdout;
    assert!(listed.contains("L0201  open-object: "), "{listed}");
}

#[test]
fn a_file_that_is_not_utf_8_and_a_link_to_nothing_are_named() {
    let project = project();
    fs::write(project.path().join("schemas/wide.json"), [0xff, 0xfe, b'{', 0, b'}', 0]).unwrap();
    let run = project.run(&["check"]);
    assert_eq!(run.code, Some(1));
    assert!(run.stdout.contains("schemas/wide.json:1:1") && run.stdout.contains("save it as UTF-8"), "{run:?}");
    fs::remove_file(project.path().join("schemas/wide.json")).unwrap();
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("nowhere", project.path().join("schemas/README")).unwrap();
        assert_eq!(project.run(&["check"]).code, Some(0));
        std::os::unix::fs::symlink("nowhere", project.path().join("schemas/link.json")).unwrap();
        assert!(project.run(&["check"]).stdout.contains("schemas/link.json:1:1"));
    }
}

#[cfg(unix)]
#[test]
fn a_reader_that_has_seen_enough_changes_no_exit_code() {
    let project = project();
    let exit = |arguments: &[&str]| {
        let mut child = project.command(arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        drop(child.stdout.take());
        child.wait().unwrap().code()
    };
    for arguments in [&["explain"][..], &["list"], &["show", "OrderPlaced"], &["man"], &["check", "--format", "json"]] {
        assert_eq!(exit(arguments), Some(0), "{arguments:?}");
    }
    project.write("schemas/order.schema.json", &ORDER.replace("\"integer\"", "\"int\""));
    assert_eq!(exit(&["check", "--format", "json"]), Some(1));
}

#[test]
fn a_typical_mistake_in_a_schema_is_answered_with_what_to_write() {
    let project = project();
    for (wrong, advice) in [
        (("\"type\": \"integer\"", "\"type\": \"int\""), "write `integer`"),
        (("\"type\": \"integer\"", "\"type\": \"objct\""), "write `object`"),
        (("\"type\": \"integer\"", "\"type\": \"money\""), "the types are `array`, "),
        (("\"minimum\": 0", "\"minimum\": \"0\""), "write a number here"),
        (("\"minimum\": 0", "\"required\": true"), "name the member in the `required` of the object"),
        (("[\"order_id\"]", "\"order_id\""), "write a list: `[\"order_id\"]`"),
        (("\"minimum\": 0", "\"items\": [{}]"), "write `prefixItems`"),
        (("\"minimum\": 0", "\"typ\": 0"), "write `type`"),
        (("x-kafka", "x_kafka"), "write `x-kafka`"),
    ] {
        project.write("schemas/order.schema.json", &ORDER.replacen(wrong.0, wrong.1, 1));
        let found = project.run(&["check"]).stdout;
        assert!(found.contains(advice), "{wrong:?}: {found}");
    }
    project.write("schemas/order.schema.json", &format!("\u{feff}{ORDER}"));
    assert!(project.run(&["check"]).stdout.contains("save it as UTF-8 without a byte order mark"));
    project.write("schemas/order.schema.json", "\n");
    assert!(project.run(&["check"]).stdout.contains("not JSON: the file is empty"));
}

#[test]
fn a_reference_to_a_file_in_another_folder_is_answered_with_the_way_there() {
    let project = Project::new(&[
        ("schemas/shop/order.schema.json", &ORDER.replace("{ \"type\": \"integer\"", "{ \"$ref\": \"money.json\"")),
        ("schemas/common/money.json", "{\"type\": \"integer\"}"),
    ]);
    let found = project.run(&["check"]).stdout;
    assert!(found.contains("write `../common/money.json`, where the set holds"), "{found}");
}

#[test]
fn a_new_message_goes_to_the_folder_of_the_settings_and_check_is_foretold() {
    let project = project();
    project.write("thoth-messaging.toml", "schemas = [\"events\"]\n");
    project.write("events/order.schema.json", ORDER);
    let run = project.run(&["new", "OrderPaid", "--topic", "shop.order-placed", "--field", "order_id:string!"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), "events/order-paid.schema.json\n"));
    for code in ["L0101", "S0304"] {
        assert!(run.stderr.contains(code), "{}", run.stderr);
        assert!(project.run(&["check"]).stdout.contains(code));
    }
}
