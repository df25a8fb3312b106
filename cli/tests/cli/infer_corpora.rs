//! `thoth-messaging infer` on payloads that others published: every one is valid under what is inferred of all of an
//! event, and code can be generated for it.
//!
//! The payloads are in `../shared/corpora`, or where `CORPORA_DIR` says; without them, the tests say that they skip.
#![expect(clippy::unwrap_used, reason = "clippy.toml allows them in test functions only, not in their helpers")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use serde_json::Value;
use thoth_messaging_codegen::{Options, SchemaSet, generate};

/// A folder of the corpora.
fn corpus(name: &str) -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpora");
    let folder = env::var_os("CORPORA_DIR").map_or_else(beside, PathBuf::from).join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: there is no `{}`", folder.display());
    None
}

/// The JSON files below a folder, by the folder that each is in.
fn by_folder(folder: &Path) -> BTreeMap<PathBuf, Vec<PathBuf>> {
    let (mut found, mut pending) = (BTreeMap::<_, Vec<_>>::new(), vec![folder.to_owned()]);
    while let Some(folder) = pending.pop() {
        let mut entries: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        entries.sort();
        for path in entries {
            if path.is_dir() {
                pending.push(path);
            } else if path.extension().is_some_and(|extension| extension == "json") {
                found.entry(folder.clone()).or_default().push(path);
            }
        }
    }
    found
}

/// Returns what is wrong with the schema that is inferred of files.
fn faults(files: &[PathBuf]) -> Vec<String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_thoth-messaging"));
    command.args(["infer", "--topic", "corpora.event", "--title", "Event", "--guesses", "json"]).args(files);
    let output = command.output().unwrap();
    if output.status.code() != Some(0) {
        return vec![String::from_utf8(output.stderr).unwrap()];
    }
    let text = String::from_utf8(output.stdout).unwrap();
    let schema: Value = serde_json::from_str(&text).unwrap();
    let validator =
        thoth_messaging_documents::jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    let refused = files.iter().filter(|file| {
        let payload: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
        !validator.is_valid(&payload)
    });
    let mut faults: Vec<_> = refused.map(|file| format!("{} is refused", file.display())).collect();
    let guesses: Vec<Value> = serde_json::from_slice(&output.stderr).unwrap();
    let pointers = guesses.iter().map(|guess| guess["pointer"].as_str().unwrap());
    faults
        .extend(pointers.filter(|pointer| schema.pointer(pointer).is_none()).map(|pointer| format!("no `{pointer}`")));
    let mut schemas = SchemaSet::new();
    schemas.add("event.schema.json", "event.schema.json", text);
    faults.extend(generate(&schemas, &Options::default()).diagnostics.iter().map(ToString::to_string));
    faults
}

fn assert_faultless(corpus: &str, sets: &BTreeMap<PathBuf, Vec<PathBuf>>) {
    let faults = sets.iter().map(|(folder, files)| (folder, faults(files))).filter(|(_, faults)| !faults.is_empty());
    let faults: Vec<_> =
        faults.map(|(folder, faults)| format!("{}:\n{}", folder.display(), faults.join("\n"))).collect();
    assert!(faults.is_empty(), "{corpus}: {} of {} sets\n{}", faults.len(), sets.len(), faults.join("\n\n"));
}

#[test]
#[ignore = "schemas of others, which take long without optimization: `just prove`"]
fn the_payloads_of_github_are_valid_under_what_is_inferred_of_an_event() {
    let Some(folder) = corpus("github-webhooks/payload-examples/api.github.com") else { return };
    let sets = by_folder(&folder);
    assert!(sets.len() > 50, "{} events", sets.len());
    assert_faultless("github-webhooks", &sets);
}

#[test]
#[ignore = "schemas of others, which take long without optimization: `just prove`"]
fn the_events_of_cdevents_are_valid_under_what_is_inferred_of_each_and_of_all() {
    let Some(folder) = corpus("cdevents/conformance") else { return };
    let mut sets = by_folder(&folder);
    let all: Vec<_> = sets.values().flatten().cloned().collect();
    assert!(all.len() > 40, "{} events", all.len());
    sets.extend(all.iter().map(|file| (file.clone(), vec![file.clone()])));
    assert_faultless("cdevents", &sets);
}

#[test]
fn the_payloads_of_openlineage_are_valid_under_what_is_inferred_of_a_facet_and_of_all() {
    let Some(folder) = corpus("openlineage/spec/tests") else { return };
    let mut sets = by_folder(&folder);
    assert!(sets.len() > 30, "{} facets", sets.len());
    sets.insert(folder, sets.values().flatten().cloned().collect());
    assert_faultless("openlineage", &sets);
}
