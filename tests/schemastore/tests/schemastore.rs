//! The types of `SchemaStore`'s schemas, the payloads of their authors, and mutations of them: the types have to say what
//! `jsonschema` says, and to write what they read.
//!
//! `cargo test -p schemastore -- --nocapture` prints how many there are; `SCHEMASTORE=3/8` compiles another part.
#![expect(clippy::unwrap_used, reason = "clippy.toml allows it in test functions only, not in their helpers")]

use std::{fs, iter};

use cases::Outcome;
use oracle::{Mutations, Oracle, Schemas, is_limit};
use schemastore::{CASES, Case, corpora, json_files, schemas};
use serde_json::Value;
use thoth_messaging::registry::Entry;
use thoth_messaging::wire::parse_strict;
use thoth_messaging_codegen::SchemaSet;

/// Mutations of each payload.
const MUTATIONS: usize = 20;

/// Payloads that `jsonschema`, with formats asserted, judges otherwise than their authors, whose validator is ajv: the reason, the
/// folder and the names.
const LABELS: &[(&str, &str, &[&str])] = &[
    (
        "the alternatives of a `oneOf` differ in `const`, which is no keyword of draft 4",
        "test/es6importsorterrc",
        &["es6importsorterrc-test"],
    ),
    (
        "the alternatives of a `oneOf` differ in `const`, which is no keyword of draft 4",
        "test/function",
        &[
            "BlobTrigger",
            "EventHubTrigger",
            "ExternalFileTrigger",
            "ExternalTable",
            "FaceLocator",
            "GenericWebHook",
            "GitHubCommenter",
            "GitHubWebHook",
            "HttpGET(CRUD)",
            "HttpPOST(CRUD)",
            "HttpPUT(CRUD)",
            "HttpTrigger",
            "ImageResizer",
            "Kusto",
            "ManualTrigger",
            "MySql",
            "QueueTrigger",
            "SasToken",
            "ScheduledMail",
            "SendGrid",
            "ServiceBusQueueTrigger",
            "ServiceBusTopicTrigger",
            "Sql",
            "TimerTrigger",
            "function",
        ],
    ),
    (
        "the time of a `date-time` has no offset, which RFC 3339 asks for",
        "test/webjob-publish-settings",
        &["scheduled"],
    ),
];

fn skipped() -> bool {
    if CASES.is_empty() {
        println!("skipped: no corpora (see CORPORA_DIR)");
    }
    CASES.is_empty()
}

/// A payload, and whether its authors call it valid.
struct Payload {
    place: String,
    text: Vec<u8>,
    label: bool,
}

/// The payloads of a schema.
fn payloads(file: &str) -> Vec<Payload> {
    let name = file.strip_suffix(".json").unwrap();
    let folder = corpora().unwrap().join("schemastore");
    let labelled = [("test", true), ("negative_test", false)].into_iter().flat_map(|(kind, label)| {
        let files = json_files(&folder.join(kind).join(name)).unwrap();
        files.into_iter().map(move |path| {
            let place = format!("{kind}/{name}/{}", path.file_name().unwrap().to_string_lossy());
            Payload { place, text: fs::read(path).unwrap(), label }
        })
    });
    labelled.collect()
}

/// The validators of a schema: with formats as annotations, and asserted.
fn oracles(file: &str, text: &str) -> [Oracle; 2] {
    let mut set = SchemaSet::new();
    set.add(file, file, text);
    [false, true].map(|formats| Schemas::new(&set).with_formats(formats).oracle_of_file(file))
}

#[test]
fn every_schema_is_generated() {
    let refused = |case: &&Case| matches!(case.outcome, Some(Outcome::Refused(_)));
    let refused: Vec<&Case> = CASES.iter().filter(refused).collect();
    println!("{} schemas, {} refused", CASES.len(), refused.len());
    assert!(refused.is_empty(), "{refused:?}");
}

/// Asks each type that is compiled, of some payloads of it.
fn ask_types(title: &str, texts: impl Fn(&str, &Oracle) -> Vec<(String, Vec<u8>)>) {
    if skipped() {
        return;
    }
    let (mut types, mut counts, mut wrong) = (0, [0_usize; 3], Vec::new());
    for (case, (file, text)) in CASES.iter().zip(&schemas(corpora().unwrap()).unwrap()) {
        assert_eq!(case.file, file);
        let Some(Outcome::Generated(reads, comes_back, registry)) = case.outcome else { continue };
        types += 1;
        let entry = registry.by_name("Root").unwrap();
        let [oracle, _] = oracles(file, text);
        for (place, payload) in texts(file, &oracle) {
            match ask(&payload, &oracle, [reads, comes_back], entry) {
                Ok(kind) => counts[kind] += 1,
                Err(problem) => wrong.push(format!("{place}: {problem}")),
            }
        }
    }
    let [refused, accepted, limits] = counts;
    println!("{title}: {accepted} accepted, {refused} refused, {limits} beyond a limit, of {types} types");
    println!("skipped: {} types, which are not compiled (see SCHEMASTORE)", CASES.len() - types);
    assert!(wrong.is_empty(), "{} wrong answers:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn payloads_are_judged_as_the_specification_says_and_come_back() {
    ask_types("payloads", |file, _| payloads(file).into_iter().map(|payload| (payload.place, payload.text)).collect());
}

#[test]
fn mutated_payloads_are_accepted_exactly_when_they_are_valid() {
    ask_types("mutated payloads", |file, oracle| {
        let values: Vec<Value> =
            payloads(file).iter().map(|payload| serde_json::from_slice(&payload.text).unwrap()).collect();
        let mutations = Mutations::new(file, &values, oracle.schemas());
        let mutated = values.iter().flat_map(|value| iter::repeat_n(value, MUTATIONS));
        let texts = mutated.map(|value| mutations.mutate(value).to_string());
        texts.map(|text| (format!("{file}: {text}"), text.into_bytes())).collect()
    });
}

/// 0 for a payload that is refused, 1 for one that is accepted, 2 for one beyond a documented limit; or what is wrong.
fn ask(
    text: &[u8],
    oracle: &Oracle,
    [reads, comes_back]: [fn(&[u8]) -> bool; 2],
    entry: &Entry,
) -> Result<usize, String> {
    let value = parse_strict(text).map_err(|error| error.to_string())?;
    let checked = entry.check(text);
    if checked.is_ok() != reads(text) {
        return Err(format!("is decoded: {}, but not by serde_json", checked.is_ok()));
    }
    match (checked, oracle.refusal(&value)) {
        (Err(_), Some(_)) => Ok(0),
        (Err(error), None) if is_limit(&error) => Ok(2),
        (Err(error), None) => Err(format!("is refused: {error}")),
        (Ok(()), Some(refusal)) => Err(format!("is accepted: {refusal}")),
        (Ok(()), None) => {
            let again = entry.reencode(text).map_err(|error| format!("is not written: {error}"))?;
            let again: Value = serde_json::from_slice(&again).unwrap();
            if let Some(problem) = oracle.refusal(&again).or_else(|| oracle.difference(&value, &again)) {
                return Err(format!("is written as another value: {problem}"));
            }
            if comes_back(text) { Ok(1) } else { Err("comes back as another value".to_owned()) }
        }
    }
}

#[test]
fn labels_that_differ_are_known() {
    if skipped() {
        return;
    }
    let (mut all, mut differing) = (0, Vec::new());
    for (file, text) in schemas(corpora().unwrap()).unwrap() {
        let [_, oracle] = oracles(&file, &text);
        for payload in payloads(&file) {
            all += 1;
            let refusal = oracle.refusal(&parse_strict(&payload.text).unwrap());
            if refusal.is_none() != payload.label {
                println!("{}: {}", payload.place, refusal.as_deref().unwrap_or("valid"));
                differing.push(payload.place);
            }
        }
    }
    println!("{all} payloads, {} labelled otherwise", differing.len());
    let known = LABELS.iter().flat_map(|(reason, folder, names)| {
        println!("{} of {folder}: {reason}", names.len());
        names.iter().map(move |name| format!("{folder}/{name}.json"))
    });
    assert_eq!(differing, known.collect::<Vec<_>>());
}
