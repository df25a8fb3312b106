//! A crate of message types without features, as cargo compiles it.

use std::path::Path;
use std::process::Command;
use std::{env, fs};

use thoth_messaging_codegen::{Formats, Options, SchemaSet, StringType, generate};

const PATTERNS: &str = r#"{"title": "Ping", "type": "object", "x-kafka": {"topic": "ping"}, "required": ["host", "peer"],
    "properties": {"host": {"type": "string", "pattern": "^[a-z]+$"}, "peer": {"type": "string", "pattern": "^[0-9]+$"}}}"#;

/// With a part of each kind that a validator decides: in a member, of the whole, of a union, and a format.
const VALIDATED: &str = r#"{"title": "Ping", "type": "object", "x-kafka": {"topic": "ping"}, "required": ["host", "peer"],
    "not": {"required": ["gone"]},
    "properties": {"host": {"type": "string", "not": {"const": "a"}}, "peer": {"type": "string", "format": "ipv4"},
        "either": {"anyOf": [{"type": "string"}, {"type": "integer"}], "not": {"const": 1}}}}"#;

/// The verdict and the messages of cargo on a crate of that schema whose runtime has some features.
fn check(schema: &str, options: &Options, features: &str) -> (bool, String) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("contract");
    fs::create_dir_all(folder.join("src/schemas")).unwrap();
    let mut schemas = SchemaSet::new();
    schemas.add("ping.schema.json", "ping.schema.json", schema);
    for file in generate(&schemas, options).files {
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

/// Asserts that one error names the feature where it is off.
fn needs(schema: &str, options: &Options, feature: &str) {
    let (is_compiled, said) = check(schema, options, "");
    assert!(!is_compiled, "{feature}");
    let errors: Vec<&str> = said.lines().filter(|line| line.starts_with("error")).collect();
    assert_eq!(errors.len(), 2, "{said}");
    assert!(errors[0].contains(&format!("turn on the feature `{feature}` of `thoth-messaging`")), "{said}");
    assert!(errors[1].contains("could not compile"), "{said}");
}

fn with(change: impl FnOnce(&mut Options)) -> Options {
    let mut options = Options::default();
    change(&mut options);
    options
}

#[test]
fn a_feature_that_is_missing_is_one_error_that_names_it() {
    needs(PATTERNS, &Options::default(), "pattern");
    let compact = with(|options| options.string_type = StringType::CompactString);
    needs(&PATTERNS.replace("pattern", "title"), &compact, "compact_str");
    needs(VALIDATED, &with(|options| options.formats = Formats::Asserted), "dynamic");
    // Without compiling a validator; the golden cases are compiled with all.
    let (is_compiled, said) = check(PATTERNS, &compact, r#""compact_str", "pattern""#);
    assert!(is_compiled, "{said}");
}
