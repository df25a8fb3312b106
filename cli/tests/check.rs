//! `thoth-messaging check`, run as a process.
#![expect(clippy::unwrap_used, reason = "clippy.toml allows them in test functions only, not in their helpers")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn check(folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_thoth-messaging")).arg("check").arg(folder).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn the_schemas_of_this_project_are_clean() {
    let output = check(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas"));
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(0), String::new()));
    assert_eq!(text(&output.stderr), "20 schema files checked: 0 errors, 0 warnings\n");
}

#[test]
fn mistakes_are_findings_with_their_places() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join("order.schema.json"),
        "{\n  \"title\": \"Order\",\n  \"type\": \"object\",\n  \"x-kafka\": {\"topic\": \"a topic\"},\n  \
         \"properties\": {\"lines\": {\"$ref\": \"#/$defs/Lines\"}}\n}\n",
    )
    .unwrap();
    let output = check(folder.path());
    assert_eq!(output.status.code(), Some(1));
    let findings = text(&output.stdout);
    assert!(findings.contains("order.schema.json:4:24  (#/x-kafka/topic)"), "{findings}");
    assert!(findings.contains("error[S0201]: `#/$defs/Lines` does not exist"), "{findings}");
    assert_eq!(text(&output.stderr), "1 schema file checked: 2 errors, 0 warnings\n");
}

#[test]
fn a_folder_that_is_not_there_is_no_finding() {
    let output = check(Path::new("no/such/folder"));
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), String::new()));
    assert!(text(&output.stderr).contains("no/such/folder"));
}
