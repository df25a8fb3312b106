//! Each change that is told refuses a payload by itself; one that says the same in other words is not told.
#![expect(clippy::unwrap_used, reason = "clippy.toml allows it in test functions only, not in their helpers")]

use serde_json::{Value, json};
use thoth_messaging_compat::{Cause, Direction, Limits, Schema, Verdict, causes, covers, differences};

use crate::versions::random::Random;
use crate::versions::schema;

const DRAFT_7: &str = "http://json-schema.org/draft-07/schema#";

fn found(old: &Schema, new: &Schema, direction: Direction) -> Vec<Cause> {
    let (reader, writer) = if direction == Direction::Backward { (new, old) } else { (old, new) };
    match covers(reader, writer, &Limits::default()) {
        Verdict::Breaking { witness } => causes(old, new, writer, &witness, direction),
        _ => Vec::new(),
    }
}

/// The rules and the places in payloads of what is told BACKWARD, each with a payload that shows it.
fn told(old: &Value, new: &Value) -> Vec<(&'static str, String)> {
    let (old, new) = (schema(old).unwrap(), schema(new).unwrap());
    let found = found(&old, &new, Direction::Backward);
    for cause in &found {
        let witness = cause.witness.as_ref().unwrap();
        assert!(old.is_valid(witness) && !new.is_valid(witness), "{witness}");
    }
    found.into_iter().map(|cause| (cause.difference.rule.name(), cause.difference.instance)).collect()
}

/// An object with a member that is shortened, which breaks, and another one.
fn beside(length: u64, other: &Value) -> Value {
    json!({"$schema": DRAFT_7, "type": "object", "properties": {"id": {"type": "string", "maxLength": length}, "x": other},
        "definitions": {"s": {"type": "string"}, "o": {"type": "object", "properties": {"y": {"type": "string"}}}}})
}

#[test]
fn what_says_the_same_in_other_words_is_not_told_beside_what_breaks() {
    let text = json!({"type": "string"});
    let same = [
        (json!({"items": text, "additionalItems": false}), json!({"items": text})),
        (json!({"items": text}), json!({"items": text, "additionalItems": false})),
        (json!({"anyOf": [text], "type": "string"}), text.clone()),
        (json!({"anyOf": [text]}), text.clone()),
        (text.clone(), json!({"anyOf": [text]})),
        (json!({"allOf": [{"$ref": "#/definitions/s"}]}), json!({"$ref": "#/definitions/s"})),
        (json!({"$ref": "#/definitions/s"}), json!({"allOf": [{"$ref": "#/definitions/s"}]})),
        (json!({"allOf": [{"$ref": "#/definitions/o"}]}), json!({"$ref": "#/definitions/o"})),
        (json!({"enum": ["a"]}), json!({"const": "a", "type": "string"})),
        (json!({"not": {"type": "string"}}), json!({"type": ["null", "boolean", "number", "array", "object"]})),
        (json!({"anyOf": [{"minLength": 2}, {"maximum": 2}]}), json!({"anyOf": [{"maximum": 2}, {"minLength": 2}]})),
        (
            json!({"anyOf": [{"type": "string", "minLength": 4}, {"type": "integer", "minimum": 3}]}),
            json!({"anyOf": [{"type": "integer", "minimum": 1}, {"type": "string", "minLength": 2}]}),
        ),
    ];
    for (old, new) in same {
        let told = told(&beside(20, &old), &beside(10, &new));
        assert_eq!(told, [("MAX_LENGTH_DECREASED", "/id".to_owned())], "{old} to {new}");
    }
}

#[test]
fn what_says_the_same_at_the_root_is_not_told_beside_what_breaks_there() {
    let of = |more: Value, required: Value| {
        let mut schema = json!({"type": "object", "properties": {"a": {}}, "required": required});
        schema.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        schema
    };
    let kind = json!({"type": "object"});
    for (old, new) in [
        (json!({}), json!({"anyOf": [kind]})),
        (json!({}), json!({"allOf": [{"$ref": "#/$defs/o"}], "$defs": {"o": kind}})),
        (json!({}), json!({"$ref": "#/$defs/o", "$defs": {"o": kind}})),
        (json!({"maxProperties": 3}), json!({"allOf": [{"maxProperties": 3}]})),
    ] {
        let told = told(&of(old.clone(), json!([])), &of(new.clone(), json!(["a"])));
        assert_eq!(told.iter().map(|it| it.0).collect::<Vec<_>>(), ["REQUIRED_ATTRIBUTE_ADDED"], "{old} to {new}");
    }
}

#[test]
fn each_of_several_changes_has_a_payload_that_shows_it() {
    let of = |length: u64, most: u64, kind: &str| {
        json!({"type": "object", "properties": {
            "id": {"type": "string", "maxLength": length},
            "lines": {"type": "array", "items": {"$ref": "#/$defs/line"}},
            "map": {"type": "object", "additionalProperties": {"type": kind}},
            "pair": {"prefixItems": [{"maximum": most}, {"type": kind}]},
        }, "allOf": [{"properties": {"all": {"maximum": most}}}], "patternProperties": {"^p": {"maximum": most}},
        "$defs": {"line": {"properties": {"amount": {"maximum": most}}}}})
    };
    let told = told(&of(20, 8, "number"), &of(10, 7, "integer"));
    let mut places: Vec<_> = told.iter().map(|(_, instance)| instance.as_str()).collect();
    places.sort_unstable();
    assert_eq!(places, ["/*", "/all", "/id", "/lines/*/amount", "/map/*", "/pair/0", "/pair/1"]);
}

#[test]
fn one_change_at_least_is_told_of_each_break_and_each_witness_is_one() {
    let mut random = Random(0x2545_F491_4F6C_DD1D);
    for _ in 0..150 {
        let one = random.schema(2);
        let two = random.edited(&one, 2);
        let (old, new) = (schema(&one).unwrap(), schema(&two).unwrap());
        for (direction, reader, writer) in [(Direction::Backward, &new, &old), (Direction::Forward, &old, &new)] {
            let Verdict::Breaking { witness } = covers(reader, writer, &Limits::default()) else { continue };
            let found = causes(&old, &new, writer, &witness, direction);
            assert!(!found.is_empty() && found[0].witness.is_some(), "{one} to {two}");
            for witness in found.iter().filter_map(|cause| cause.witness.as_ref()) {
                assert!(writer.is_valid(witness) && !reader.is_valid(witness), "{one} to {two}: {witness}");
            }
            assert!(found.len() <= differences(&old, &new).len().max(1), "{one} to {two}");
        }
    }
}
