//! The policy under which producers write only declared members.
#![expect(clippy::unwrap_used, reason = "clippy.toml allows it in test functions only, not in their helpers")]

use serde_json::{Value, json};
use thoth_messaging_compat::{Limits, Schema, Verdict, covers};

use crate::versions::schema;

fn verdicts(old: &Value, new: &Value) -> [Verdict; 2] {
    let (old, new) = (schema(old).unwrap(), schema(new).unwrap());
    let limits = Limits::default();
    [covers(&new, &old.closed().unwrap(), &limits), covers(&old, &new.closed().unwrap(), &limits)]
}

fn holds(document: &Value, value: &Value) -> bool {
    let closed: Schema = schema(document).unwrap().closed().unwrap();
    closed.is_valid(value)
}

#[test]
fn an_optional_member_is_added_and_removed_in_both_directions() {
    let old = json!({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]});
    let new =
        json!({"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "integer"}}, "required": ["a"]});
    assert_eq!(verdicts(&old, &new), [Verdict::Compatible, Verdict::Compatible]);
    assert_eq!(verdicts(&new, &old), [Verdict::Compatible, Verdict::Compatible]);
}

#[test]
fn an_optional_member_is_added_below_references_and_arrays() {
    let of = |line: Value| {
        json!({"type": "object", "properties": {"lines": {"type": "array", "items": {"$ref": "#/$defs/line"}}},
            "$defs": {"line": {"type": "object", "properties": line}}})
    };
    let (old, new) =
        (of(json!({"a": {"type": "string"}})), of(json!({"a": {"type": "string"}, "b": {"type": "string"}})));
    assert_eq!(verdicts(&old, &new), [Verdict::Compatible, Verdict::Compatible]);
}

#[test]
fn a_required_member_still_breaks() {
    let old = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    let new =
        json!({"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "integer"}}, "required": ["b"]});
    let [backward, forward] = verdicts(&old, &new);
    assert_eq!(backward, Verdict::Breaking { witness: json!({}) });
    assert_eq!(forward, Verdict::Compatible);
}

#[test]
fn a_member_whose_type_changes_still_breaks() {
    let of = |kind: &str| json!({"type": "object", "properties": {"a": {"type": kind}}});
    let [backward, forward] = verdicts(&of("string"), &of("integer"));
    assert!(matches!(backward, Verdict::Breaking { .. }) && matches!(forward, Verdict::Breaking { .. }));
}

#[test]
fn what_is_declared_beside_counts() {
    let document = json!({"allOf": [
        {"properties": {"a": {"properties": {"x": {}}}}},
        {"anyOf": [{"properties": {"a": {"properties": {"y": {}}}}}, {"properties": {"b": {}}}]},
    ]});
    assert!(holds(&document, &json!({"a": {"x": 1, "y": 1}, "b": 1})));
    assert!(!holds(&document, &json!({"a": {"z": 1}})));
    assert!(!holds(&document, &json!({"c": 1})));
}

#[test]
fn what_names_no_members_may_have_any() {
    assert!(holds(&json!({"type": "object"}), &json!({"a": 1})));
    assert!(holds(&json!({"properties": {"a": {}}, "additionalProperties": true}), &json!({"b": 1})));
    assert!(holds(&json!({"properties": {"a": {"type": "object"}}}), &json!({"a": {"b": 1}})));
    assert!(!holds(&json!({"properties": {"a": {}}, "patternProperties": {"^x": {}}}), &json!({"b": 1})));
    assert!(holds(&json!({"properties": {"a": {}}, "patternProperties": {"^x": {}}}), &json!({"x1": 1})));
}

#[test]
fn every_schema_covers_what_its_producers_write() {
    let mut random = crate::versions::random::Random(0x5851_F42D_4C95_7F2D);
    for _ in 0..200 {
        let document = random.schema(3);
        let one = schema(&document).unwrap();
        assert_eq!(covers(&one, &one.closed().unwrap(), &Limits::default()), Verdict::Compatible, "{document}");
    }
}

#[test]
fn tells_where_a_proof_ended_in_the_schema_that_was_written() {
    let old = json!({"properties": {"a": {"type": "string", "pattern": "^([a-z]+)\\1$"}}, "required": ["a"], "type": "object"});
    let new = json!({"properties": {"a": {"type": "string", "pattern": "^([a-z]*[a-z])\\1$"}}, "required": ["a"], "type": "object"});
    match &verdicts(&old, &new)[0] {
        Verdict::Unknown { places, .. } => {
            assert!(places.iter().all(|place| !place.pointer.contains("$defs")), "{places:?}");
        }
        other => assert!(matches!(other, Verdict::Breaking { .. }), "{other:?}"),
    }
}
