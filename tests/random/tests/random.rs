//! Each type, asked for payloads at random: it takes exactly those that are valid, and writes what it took.
#![expect(clippy::unwrap_used, reason = "clippy.toml allows it in test functions only, not in their helpers")]

mod payloads;

use std::collections::BTreeMap;

use cases::Outcome;
use oracle::{Oracle, Schemas, is_limit};
use random::{CASES, Case};
use serde_json::Value;
use thoth_messaging::registry::Entry;
use thoth_messaging_codegen::SchemaSet;

/// How often each thing happened.
type Counts = BTreeMap<&'static str, usize>;

#[test]
fn types_of_random_schemas_accept_exactly_what_is_valid() {
    let mut counts = Counts::new();
    let mut refused: BTreeMap<&str, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for case in CASES {
        match case.outcome {
            Outcome::Refused(codes) => codes.iter().for_each(|code| *refused.entry(code).or_default() += 1),
            Outcome::Generated(reads, comes_back, registry) => {
                *counts.entry("types").or_default() += 1;
                let entry = registry.by_name("Root").unwrap();
                wrong.extend(ask(case, [reads, comes_back], entry, &mut counts));
            }
        }
    }
    println!("{counts:?}; refused schemas by code: {refused:?}");
    assert!(wrong.is_empty(), "{} types are wrong:\n{}", wrong.len(), wrong.join("\n"));
    let count = |what| counts.get(what).copied().unwrap_or_default();
    let types = count("types");
    assert!(types * 20 >= CASES.len() * 19, "of {} schemas, {types} are generated", CASES.len());
    // What is not compared is to stay rare.
    let all: usize = counts.values().sum::<usize>() - types;
    for excused in ["rounded by jsonschema", "beyond a limit"] {
        assert!(count(excused) * 50 <= all, "{excused}: {} of {all} payloads", count(excused));
    }
}

/// The first payload for which a type is wrong.
fn ask(case: &Case, roads: [fn(&[u8]) -> bool; 2], entry: &Entry, counts: &mut Counts) -> Option<String> {
    let mut set = SchemaSet::new();
    set.add("root.json", "root.json", case.schema);
    let oracle = Schemas::new(&set).oracle_of_file("root.json");
    let schema: Value = serde_json::from_str(case.schema).unwrap();
    payloads::of(case.seed, &schema, &oracle).iter().find_map(|payload| {
        let problem = match answer(payload, &oracle, roads, entry) {
            Ok(happened) => {
                *counts.entry(happened).or_default() += 1;
                return None;
            }
            Err(problem) => problem,
        };
        Some(format!("seed {}: {payload} {problem}\n    {}", case.seed, case.schema))
    })
}

/// Returns what a type says of a payload, in a word, or what is wrong with that.
fn answer(
    payload: &Value,
    oracle: &Oracle,
    [reads, comes_back]: [fn(&[u8]) -> bool; 2],
    entry: &Entry,
) -> Result<&'static str, String> {
    let text = payload.to_string();
    let decoded = entry.check(text.as_bytes());
    if decoded.is_ok() != reads(text.as_bytes()) {
        return Err(format!("is decoded: {}, but not by serde_json", decoded.is_ok()));
    }
    let agreed = match (decoded, oracle.refusal(payload)) {
        (Ok(()), None) if !comes_back(text.as_bytes()) => Err(unequal(&text, entry)),
        (Ok(()), None) => written(payload, oracle, entry),
        (Ok(()), Some(refusal)) => Err(format!("is accepted: {refusal}")),
        (Err(_), Some(_)) => Ok("refused"),
        (Err(error), None) if is_limit(&error) => Ok("beyond a limit"),
        (Err(error), None) => Err(format!("is refused: {error}")),
    };
    if agreed.is_err() && oracle.rounds(payload) { Ok("rounded by jsonschema") } else { agreed }
}

/// Returns what is wrong with a payload that is another value when it is written and read again.
fn unequal(text: &str, entry: &Entry) -> String {
    match entry.reencode(text.as_bytes()) {
        Ok(again) => format!("comes back as another value: {}", String::from_utf8_lossy(&again)),
        Err(error) => format!("is not written: {error}"),
    }
}

/// Returns what is written of a payload that was read.
fn written(payload: &Value, oracle: &Oracle, entry: &Entry) -> Result<&'static str, String> {
    let text = match entry.reencode(payload.to_string().as_bytes()) {
        Ok(text) => text,
        Err(error) => return Err(format!("is not written: {error}")),
    };
    let again: Value = serde_json::from_slice(&text).map_err(|error| error.to_string())?;
    if let Some(refusal) = oracle.refusal(&again) {
        return Err(format!("is written as {again}: {refusal}"));
    }
    match oracle.difference(payload, &again) {
        Some(difference) => Err(format!("is written as {again}: {difference}")),
        None => Ok("accepted"),
    }
}
