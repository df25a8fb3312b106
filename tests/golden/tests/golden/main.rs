//! The golden cases: expected code, payloads, and an oracle that has to agree.

#![allow(clippy::unwrap_used, clippy::panic, reason = "that is how a test fails, its helpers included")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs};

use golden::{Case, cases};
use oracle::{Mutations, Oracle, Schemas};
use serde_json::Value;
use thoth_messaging::registry::Entry;
use thoth_messaging::wire::parse_strict;
use thoth_messaging_codegen::{Formats, Options, SchemaSet, generate};

#[path = "../../../../codegen/tests/codegen/choices.rs"]
mod choices;
mod contract;
mod made;
mod numbers;

/// Mutations of each payload that is accepted; `MUTATIONS` in the environment asks for more.
fn mutations() -> usize {
    env::var("MUTATIONS").ok().and_then(|count| count.parse().ok()).unwrap_or(300)
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("cases")
}

/// The schemas of each case, by its name.
fn schema_sets() -> BTreeMap<String, SchemaSet> {
    let names = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names
        .map(|name| {
            let folder = folder().join(&name).join("schemas");
            let mut schemas = thoth_messaging_build::read_folder(&folder).unwrap();
            thoth_messaging_build::read_lock(folder, &mut schemas).unwrap();
            (name, schemas)
        })
        .collect()
}

/// The end of the name of a schema that is made for a topic with several messages.
const OF_TOPIC: &str = ".topic.json";

/// The schemas of each case without those that are generated.
fn sources() -> BTreeMap<String, SchemaSet> {
    let mut sources = schema_sets();
    for schemas in sources.values_mut().filter(|schemas| schemas.iter().any(|(name, _)| name.ends_with(OF_TOPIC))) {
        let all = std::mem::take(schemas);
        for (name, file) in all.iter().filter(|(name, _)| !name.ends_with(OF_TOPIC)) {
            schemas.add(name, file.origin.clone(), file.text.clone());
        }
    }
    sources
}

/// The options of a case: those of its `build.txt`, and the words of its file `options`.
fn options(case: &str) -> Options {
    let chain = fs::read_to_string(folder().join(case).join("build.txt"));
    let mut options = chain.map(|chain| choices::options(&chain)).unwrap_or_default();
    let words = fs::read_to_string(folder().join(case).join("options")).unwrap_or_default();
    for word in words.split_whitespace() {
        match word {
            "formats=asserted" => options.formats = Formats::Asserted,
            "formats=mapped" => options.formats = Formats::Mapped,
            other => panic!("{case}: `{other}` is no option"),
        }
    }
    options
}

/// Schemas as they are in the folder, whatever the path to it is.
fn generated(case: &str, schemas: &SchemaSet) -> String {
    let generation = generate(schemas, &options(case));
    let diagnostics: Vec<String> = generation.diagnostics.iter().map(ToString::to_string).collect();
    assert!(!generation.has_errors(), "{}", diagnostics.join("\n"));
    generation.files[0].text.clone()
}

fn updates() -> bool {
    env::var_os("UPDATE_EXPECTED").is_some()
}

/// Compares a text with a file, or writes the file.
#[track_caller]
fn check_file(path: &Path, text: &str) {
    if updates() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
        return;
    }
    let expected = fs::read_to_string(path).unwrap_or_default();
    let differs = expected.lines().zip(text.lines()).position(|(expected, text)| expected != text);
    let line = differs.unwrap_or(expected.lines().count().min(text.lines().count()));
    assert!(
        expected == text,
        "{} differs at line {} (UPDATE_EXPECTED=1 rewrites it)\nexpected: {:?}\nfound:    {:?}",
        path.display(),
        line + 1,
        expected.lines().nth(line),
        text.lines().nth(line),
    );
}

/// The lines of a file of payloads; none where there is no file.
fn lines(case: &str, kind: &str, message: &str) -> Vec<String> {
    let text = fs::read_to_string(folder().join(case).join(kind).join(format!("{message}.ndjson"))).unwrap_or_default();
    text.lines().map(str::to_owned).collect()
}

/// Returns what every way to read a payload says of it: they have to say the same.
#[track_caller]
fn accepts(case: &Case, entry: &Entry, payload: &str) -> bool {
    let name = &*entry.descriptor().name;
    let checked = entry.check(payload.as_bytes()).is_ok();
    let road = case.roads.iter().find(|road| road.message == name).unwrap();
    assert_eq!(checked, (road.from_slice)(payload.as_bytes()), "{}/{name}: from_slice of {payload}", case.name);
    // A `Value` has lost the digits that no float holds.
    if let Ok(value) = parse_strict(payload.as_bytes())
        && oracle::are_held(payload.as_bytes())
    {
        assert_eq!(checked, (road.from_value)(value), "{}/{name}: from_value of {payload}", case.name);
    }
    checked
}

/// Tells whether the value of a payload is the same when it is written and read again.
fn comes_back(case: &Case, entry: &Entry, payload: &str) -> bool {
    let name = &*entry.descriptor().name;
    case.roads.iter().find(|road| road.message == name).is_some_and(|road| (road.comes_back)(payload.as_bytes()))
}

/// Returns whether a payload is refused for a documented limit alone: it has an integer that its Rust type can't hold.
fn is_limit(entry: &Entry, payload: &str) -> bool {
    let error = entry.check(payload.as_bytes()).unwrap_err();
    oracle::is_limit(&error)
}

fn entries() -> impl Iterator<Item = (&'static Case, &'static Entry, Oracle)> {
    let sets = schema_sets();
    cases::ALL.iter().flat_map(move |case| {
        let schemas = Schemas::new(&sets[case.name]).with_formats(options(case.name).formats.asserts());
        case.registry.iter().map(move |entry| (case, entry, schemas.oracle(&entry.descriptor().schema.uri)))
    })
}

#[test]
fn expected_code_is_what_is_generated() {
    for (name, schemas) in sources() {
        check_file(&folder().join(&name).join("messages.rs"), &generated(&name, &schemas));
        let generation = generate(&schemas, &options(&name));
        for file in generation.files.iter().filter(|file| file.path.ends_with(OF_TOPIC)) {
            check_file(&folder().join(&name).join(&file.path), &file.text);
        }
    }
}

#[test]
fn the_order_of_the_files_does_not_matter() {
    for (name, schemas) in sources() {
        let files: Vec<_> = schemas.iter().collect();
        for turn in 0..files.len() {
            let mut shuffled = SchemaSet::new();
            thoth_messaging_build::read_lock(folder().join(&name).join("schemas"), &mut shuffled).unwrap();
            for (file, content) in files[turn..].iter().chain(&files[..turn]).rev() {
                shuffled.add(*file, &*content.origin, &*content.text);
            }
            assert_eq!(generated(&name, &schemas), generated(&name, &shuffled), "{name}");
        }
    }
}

#[test]
fn every_message_has_payloads_to_accept_and_to_refuse() {
    for (case, entry, _) in entries() {
        let name = &entry.descriptor().name;
        assert!(!lines(case.name, "accept", name).is_empty(), "{}/accept/{name}.ndjson", case.name);
        assert!(!lines(case.name, "reject", name).is_empty(), "{}/reject/{name}.ndjson", case.name);
    }
    for (name, kind) in schema_sets().keys().flat_map(|name| ["accept", "reject", "reencoded"].map(|kind| (name, kind)))
    {
        let Ok(files) = fs::read_dir(folder().join(name).join(kind)) else { continue };
        for file in files.map(|file| file.unwrap().path()) {
            let message = file.file_stem().unwrap().to_str().unwrap().to_owned();
            let case = cases::ALL.iter().find(|case| case.name == name);
            assert!(
                case.is_some_and(|case| case.registry.by_name(&message).is_some()),
                "{}: no message",
                file.display()
            );
        }
    }
}

#[test]
fn accepted_payloads_are_read_and_written_again() {
    for (case, entry, oracle) in entries() {
        let name = &entry.descriptor().name;
        let mut reencoded = String::new();
        for payload in lines(case.name, "accept", name) {
            let place = format!("{}/{name}: {payload}", case.name);
            assert!(accepts(case, entry, &payload), "{place}\n{}", entry.check(payload.as_bytes()).unwrap_err());
            let value = parse_strict(payload.as_bytes()).unwrap();
            assert_eq!(oracle.refusal(&value), None, "{place}");
            let text = entry.reencode(payload.as_bytes()).unwrap_or_else(|error| panic!("{place}: {error}"));
            let again = parse_strict(&text).unwrap();
            assert_eq!(oracle.refusal(&again), None, "{place} is written as {again}");
            oracle.assert_same(&value, &again, &place);
            assert_eq!(entry.reencode(&text).unwrap(), text, "{place}");
            assert!(comes_back(case, entry, &payload), "{place} comes back as {again}");
            reencoded.push_str(&String::from_utf8(text).unwrap());
            reencoded.push('\n');
        }
        // How it is written exactly, for a person to look at.
        check_file(&folder().join(case.name).join("reencoded").join(format!("{name}.ndjson")), &reencoded);
    }
}

#[test]
fn large_schemas_are_read_on_a_small_stack() {
    let case = cases::ALL.iter().find(|case| case.name == "large").unwrap();
    for entry in case.registry.iter() {
        for payload in lines("large", "accept", &entry.descriptor().name) {
            let again = move || entry.reencode(payload.as_bytes()).unwrap();
            let thread = std::thread::Builder::new().stack_size(256 * 1024).spawn(again).unwrap();
            assert!(!thread.join().unwrap().is_empty());
        }
    }
}

#[test]
fn the_key_is_what_stands_at_its_pointer() {
    for (case, entry, _) in entries() {
        let descriptor = entry.descriptor();
        for payload in lines(case.name, "accept", &descriptor.name) {
            let key = entry.decode(payload.as_bytes()).unwrap().key().map(std::borrow::Cow::into_owned);
            let written: Value = serde_json::from_slice(&entry.reencode(payload.as_bytes()).unwrap()).unwrap();
            let pointed = descriptor.key.as_deref().and_then(|pointer| written.pointer(pointer));
            let expected = match pointed {
                None | Some(Value::Null) => None,
                Some(Value::String(text)) => Some(text.clone()),
                Some(other) => Some(other.to_string()),
            };
            assert_eq!(key, expected, "{}/{}: {payload}", case.name, descriptor.name);
        }
    }
}

#[test]
fn what_is_sensitive_is_not_shown() {
    let shown: String = entries()
        .flat_map(|(case, entry, _)| {
            let name = &entry.descriptor().name;
            let road = case.roads.iter().find(|road| road.message == name).unwrap();
            lines(case.name, "accept", name).into_iter().map(|payload| (road.debug)(payload.as_bytes()))
        })
        .collect();
    assert!(shown.contains("plain") && shown.contains("[redacted]"));
    assert!(!shown.contains("s3cret"));
}

#[test]
fn rejected_payloads_are_refused() {
    for (case, entry, oracle) in entries() {
        let name = &entry.descriptor().name;
        for payload in lines(case.name, "reject", name) {
            let place = format!("{}/{name}: {payload}", case.name);
            assert!(!accepts(case, entry, &payload), "{place}");
            assert!(!entry.check(payload.as_bytes()).unwrap_err().to_string().is_empty());
            // What is no JSON, and a duplicate member, the validator never sees.
            if let Ok(value) = parse_strict(payload.as_bytes()) {
                assert!(oracle.refusal(&value).is_some() || is_limit(entry, &payload), "{place} is valid");
            }
        }
    }
}

#[test]
fn mutated_payloads_are_accepted_exactly_when_they_are_valid() {
    let mut counts = [0_usize; 3];
    for (case, entry, oracle) in entries() {
        let name = &entry.descriptor().name;
        let accepted = lines(case.name, "accept", name);
        let payloads: Vec<Value> = accepted.iter().map(|line| parse_strict(line.as_bytes()).unwrap()).collect();
        let changes = Mutations::new(&format!("{}/{name}", case.name), &payloads, oracle.schemas());
        for value in payloads.iter().flat_map(|payload| vec![payload; mutations()]) {
            let mutated = changes.mutate(value);
            let payload = mutated.to_string();
            let refusal = oracle.refusal(&mutated);
            let accepted = accepts(case, entry, &payload);
            if accepted != refusal.is_none() && oracle.rounds(&mutated) {
                continue;
            }
            if accepted {
                assert_eq!(refusal, None, "{}/{name} accepts {payload}", case.name);
                match entry.reencode(payload.as_bytes()) {
                    Ok(text) => {
                        let again = parse_strict(&text).unwrap();
                        assert_eq!(
                            oracle.refusal(&again),
                            None,
                            "{}/{name}: {payload} is written as {again}",
                            case.name
                        );
                        assert!(
                            comes_back(case, entry, &payload),
                            "{}/{name}: {payload} comes back as {again}",
                            case.name
                        );
                    }
                    Err(error) => panic!("{}/{name}: {payload}: {error}", case.name),
                }
            } else if refusal.is_none() {
                let error = entry.check(payload.as_bytes()).unwrap_err();
                assert!(is_limit(entry, &payload), "{}/{name} refuses {payload}\n{error}", case.name);
                counts[2] += 1;
            }
            counts[usize::from(accepted)] += 1;
        }
    }
    println!("{} refused, {} accepted, {} beyond a documented limit", counts[0], counts[1], counts[2]);
    assert!(counts.iter().all(|count| *count > 0));
}
