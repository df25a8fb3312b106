//! Schemas that nobody writes on purpose, or somebody only to break things: never a panic, an endless loop or a stack
//! that is too small.

#![allow(clippy::unwrap_used, clippy::panic, reason = "that is how a test fails, its helpers included")]

mod deep;
mod docs;
mod odd;
mod texts;

use serde_json::{Map, Value, json};
use thoth_messaging_codegen::{Generation, LintLevel, Lints, Options, SchemaSet, Severity, generate, lint};

/// Generates from one file; what is generated has to be Rust.
fn run(text: &str) -> Generation {
    let mut schemas = SchemaSet::new();
    schemas.add("hostile.schema.json", "hostile.schema.json", text);
    let generation = generate(&schemas, &Options::default());
    assert_eq!(generation.has_errors(), generation.files.is_empty());
    if let Some(file) = generation.files.first() {
        assert!(syn::parse_file(&file.text).is_ok(), "{}", &file.text[..file.text.len().min(2000)]);
    }
    let found = lint(&schemas, &Options::default(), &all_lints());
    assert_eq!(generation.has_errors(), found.iter().any(|diagnostic| diagnostic.severity == Severity::Error));
    generation
}

fn all_lints() -> Lints {
    let mut lints = Lints::default();
    lints.set("all", LintLevel::Warning).unwrap();
    lints
}

/// A message with these properties and definitions.
#[allow(clippy::needless_pass_by_value, reason = "so that `json!` can stand in the call")]
fn message(properties: Value, definitions: Value) -> String {
    json!({
        "x-kafka": {"topic": "hostile"},
        "title": "Hostile",
        "type": "object",
        "properties": properties,
        "$defs": definitions,
    })
    .to_string()
}

fn members(count: usize, member: impl Fn(usize) -> (String, Value)) -> Value {
    (0..count).map(member).collect::<Map<_, _>>().into()
}

#[track_caller]
fn generates(text: &str) -> String {
    let generation = run(text);
    let diagnostics: Vec<_> = generation.diagnostics.iter().map(ToString::to_string).collect();
    assert!(!generation.has_errors(), "{}", diagnostics.join("\n"));
    generation.files[0].text.clone()
}

#[track_caller]
fn refuses(text: &str, code: &str) {
    let generation = run(text);
    let codes: Vec<_> = generation.diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
    assert!(codes.contains(&code), "{codes:?}");
}

/// Each pair of branches would be a proof that they exclude each other: two million of them.
#[test]
fn ends_with_thousands_of_constants_beside_another_branch() {
    let constants = (0..2000).map(|number| json!({"const": format!("c{number}")}));
    let mixed: Value = constants.chain([json!({"type": "integer"})]).collect();
    generates(&message(json!({"a": {"anyOf": mixed}}), json!({})));
}
