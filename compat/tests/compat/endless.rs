//! Schemas that lead back to themselves without a step into the value: JSON Schema leaves open what they accept, so nothing
//! is proved or refuted of them.

use serde_json::{Value, json};
use thoth_messaging_compat::{Files, Limits, Schema, Verdict, covers, find_witness};

use crate::versions::schema;

fn endless() -> Vec<Value> {
    let definitions = |a: Value, b: Value| json!({"$ref": "#/$defs/a", "$defs": {"a": a, "b": b}});
    vec![
        json!({"oneOf": [{"$ref": "#"}, {"$ref": "#"}]}),
        json!({"oneOf": [{"$ref": "#"}, {"$ref": "#"}, {"type": "string"}]}),
        json!({"anyOf": [{"$ref": "#"}, {"type": "string"}]}),
        json!({"allOf": [{"$ref": "#"}], "type": "string"}),
        json!({"not": {"$ref": "#"}}),
        json!({"not": {"not": {"allOf": [{"$ref": "#"}]}}}),
        json!({"if": {"$ref": "#"}, "then": false}),
        json!({"if": {"type": "string"}, "then": {"$ref": "#"}}),
        json!({"if": {"type": "string"}, "else": {"$ref": "#"}}),
        json!({"dependentSchemas": {"a": {"$ref": "#"}}}),
        json!({"$schema": "http://json-schema.org/draft-07/schema#", "dependencies": {"a": {"$ref": "#"}}}),
        json!({"$schema": "http://json-schema.org/draft-04/schema#", "anyOf": [{"$ref": "#"}, {"type": "string"}]}),
        json!({"$dynamicAnchor": "n", "oneOf": [{"$dynamicRef": "#n"}, {"$dynamicRef": "#n"}]}),
        json!({"$schema": "https://json-schema.org/draft/2019-09/schema", "$recursiveAnchor": true,
            "not": {"$recursiveRef": "#"}}),
        definitions(json!({"$ref": "#/$defs/b"}), json!({"$ref": "#/$defs/a"})),
        definitions(json!({"anyOf": [{"$ref": "#/$defs/b"}]}), json!({"not": {"$ref": "#/$defs/a"}})),
        // Below a member, and behind a step into the value that is not on the way back.
        json!({"properties": {"p": {"$ref": "#/$defs/a"}}, "$defs": {"a": {"anyOf": [{"$ref": "#/$defs/a"}]}}}),
        json!({"items": {"propertyNames": {"$ref": "#/$defs/a"}}, "$defs": {"a": {"oneOf": [{"$ref": "#/$defs/a"}, true]}}}),
        definitions(
            json!({"properties": {"x": {"$ref": "#"}}, "allOf": [{"$ref": "#/$defs/b"}]}),
            json!({"allOf": [{"$ref": "#/$defs/a"}]}),
        ),
    ]
}

fn is_left_open(wide: &Schema, narrow: &Schema) -> bool {
    let verdict = covers(wide, narrow, &Limits::default());
    let is_said = |reason: &str| reason.contains("by way of applying to the same value");
    find_witness(wide, narrow, 100).is_none()
        && matches!(verdict, Verdict::Unknown { reason, places } if is_said(&reason) && places.len() == 1)
}

#[test]
fn nothing_is_known_of_a_schema_that_leads_back_to_itself() {
    let all = endless();
    let others = [json!(true), json!(false), json!({"type": "string"}), all[0].clone(), all[4].clone()];
    for document in &all {
        let one = schema(document).unwrap();
        assert!(is_left_open(&one, &one), "{document}");
        for other in &others {
            let other = schema(other).unwrap();
            assert!(is_left_open(&one, &other) && is_left_open(&other, &one), "{document}");
        }
    }
}

#[test]
fn nothing_is_known_of_what_its_producers_write_either() {
    for document in endless() {
        let one = schema(&document).unwrap();
        if let Ok(closed) = one.closed() {
            assert!(is_left_open(&one, &closed) && is_left_open(&schema(&json!(true)).unwrap(), &closed), "{document}");
        }
    }
}

#[test]
fn a_dynamic_reference_that_may_lead_back_counts() {
    let mut files = Files::new();
    files.insert("a.json", json!({"$id": "https://e.org/a", "$dynamicAnchor": "n", "allOf": [{"$ref": "b"}]}));
    files.insert("b.json", json!({"$id": "https://e.org/b", "$dynamicAnchor": "n", "anyOf": [{"$dynamicRef": "#n"}]}));
    let one = Schema::new(&files, "a.json").unwrap();
    assert!(one.places().any(|place| one.is_dynamic(place)));
    assert!(is_left_open(&one, &schema(&json!(true)).unwrap()));
}

#[test]
fn recursion_by_a_step_into_the_value_is_no_such_schema() {
    let stepping = [
        json!({"properties": {"a": {"$ref": "#"}}}),
        json!({"items": {"anyOf": [{"$ref": "#"}, {"type": "string"}]}}),
        json!({"contains": {"not": {"$ref": "#"}}}),
        json!({"unevaluatedProperties": {"$ref": "#"}}),
        json!({"then": {"$ref": "#"}, "type": "object"}),
        json!({"$defs": {"a": {"anyOf": [{"$ref": "#/$defs/a"}]}}, "type": "object"}),
        json!({"anyOf": [{"$ref": "#/$defs/a"}, {"$ref": "#/$defs/a"}], "$defs": {"a": {"items": {"$ref": "#"}}}}),
        json!({"$ref": "https://json-schema.org/draft/2020-12/schema"}),
    ];
    for document in stepping {
        let one = schema(&document).unwrap();
        assert_eq!(covers(&one, &one, &Limits::default()), Verdict::Compatible, "{document}");
    }
}
