//! Payloads: every message is decoded or refused, all roads and the oracle agree, and what was decoded is written so that
//! it is the same when it is read again.

use std::path::Path;
use std::sync::OnceLock;

use golden::{Road, cases};
use oracle::{Mutations, Oracle, Schemas};
use serde_json::Value;
use thoth_messaging::dynamic::Checker;
use thoth_messaging::messages;
use thoth_messaging::registry::Entry;
use thoth_messaging::wire::parse_strict;

use crate::known;

/// A message and what is known of it otherwise.
struct Message {
    /// The case and the name, with `/`.
    name: String,
    entry: &'static Entry,
    road: Option<&'static Road>,
    oracle: Oracle,
    checker: Checker,
}

/// The messages of the golden cases and of Thoth.
fn messages() -> &'static [Message] {
    static MESSAGES: OnceLock<Vec<Message>> = OnceLock::new();
    MESSAGES.get_or_init(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let schemas_of = |folder: &str| Schemas::new(&thoth_messaging_build::read_folder(root.join(folder)).unwrap());
        let mut messages = Vec::new();
        let mut add = |case: &str, schemas: &Schemas, entry: &'static Entry, road| {
            let descriptor = entry.descriptor();
            let oracle = schemas.oracle(&descriptor.schema.uri);
            let name = format!("{case}/{}", descriptor.name);
            let checker = Checker::of_schema(&name, &descriptor.schema).unwrap();
            messages.push(Message { name, entry, road, oracle, checker });
        };
        // The oracle here takes formats for annotations.
        for case in cases::ALL.iter().filter(|case| !case.name.starts_with("formats-")) {
            let schemas = schemas_of(&format!("tests/golden/cases/{}/schemas", case.name));
            for entry in case.registry {
                let road = case.roads.iter().find(|road| road.message == entry.descriptor().name);
                add(case.name, &schemas, entry, road);
            }
        }
        let schemas = schemas_of("schemas");
        messages::REGISTRY.iter().for_each(|entry| add("thoth", &schemas, entry, None));
        messages
    })
}

/// The messages that an input is for, and the payload: a first line that names one is for that alone.
fn parts(input: &[u8]) -> (&'static [Message], &[u8]) {
    let all = messages();
    let end = input.iter().position(|byte| *byte == b'\n');
    let named = end.and_then(|end| {
        let index = all.iter().position(|message| message.name.as_bytes() == &input[..end])?;
        Some((&all[index..=index], &input[end + 1..]))
    });
    named.unwrap_or((all, input))
}

/// Decodes an input as what it says that it is, or as every message.
///
/// # Panics
///
/// Where a decoder does, or where they don't agree.
pub fn run(input: &[u8]) {
    let (messages, payload) = parts(input);
    let value = parsed(payload);
    for message in messages {
        check(message, payload, value.as_ref());
    }
}

/// The value of a payload. It is JSON exactly where it is to `serde_json`, but for members that stand twice.
fn parsed(payload: &[u8]) -> Option<Value> {
    let parsed = serde_json::from_slice::<Value>(payload).ok();
    match parse_strict(payload) {
        Ok(value) => {
            assert_eq!(Some(&value), parsed.as_ref(), "{}", String::from_utf8_lossy(payload));
            Some(value)
        }
        Err(error) => {
            let is_twice = error.keyword() == "duplicate";
            assert!(is_twice || parsed.is_none(), "{} is refused: {error}", String::from_utf8_lossy(payload));
            None
        }
    }
}

fn check(message: &Message, payload: &[u8], value: Option<&Value>) {
    let (name, shown) = (&message.name, String::from_utf8_lossy(payload));
    let decoded = message.entry.decode(payload);
    if !oracle::are_held(payload) {
        return check_long_numbers(message, payload);
    }
    if value.is_some_and(|value| message.oracle.rounds(value)) {
        return;
    }
    if let Some(road) = message.road {
        assert_eq!(decoded.is_ok(), (road.from_slice)(payload), "{name}: from_slice of {shown}");
        if let Some(value) = value {
            assert_eq!(decoded.is_ok(), (road.from_value)(value.clone()), "{name}: from_value of {shown}");
        }
        let _ = (road.debug)(payload);
    }
    match (decoded, value) {
        (Ok(decoded), Some(value)) => {
            assert_eq!(message.oracle.refusal(value), None, "{name}: {shown} is accepted");
            let _ = decoded.key();
            let text = decoded.encode().unwrap_or_else(|error| panic!("{name}: {shown} is not written: {error}"));
            let again = parse_strict(&text).unwrap_or_else(|error| panic!("{name}: {shown} is written badly: {error}"));
            if !known::is_slow_to_compare(name, value) {
                message.oracle.assert_same(value, &again, name);
            }
            let twice =
                message.entry.reencode(&text).unwrap_or_else(|error| panic!("{name}: {again} is refused: {error}"));
            assert!(twice == text, "{name}: {again} is written as {}", String::from_utf8_lossy(&twice));
        }
        (Ok(_), None) => panic!("{name}: {shown} is no JSON and is accepted"),
        (Err(error), value) => {
            assert!(!error.to_string().is_empty());
            let is_limit = |value| oracle::is_limit(&error) || known::is_limit(name, value);
            let agrees = value.is_none_or(|value| is_limit(value) || !message.oracle.is_valid(value));
            assert!(agrees, "{name}: {shown} is refused: {error}");
        }
    }
}

/// A payload with numbers of which a `Value` has lost digits: the validator that reads the bytes is asked.
fn check_long_numbers(message: &Message, payload: &[u8]) {
    let (name, shown) = (&message.name, String::from_utf8_lossy(payload));
    let decoded = message.entry.decode(payload);
    if let Some(road) = message.road {
        assert_eq!(decoded.is_ok(), (road.from_slice)(payload), "{name}: from_slice of {shown}");
    }
    let is_valid = message.checker.check(payload).is_ok();
    match decoded {
        Ok(decoded) => {
            assert!(is_valid, "{name}: {shown} is accepted");
            let text = decoded.encode().unwrap_or_else(|error| panic!("{name}: {shown} is not written: {error}"));
            assert!(message.entry.decode(&text).is_ok(), "{name}: {shown} is written as what is refused");
        }
        Err(error) => assert!(!is_valid || oracle::is_limit(&error), "{name}: {shown} is refused: {error}"),
    }
}

/// Changes the payload of an input that names its message; `None` where it does not, and where it is no JSON.
#[must_use]
pub fn mutate(input: &[u8], seed: u32) -> Option<Vec<u8>> {
    let ([message], payload) = parts(input) else { return None };
    let value = parse_strict(payload).ok()?;
    let mutations = Mutations::new(&seed.to_string(), std::slice::from_ref(&value), message.oracle.schemas());
    Some(format!("{}\n{}", message.name, mutations.mutate(&value)).into_bytes())
}
