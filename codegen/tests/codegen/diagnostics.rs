//! What is said of schemas with mistakes: each folder under `diagnostics/` is a set of schema files, and `expected.txt`
//! what is reported of it. Where there is a `build.txt`, it has the options, as they stand in a build script.

#![allow(clippy::unwrap_used, clippy::panic, reason = "that is how a test fails, its helpers included")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use thoth_messaging_codegen::{Options, Severity, generate};

use crate::{cases, choices};

const FOLDER: &str = "diagnostics";

fn options(case: &Path) -> Options {
    fs::read_to_string(case.join("build.txt")).map(|chain| choices::options(&chain)).unwrap_or_default()
}

#[test]
fn mistakes_are_reported_as_expected() {
    let mut wrong = Vec::new();
    for case in cases::cases(FOLDER) {
        let generation = generate(&cases::schemas(&case), &options(&case));
        assert_eq!(generation.has_errors(), generation.files.is_empty(), "{}", case.display());
        wrong.extend(cases::difference(&case, &cases::report(&generation.diagnostics)));
    }
    assert!(wrong.is_empty(), "UPDATE_EXPECTED=1 rewrites what is expected\n{}", wrong.join("\n"));
}

#[test]
fn every_diagnostic_says_where_and_what_to_do() {
    for case in cases::cases(FOLDER) {
        for diagnostic in generate(&cases::schemas(&case), &options(&case)).diagnostics {
            // Options stand in no schema file.
            let is_placeless = matches!(diagnostic.code, "S0100" | "S0307") || diagnostic.code.starts_with("S06");
            cases::assert_is_helpful(&diagnostic, is_placeless);
        }
    }
}

#[test]
fn every_code_has_a_case() {
    let mut codes = BTreeSet::new();
    let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            open.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let text = fs::read_to_string(path).unwrap();
        let quoted = text.split('"').filter(|part| part.len() == 5 && part.starts_with("S0"));
        codes.extend(quoted.filter(|part| part[1..].bytes().all(|byte| byte.is_ascii_digit())).map(str::to_owned));
    }
    for case in cases::cases(FOLDER) {
        for diagnostic in generate(&cases::schemas(&case), &options(&case)).diagnostics {
            codes.remove(diagnostic.code);
        }
    }
    // The validator refuses what a stage before it let pass: no schema is known that gets there.
    codes.remove("S0409");
    assert!(codes.is_empty(), "{codes:?}");
}

#[test]
fn five_mistakes_in_one_schema_are_five_diagnostics() {
    let case = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diagnostics/five-mistakes");
    let generation = generate(&cases::schemas(&case), &Options::default());
    let places: Vec<_> = generation
        .diagnostics
        .iter()
        .map(|diagnostic| {
            let place = diagnostic.location.as_ref().unwrap();
            (diagnostic.code, place.line, place.column, place.pointer.as_str())
        })
        .collect();
    assert_eq!(
        places,
        [
            ("S0305", 5, 48, "/x-kafka/key"),
            ("S0403", 8, 47, "/properties/order_id/pattern"),
            ("S0201", 9, 50, "/properties/lines/items/$ref"),
            ("S0404", 10, 48, "/properties/größe/x-sensitive"),
            ("S0410", 10, 99, "/properties/amount/default"),
        ]
    );
    assert!(generation.diagnostics.iter().all(|diagnostic| diagnostic.severity == Severity::Error));
}
