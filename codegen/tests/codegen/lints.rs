//! What the lints say of schemas: each folder under `lints/` is a set of schema files, and `expected.txt` what is
//! reported of it. A folder is named after its lint, which is on there; where there is a `lints.txt`, it has the levels.

#![allow(clippy::unwrap_used, clippy::panic, reason = "that is how a test fails, its helpers included")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use thoth_messaging_codegen::{
    Diagnostic, Generation, LintLevel, Lints, Options, SchemaSet, Severity, explain, generate, lint, lints,
};

use crate::cases;

const FOLDER: &str = "lints";

/// The levels of a case.
fn levels(case: &Path) -> Lints {
    let mut levels = Lints::default();
    let own = case.file_name().unwrap().to_str().unwrap();
    if lints().iter().any(|lint| lint.id == own) {
        levels.set(own, LintLevel::Warning).unwrap();
    }
    for line in fs::read_to_string(case.join("lints.txt")).unwrap_or_default().lines() {
        let (name, level) = line.split_once(' ').unwrap();
        levels.set(name, level.parse().unwrap()).unwrap();
    }
    levels
}

fn found(case: &Path) -> Vec<Diagnostic> {
    lint(&cases::schemas(case), &Options::default(), &levels(case))
}

fn set(schema: &str) -> SchemaSet {
    let mut schemas = SchemaSet::new();
    schemas.add("a.schema.json", "schemas/a.schema.json", schema);
    schemas
}

#[test]
fn schemas_are_warned_of_as_expected() {
    let mut wrong = Vec::new();
    for case in cases::cases(FOLDER) {
        wrong.extend(cases::difference(&case, &cases::report(&found(&case))));
    }
    assert!(wrong.is_empty(), "UPDATE_EXPECTED=1 rewrites what is expected\n{}", wrong.join("\n"));
}

#[test]
fn every_finding_says_where_and_what_to_do() {
    for case in cases::cases(FOLDER) {
        for diagnostic in found(&case) {
            cases::assert_is_helpful(&diagnostic, false);
        }
    }
}

#[test]
fn every_lint_of_its_own_has_a_case_and_every_lint_a_page() {
    for lint in lints() {
        assert!(explain(lint.code).is_some(), "{}", lint.code);
        if lint.code.starts_with('L') {
            let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(FOLDER).join(lint.id);
            let codes: BTreeSet<_> = found(&case).iter().map(|diagnostic| diagnostic.code).collect();
            assert_eq!(codes, BTreeSet::from([lint.code]), "{}", lint.id);
        }
    }
}

#[test]
fn a_lint_that_is_off_finds_nothing() {
    let mut off = Lints::default();
    off.set("all", LintLevel::Off).unwrap();
    for case in cases::cases(FOLDER) {
        let found = lint(&cases::schemas(&case), &Options::default(), &off);
        assert!(found.iter().all(|diagnostic| diagnostic.lint().is_none()), "{}", cases::report(&found));
    }
}

#[test]
fn the_messages_of_this_project_are_clean() {
    let mut schemas = SchemaSet::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas");
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        schemas.add(name.clone(), name, fs::read_to_string(path).unwrap());
    }
    let found = lint(&schemas, &Options::default(), &Lints::default());
    assert!(found.is_empty(), "{}", cases::report(&found));
}

#[test]
fn what_a_schema_allows_changes_nothing_of_what_is_generated() {
    let schema = |allowed: &str| {
        set(&format!(
            r#"{{"title": "A", "x-kafka": {{"topic": "a"}}, "oneOf": [
                {{"type": "object", {allowed} "required": ["a"], "properties": {{"a": {{"maxLength": 3}}}}}},
                {{"type": "object", {allowed} "not": {{"required": ["a"]}}}}
            ]}}"#
        ))
    };
    let plain = generate(&schema(""), &Options::default());
    let allowed = generate(&schema(r#""x-lint-allow": ["missing-type"],"#), &Options::default());
    assert!(allowed.diagnostics.is_empty(), "{}", cases::report(&allowed.diagnostics));
    // Behind it is the hash of the schema.
    let rust =
        |generation: &Generation| generation.files[0].text.split_once("wire::schema!(SCHEMA_A").unwrap().0.to_owned();
    assert_eq!(rust(&plain), rust(&allowed));
}

#[test]
fn a_lint_that_is_an_error_stops_a_check_and_not_what_is_generated() {
    let mut strict = Lints::default();
    strict.set("message-without-description", LintLevel::Error).unwrap();
    let schemas = set(r#"{"title": "A", "type": "object", "x-kafka": {"topic": "a"}}"#);
    let found = lint(&schemas, &Options::default(), &strict);
    assert_eq!(found.iter().map(|diagnostic| diagnostic.severity).collect::<Vec<_>>(), [Severity::Error]);
    assert!(!generate(&schemas, &Options::default()).has_errors());
}
