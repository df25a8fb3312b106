//! References, and what leads back to itself.

use serde_json::{Value, json};
use thoth_messaging_compat::{Leniency, Rule};

use super::{DRAFT_7, DRAFT_2020, found, is_accepted};

#[test]
fn one_reference_is_followed_and_what_is_behind_a_second_one_is_not_seen() {
    let one =
        |name: &str| json!({"properties": {"a": {"$ref": "#/definitions/A"}}, "definitions": {"A": {"type": name}}});
    let changes = found(&one("string"), &one("number"), DRAFT_7, Leniency::Strict);
    let [change] = changes.as_slice() else { panic!("{changes:?}") };
    assert_eq!((change.rule, change.path.as_str()), (Rule::TypeChanged, "#/properties/a"));
    assert_eq!(
        (change.old.pointer.as_str(), change.new.pointer.as_str()),
        ("/definitions/A/type", "/definitions/A/type")
    );
    let two = |name: &str| {
        json!({
            "properties": {"a": {"$ref": "#/definitions/A"}},
            "definitions": {"A": {"$ref": "#/definitions/B"}, "B": {"type": name}},
        })
    };
    assert_eq!(found(&two("string"), &two("number"), DRAFT_7, Leniency::Strict), []);
}

#[test]
fn a_definition_that_changed_is_listed_once_whatever_leads_to_it() {
    let chain = |name: &str| {
        let mut definitions = serde_json::Map::new();
        for index in 0..40 {
            let next = json!({"$ref": format!("#/$defs/D{}", index + 1)});
            definitions.insert(format!("D{index}"), json!({"properties": {"left": next, "right": next}}));
        }
        definitions.insert("D40".to_owned(), json!({"type": name}));
        json!({"$ref": "#/$defs/D0", "$defs": definitions})
    };
    let changes = found(&chain("string"), &chain("number"), DRAFT_2020, Leniency::Strict);
    let [change] = changes.as_slice() else { panic!("{} changes", changes.len()) };
    assert!(change.path.starts_with("#/properties/left/properties/left/"), "{}", change.path);
}

#[test]
fn a_long_chain_of_references_needs_no_stack() {
    let chain = |name: &str| {
        let of = |index: usize| json!({"properties": {"next": {"$ref": format!("#/$defs/D{}", index + 1)}}});
        let mut definitions: serde_json::Map<String, Value> = (0..300).map(|at| (format!("D{at}"), of(at))).collect();
        definitions.insert("D300".to_owned(), json!({"type": name}));
        json!({"properties": {"next": {"$ref": "#/$defs/D0"}}, "$defs": definitions})
    };
    let changes = found(&chain("string"), &chain("number"), DRAFT_2020, Leniency::Strict);
    let [change] = changes.as_slice() else { panic!("{} changes", changes.len()) };
    assert_eq!((change.rule, change.new.pointer.as_str()), (Rule::TypeChanged, "/$defs/D300/type"));
}

/// Objects that refer to each other by a union of all of them, with the type of an identifier.
fn trades(id: &str) -> Value {
    let names: Vec<String> = (0..12).map(|index| format!("T{index}")).collect();
    let union = || {
        let branches: Vec<_> = names.iter().map(|name| json!({"$ref": format!("#/definitions/{name}")})).collect();
        json!({"oneOf": branches})
    };
    let definitions: serde_json::Map<String, Value> = names
        .iter()
        .map(|name| {
            let id = json!({"type": if name == "T3" { id } else { "string" }});
            let definition =
                json!({"type": "object", "properties": {"id": id, name: {}, "of": union(), "on": union()}});
            (name.clone(), definition)
        })
        .collect();
    json!({"type": "object", "properties": {"product": union()}, "definitions": definitions})
}

#[test]
fn a_recursive_union_of_a_dozen_types_is_compared_in_bounded_work() {
    assert!(is_accepted(&trades("string"), &trades("string"), DRAFT_7, Leniency::Strict));
    assert!(!is_accepted(&trades("string"), &trades("number"), DRAFT_7, Leniency::Strict));
}

#[test]
fn what_a_cycle_took_to_be_compatible_is_looked_at_again() {
    // T0 → T2 → T0: while T0 is compared, T2 is found to be compatible as far as is known. Both changed.
    let schema = |first: &str, second: &str| {
        let of = |id: &str, next: &str| {
            let next = json!({"oneOf": [{"$ref": format!("#/definitions/{next}")}]});
            json!({"type": "object", "properties": {"id": {"type": id}, "next": next}})
        };
        let definitions = json!({"T0": of(first, "T2"), "T1": of(second, "T2"), "T2": of("integer", "T0")});
        let root = json!({"oneOf": [{"$ref": "#/definitions/T0"}, {"$ref": "#/definitions/T1"}]});
        json!({"type": "object", "properties": {"root": root}, "definitions": definitions})
    };
    let (old, new) = (schema("integer", "boolean"), schema("boolean", "number"));
    assert!(!is_accepted(&old, &new, DRAFT_7, Leniency::Strict));
    assert!(is_accepted(&old, &old, DRAFT_7, Leniency::Strict));
}
