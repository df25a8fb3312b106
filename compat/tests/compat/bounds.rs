//! Schemas that could take for ever, in all drafts.

use serde_json::{Map, Value, json};
use thoth_messaging_compat::{Limits, Verdict, covers};

use crate::versions::schema;

const DRAFTS: [&str; 5] = [
    "http://json-schema.org/draft-04/schema#",
    "http://json-schema.org/draft-06/schema#",
    "http://json-schema.org/draft-07/schema#",
    "https://json-schema.org/draft/2019-09/schema",
    "https://json-schema.org/draft/2020-12/schema",
];

/// A dozen types, each of which holds some of all of them.
fn union(draft: &str, count: usize, choice: &str, value: &Value) -> Value {
    let all: Vec<Value> = (0..count).map(|number| json!({"$ref": format!("#/definitions/t{number}")})).collect();
    let mut definitions: Map<String, Value> = (0..count)
        .map(|number| {
            let kind = json!({"type": "object", "properties": {
                "kind": {"enum": [format!("t{number}")]},
                "one": {"$ref": "#/definitions/any"},
                "many": {"type": "array", "items": {"$ref": "#/definitions/any"}},
                "value": value,
            }, "required": ["kind"]});
            (format!("t{number}"), kind)
        })
        .collect();
    definitions.insert("any".to_owned(), json!({choice: all}));
    json!({"$schema": draft, "definitions": definitions, "allOf": [{"$ref": "#/definitions/any"}]})
}

#[test]
fn compares_a_mutually_recursive_union_in_every_draft() {
    for draft in DRAFTS {
        for choice in ["oneOf", "anyOf"] {
            let narrow = schema(&union(draft, 12, choice, &json!({"type": "integer"}))).unwrap();
            let wide = schema(&union(draft, 12, choice, &json!({"type": "number"}))).unwrap();
            assert_eq!(covers(&wide, &narrow, &Limits::default()), Verdict::Compatible, "{draft} {choice}");
            let verdict = covers(&narrow, &wide, &Limits::default());
            assert!(matches!(verdict, Verdict::Breaking { .. }), "{draft} {choice}: {verdict:?}");
        }
    }
}

#[test]
fn compares_unions_that_lost_a_branch() {
    let (all, fewer) = (union(DRAFTS[2], 12, "oneOf", &json!({})), union(DRAFTS[2], 11, "oneOf", &json!({})));
    let (all, fewer) = (schema(&all).unwrap(), schema(&fewer).unwrap());
    assert_eq!(covers(&all, &fewer, &Limits::default()), Verdict::Compatible);
    assert!(matches!(covers(&fewer, &all, &Limits::default()), Verdict::Breaking { .. }));
}

#[test]
fn ends_where_the_steps_are_used_up() {
    let clause = |number: usize| json!({"anyOf": (0..3).map(|other| json!({"required": [format!("m{}", (number * 7 + other * 5) % 40)]})).collect::<Vec<_>>()});
    let hard = json!({"type": "object", "allOf": (0..60).map(clause).collect::<Vec<_>>()});
    let fewer = json!({"type": "object", "maxProperties": 13});
    let limits = Limits { steps: 500, candidates: 50 };
    let (hard, fewer) = (schema(&hard).unwrap(), schema(&fewer).unwrap());
    match covers(&fewer, &hard, &limits) {
        Verdict::Unknown { reason, .. } => assert!(!reason.is_empty()),
        Verdict::Breaking { witness } => assert!(hard.is_valid(&witness) && !fewer.is_valid(&witness)),
        Verdict::Compatible => unreachable!("an object with all members is a witness"),
    }
}

#[test]
fn compares_schemas_of_different_drafts() {
    let old = json!({"$schema": DRAFTS[0], "type": "integer", "minimum": 0, "exclusiveMinimum": true});
    let new = json!({"$schema": DRAFTS[4], "type": "integer", "exclusiveMinimum": 0});
    let (old, new) = (schema(&old).unwrap(), schema(&new).unwrap());
    assert_eq!(covers(&new, &old, &Limits::default()), Verdict::Compatible);
    // `1.0` is an integer from draft 6 on.
    assert!(matches!(covers(&old, &new, &Limits::default()), Verdict::Breaking { .. }));
}

#[test]
fn compares_deep_schemas() {
    let deep = |leaf: Value| {
        (0..60).fold(leaf, |inner, _| json!({"type": "object", "properties": {"a": inner}, "required": ["a"]}))
    };
    let (narrow, wide) = (deep(json!({"type": "integer"})), deep(json!({"type": "number"})));
    let (narrow, wide) = (schema(&narrow).unwrap(), schema(&wide).unwrap());
    assert_eq!(covers(&wide, &narrow, &Limits::default()), Verdict::Compatible);
    assert!(matches!(covers(&narrow, &wide, &Limits::default()), Verdict::Breaking { .. }));
}
