//! The seeds, on the stack of a test and without optimization.

#![allow(clippy::unwrap_used, clippy::panic, reason = "that is how a test fails, its helpers included")]

use std::fs;
use std::path::Path;

use fuzz::{guarded, payload, schema};

/// The seeds of a target by their names.
fn seeds(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(target);
    let mut seeds: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .map(|path| (format!("{target}/{}", path.file_name().unwrap().to_str().unwrap()), fs::read(path).unwrap()))
        .collect();
    seeds.sort();
    assert!(seeds.len() > 50, "{target}");
    seeds
}

#[test]
fn schemas_are_generated_from_or_refused() {
    for (name, seed) in seeds("schema") {
        println!("{name}");
        guarded(schema::run, &seed);
    }
}

#[test]
fn payloads_are_read_or_refused() {
    for (name, seed) in seeds("payload") {
        println!("{name}");
        guarded(payload::run, &seed);
    }
}

#[test]
fn changes_follow_from_the_seed() {
    for (name, input) in seeds("schema") {
        let Some(changed) = schema::mutate(&input, 7) else { continue };
        assert_eq!(schema::mutate(&input, 7), Some(changed), "{name}");
    }
    for (name, input) in seeds("payload") {
        let Some(changed) = payload::mutate(&input, 7) else { continue };
        assert_eq!(payload::mutate(&input, 7), Some(changed), "{name}");
    }
}
