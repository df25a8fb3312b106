//! Names and values that a stranger chose, in all that the commands print, in every format.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::support::Project;
use crate::support::readers::{FORMATS, HOSTILE, file_name};

/// A schema without a mistake, every text of which is hostile that may be.
fn schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Sent",
        "description": format!("{HOSTILE}\ntopic: forged"),
        "x-kafka": {
            "topic": "shop.sent",
            "key": format!("/{}", HOSTILE.replace('/', "~1")),
            "topicConfiguration": {HOSTILE: HOSTILE},
        },
        "type": "object",
        "required": [HOSTILE],
        "properties": {
            HOSTILE: {"type": "string", "description": HOSTILE, "maxLength": 3},
            "choice": {"enum": [HOSTILE, "a"], "description": HOSTILE},
            "pattern": {"type": "string", "pattern": format!("^{}$", "HOSTILE\u{202e}`|\\|@x https://x.y"), "description": "x"},
            "constant": {"const": HOSTILE, "description": "x", "default": HOSTILE},
        },
        "additionalProperties": false,
    })
}

/// The same with mistakes in it that are told of.
fn mistaken() -> Value {
    let mut schema = schema();
    schema["x-kafka"]["topic"] = HOSTILE.into();
    schema["properties"]["reference"] = json!({"$ref": format!("#/$defs/{HOSTILE}")});
    schema["properties"]["type"] = json!({"type": HOSTILE});
    schema["properties"]["pattern"]["pattern"] = format!("({HOSTILE}").into();
    schema["properties"]["default"] = json!({"enum": [HOSTILE], "default": format!("{HOSTILE}!")});
    schema[HOSTILE] = true.into();
    schema
}

/// Other messages, so that every difference is told of.
fn changed() -> Value {
    let mut schema = schema();
    schema["required"] = json!([HOSTILE, "choice", "pattern"]);
    schema["properties"]["choice"]["enum"] = json!(["a"]);
    schema["properties"]["pattern"]["pattern"] = "^HOSTILE`@x".into();
    schema["properties"]["constant"]["const"] = format!("{HOSTILE}!").into();
    schema["x-kafka"]["topicConfiguration"] = json!({HOSTILE: format!("{HOSTILE}!")});
    schema
}

fn project(schema: &Value) -> Project {
    let project = Project::new(&[]);
    project.write(&format!("schemas/{}.schema.json", file_name()), &schema.to_string());
    let payload = json!({HOSTILE: HOSTILE, "choice": HOSTILE, "pattern": HOSTILE, format!("{HOSTILE}!"): 1});
    project.write(&format!("payloads/{}.json", file_name()), &payload.to_string());
    project.write(&format!("payloads/{} no JSON.json", file_name()), &format!("{{\"{}", file_name()));
    project
}

/// Runs commands in every format; each has to show the hostile text in at least one of them.
#[track_caller]
fn check(project: &Project, commands: &[&[&str]]) {
    for command in commands {
        let shown = FORMATS.map(|format| {
            let run = project.run(&[command, &["--format", format, "--color", "never"][..]].concat());
            assert!(matches!(run.code, Some(0..=2)), "{command:?}: {run:?}");
            run.assert_safe(format)
        });
        assert!(shown.contains(&true), "{command:?} in no format: {:?}", project.run(command));
    }
}

#[test]
fn findings_and_payloads_show_names_and_values_safely() {
    let project = project(&schema());
    project.write(&format!("old/{}.schema.json", file_name()), &changed().to_string());
    project.write("samples/a.json", &json!({HOSTILE: HOSTILE, "time": "2026-01-01"}).to_string());
    project.write("old.tar.gz", "no archive HOSTILE");
    let samples = format!("samples/{HOSTILE}");
    check(
        &project,
        &[
            &["check", "schemas"],
            &["list", "schemas"],
            &["show", "Sent", "schemas"],
            &["show", "Sent", "schemas", "--schema"],
            &["show", "Sent", "schemas", "--rust"],
            &["validate", "payloads", "--message", "Sent"],
            &["validate", "payloads", "--topic", "shop.sent", "--schemas", "schemas"],
            &["breaking", "schemas", "--against", "old"],
            &["breaking", "old", "--against", "schemas"],
            &["infer", "samples", "payloads"],
            &["infer", &samples],
            &["infer", "samples"],
            &["infer", "samples", "--guesses", "json"],
        ],
    );
}

#[test]
fn mistakes_in_schemas_are_told_of_safely() {
    let project = project(&mistaken());
    project.write(&format!("schemas/{} no JSON.schema.json", file_name()), &format!("{{\"{}", file_name()));
    check(
        &project,
        &[
            &["check", "schemas"],
            &["list", "schemas"],
            &["show", "Sent", "schemas"],
            &["generate", "schemas", "--out", "out"],
            &["validate", "payloads", "--message", "Sent"],
            &["breaking", "schemas", "--against", "schemas"],
        ],
    );
}

#[test]
fn what_is_not_there_is_named_safely() {
    let project = project(&schema());
    let repository = Command::new("git").args(["init", "--quiet"]).current_dir(project.path()).status();
    assert!(repository.is_ok_and(|status| status.success()));
    let (folder, archive) = (format!("folder:{HOSTILE}"), format!("archive:{HOSTILE}"));
    let (path, option, field) = (format!("./{HOSTILE}"), format!("--{HOSTILE}"), format!("a:{HOSTILE}"));
    check(
        &project,
        &[
            &["check", &path],
            &["list", HOSTILE],
            &["show", HOSTILE, "schemas"],
            &["explain", HOSTILE],
            &["generate", HOSTILE, "--out", HOSTILE],
            &["validate", &path, "--message", "Sent"],
            &["validate", "payloads", "--schema", &path],
            &["validate", "payloads", "--topic", HOSTILE],
            &["breaking", "schemas", "--against", &path],
            &["breaking", "schemas", "--against", HOSTILE],
            &["breaking", "schemas", "--against", &folder],
            &["breaking", "schemas", "--against", &archive],
            &["breaking", "schemas", "--against", "folder:schemas", "--old-folder", HOSTILE],
            &["check", "--config", HOSTILE],
            &["breaking", "schemas", "--against", "schemas", "--level", HOSTILE],
            &["new", HOSTILE, "--topic", HOSTILE],
            &["new", "Thing", "--topic", "a", "--folder", HOSTILE, "--field", &field],
            &["new", "Thing", "--topic", HOSTILE, "--field", "a:string"],
            &["check", &option],
            &["validate", "payloads", "--message", "Sent", "--input", HOSTILE],
            &[HOSTILE],
        ],
    );
    project
        .write("thoth-messaging.toml", &format!("schemas = [\"a\"\n\"{}\" = '{}'\n", "HOSTILE\u{202e}", "\u{1b}[31m"));
    check(&project, &[&["check"]]);
    project.write("thoth-messaging.toml", &format!("\"{}\" = 1\n", "HOSTILE\u{202e}@x"));
    check(&project, &[&["check"]]);
}

/// Nobody escapes what is written past `stderr.rs`.
#[test]
fn standard_error_is_written_in_one_room() {
    let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    let mut writers = Vec::new();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let prints = |line: &str| {
            line.contains("eprint")
                || line.contains("println!")
                || line.contains("stderr()") && !line.contains("is_terminal")
        };
        let is_code = path.extension().is_some_and(|extension| extension == "rs");
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        if is_code && code.lines().any(prints) {
            writers.push(path.file_name().unwrap().to_owned());
        }
    }
    assert_eq!(writers, ["stderr.rs"]);
}
