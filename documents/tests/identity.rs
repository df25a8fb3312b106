//! GUIDs beside those of another implementation, in Python: of the schema files of this repository, and of texts that are odd.
//! Without `python3` nothing is compared, but on CI that is an error.

#![allow(clippy::unwrap_used, reason = "that is how a test fails, its helpers included")]

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use thoth_messaging_documents::Identity;

/// The folders of the repository that hold schema files.
const FOLDERS: [&str; 5] = ["schemas", "tests/golden/cases", "examples", "codegen/tests", "documents"];

const ODD: [&str; 12] = [
    r#"{"b": 1, "a": 2, "B": {"z": [], "y": {}}}"#,
    r#"{"a": 1, "b": 2, "a": 3}"#,
    r#"{"minimum": 1e2, "maximum": 1.50, "multipleOf": 0.01}"#,
    "[0, -0, -0.0, 0.0, 0e3, 0.00, 0e-7, 0.0e10]",
    "[1E400, 1e-400, 123456789012345678901234567890, 0.1234567890123456789012345678901234567890]",
    "[1e-6, 1e-7, 12e-8, 0.0000001, 0.000001, 100e-2, 1.0e1, 1.0e2, 1e0, 15e-1, -12.5e-3]",
    r#""\u0000\u001f\u007f\u0080\u2028\ud83d\ude00\/\b\f\n\r\t\"\\é""#,
    r#"{"\u00e9": true, "é\n": false, "": null}"#,
    " {\r\n\t} ",
    "true",
    "1.0",
    r#"{"x-kafka": {"topic": "a", "topicConfiguration": {"retention.ms": 3888000000}}}"#,
];

/// The texts of schema files, those that are no JSON left out.
fn files(folder: &Path, found: &mut Vec<(PathBuf, String)>) {
    let mut entries: Vec<_> = fs::read_dir(folder).into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            let text = fs::read_to_string(&path).unwrap_or_default();
            if Identity::of_text(&text).is_some() {
                found.push((path, text));
            }
        }
    }
}

/// The GUIDs that Python computes; none where it is not at hand.
fn in_python(texts: &[&str]) -> Option<Vec<String>> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/guid.py");
    let python = Command::new("python3").arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut python = match python {
        Ok(python) => python,
        Err(error) => {
            assert!(std::env::var_os("CI").is_none(), "python3 does not start: {error}");
            return None;
        }
    };
    let input = serde_json::to_vec(texts).unwrap();
    let mut stdin = python.stdin.take().unwrap();
    let writer = std::thread::spawn(move || stdin.write_all(&input).unwrap());
    let output = python.wait_with_output().unwrap();
    writer.join().unwrap();
    assert!(output.status.success());
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

#[test]
fn guids_are_those_of_another_implementation() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found = Vec::new();
    for folder in FOLDERS {
        files(&root.join(folder), &mut found);
    }
    found.extend(ODD.map(|text| (PathBuf::from(text), text.to_owned())));
    // The package has no repository around it.
    assert!(found.len() > 200 || !root.join("tests/golden").exists(), "{} files", found.len());
    let texts: Vec<&str> = found.iter().map(|(_, text)| text.as_str()).collect();
    let Some(expected) = in_python(&texts) else { return };
    assert_eq!(expected.len(), found.len());
    for ((path, text), expected) in found.iter().zip(expected) {
        let identity = Identity::of_text(text).unwrap();
        assert_eq!(identity.guid.to_string(), expected, "{}", path.display());
        // The canonical text is its own.
        assert_eq!(Identity::of_text(&identity.text), Some(identity), "{}", path.display());
    }
}
