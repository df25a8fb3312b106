//! `thoth-messaging check`, run as a process.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::{ORDER, Project, Run};

const MISTAKES: &str = "{\n  \"title\": \"Order\",\n  \"type\": \"object\",\n  \"x-kafka\": {\"topic\": \"a topic\"},\n  \
    \"properties\": {\"lines\": {\"$ref\": \"#/$defs/Lines\"}}\n}\n";

#[test]
fn the_schemas_of_this_project_are_clean() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_thoth-messaging"));
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let run = Run::of(command.args(["check", "schemas"]).current_dir(root).output().unwrap());
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""));
    assert_eq!(run.stderr, "20 schema files checked: 0 errors, 0 warnings\n");
}

#[test]
fn mistakes_are_findings_with_their_places() {
    let run = Project::new(&[("schemas/order.schema.json", MISTAKES)]).run(&["check"]);
    assert_eq!(run.code, Some(1));
    assert!(run.stdout.contains("schemas/order.schema.json:4:24  (#/x-kafka/topic)"), "{}", run.stdout);
    assert!(run.stdout.contains("error[S0201]: `#/$defs/Lines` does not exist"), "{}", run.stdout);
    assert!(run.stderr.starts_with("1 schema file checked: 2 errors"), "{}", run.stderr);
}

#[test]
fn a_folder_that_is_not_there_is_no_finding() {
    let run = Project::new(&[]).run(&["check", "no/such/folder"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
    assert!(run.stderr.contains("there is no folder `no/such/folder`\n   = help: "), "{}", run.stderr);
}

#[test]
fn a_file_is_checked_in_its_set_and_what_others_do_wrong_is_left_out() {
    let refers = ORDER.replace(r#"{ "type": "string", "#, r#"{ "$ref": "ids.json", "#);
    let files = [
        ("schemas/order.schema.json", refers.as_str()),
        ("schemas/ids.json", r#"{"type": "string"}"#),
        ("schemas/bad.schema.json", MISTAKES),
    ];
    let project = Project::new(&files);
    let run = project.run(&["check", "schemas/order.schema.json"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""));
    assert!(run.stderr.starts_with("1 schema file checked"), "{}", run.stderr);
    assert_eq!(project.run(&["check", "schemas/order.schema.json", "schemas/bad.schema.json"]).code, Some(1));
}

#[test]
fn the_settings_are_found_above_and_their_paths_are_from_their_folder() {
    let project = Project::new(&[
        ("thoth-messaging.toml", "schemas = [\"contracts\"]\n"),
        ("contracts/order.schema.json", ORDER),
        ("deep/er/file", ""),
    ]);
    let output = project.command(&["check"]).current_dir(project.path().join("deep/er")).output().unwrap();
    let run = Run::of(output);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""));
}

#[test]
fn a_setting_that_does_not_exist_is_named_with_its_line() {
    let run =
        Project::new(&[("thoth-messaging.toml", "schemas = []\n\n[generate]\nfolder = \"src\"\n")]).run(&["check"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
    assert!(run.stderr.contains("line 4") && run.stderr.contains("unknown field `folder`"), "{}", run.stderr);
}

#[test]
fn no_reader_of_the_findings_is_no_error() {
    let project = Project::new(&[("schemas/order.schema.json", MISTAKES)]);
    let mut child = project.command(&["check"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let run = Run::of(child.wait_with_output().unwrap());
    assert_eq!(run.code, Some(1));
    assert!(!run.stderr.contains("can't write"), "{}", run.stderr);
}

#[test]
fn every_format_is_printed_with_the_same_exit_code() {
    let project = Project::new(&[("schemas/order.schema.json", MISTAKES)]);
    for (format, start) in [
        ("json", "{\n  \"command\": \"check\""),
        ("github", "::warning file=schemas/order.schema.json,line=1,col=1,title=L0101::"),
        ("gitlab", "[\n  {"),
        ("junit", "<?xml"),
        ("sarif", "{\n  \"$schema\""),
        ("markdown", "### thoth-messaging check"),
    ] {
        let run = project.run(&["check", "--format", format]);
        assert_eq!(run.code, Some(1), "{format}");
        assert!(run.stdout.starts_with(start), "{format}: {}", run.stdout);
    }
}

#[test]
fn colours_are_for_a_terminal_or_on_request() {
    let project = Project::new(&[("schemas/order.schema.json", MISTAKES)]);
    assert!(!project.run(&["check"]).stdout.contains('\u{1b}'));
    assert!(project.run(&["check", "--color", "always"]).stdout.contains("\u{1b}["));
}

#[test]
fn lints_have_levels_in_the_settings_and_on_the_command_line() {
    let open = ORDER.replace(",\n  \"additionalProperties\": false", "");
    let project = Project::new(&[("schemas/order.schema.json", &open)]);
    assert_eq!(project.run(&["check"]).stdout, "");

    let run = project.run(&["check", "--lint", "open-object=error"]);
    assert_eq!(run.code, Some(1));
    assert!(run.stdout.starts_with("error[L0201]"), "{}", run.stdout);

    project.write("thoth-messaging.toml", "[lints]\nopen-object = \"warning\"\n");
    let run = project.run(&["check"]);
    assert!(run.code == Some(0) && run.stdout.starts_with("warning[L0201]"), "{}", run.stdout);
    assert_eq!(project.run(&["check", "--strict"]).code, Some(1));
    assert_eq!(project.run(&["check", "--lint", "open-object=off"]).stdout, "");

    let run = project.run(&["check", "--lint", "open-objekt=error"]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""));
    assert!(run.stderr.contains("`open-object`"), "{}", run.stderr);
}
