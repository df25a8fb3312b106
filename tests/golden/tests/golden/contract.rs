//! A crate of message types without features, as cargo compiles it.

use std::path::Path;
use std::process::Command;
use std::{env, fs};

use thoth_messaging_codegen::{Options, SchemaSet, generate};

const SCHEMA: &str = r#"{"title": "Ping", "type": "object", "x-kafka": {"topic": "ping"}, "required": ["host", "peer"],
    "properties": {"host": {"type": "string", "pattern": "^[a-z]+$"}, "peer": {"type": "string", "pattern": "^[0-9]+$"}}}"#;

/// The verdict and the messages of cargo on a crate of that schema whose runtime has some features.
fn check(features: &str) -> (bool, String) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("contract");
    fs::create_dir_all(folder.join("src/schemas")).unwrap();
    let mut schemas = SchemaSet::new();
    schemas.add("ping.schema.json", "ping.schema.json", SCHEMA);
    for file in generate(&schemas, &Options::default()).files {
        fs::write(folder.join("src").join(file.path), file.text).unwrap();
    }
    fs::write(folder.join("src/lib.rs"), "include!(\"messages.rs\");\n").unwrap();
    let runtime = root.join("runtime").canonicalize().unwrap();
    let manifest = format!(
        "[package]\nname = \"contract\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n\
         thoth-messaging = {{ path = '{}', default-features = false, features = [{features}] }}\n",
        runtime.display()
    );
    fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    let output = cargo.args(["check", "--offline", "--quiet", "--color=never"]).current_dir(&folder).output().unwrap();
    (output.status.success(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn a_pattern_without_its_feature_is_one_error_that_names_it() {
    let (is_compiled, said) = check("");
    assert!(!is_compiled);
    let errors: Vec<&str> = said.lines().filter(|line| line.starts_with("error")).collect();
    assert_eq!(errors.len(), 2, "{said}");
    assert!(errors[0].contains("turn on the feature `pattern` of `thoth-messaging`"), "{said}");
    assert!(errors[1].contains("could not compile"), "{said}");
    let (is_compiled, said) = check("\"pattern\"");
    assert!(is_compiled, "{said}");
}
