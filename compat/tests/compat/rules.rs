//! What changed is told by name, place and effect, and an effect is one that a witness shows.
#![expect(clippy::unwrap_used, reason = "clippy.toml allows it in test functions only, not in their helpers")]

use serde_json::{Value, json};
use thoth_messaging_compat::{Direction, Files, Limits, Schema, Verdict, covers, differences, explain, topic_changes};

fn schema(document: &Value) -> Schema {
    let mut files = Files::new();
    files.insert("a.json", document.clone());
    Schema::new(&files, "a.json").unwrap()
}

/// Old, new, the rule, its pointer in the new version, whether it breaks BACKWARD and FORWARD.
type Case = (Value, Value, &'static str, &'static str, bool, bool);

fn cases() -> Vec<Case> {
    let object = |more: Value| {
        let mut schema = json!({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]});
        schema.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        schema
    };
    let both = json!({"a": {"type": "string"}, "b": {"type": "integer"}});
    vec![
        (json!({"type": "integer"}), json!({"type": "number"}), "TYPE_EXTENDED", "/type", false, true),
        (json!({"type": ["string", "null"]}), json!({"type": "string"}), "TYPE_NARROWED", "/type", true, false),
        (json!({"type": "string"}), json!({"type": "array"}), "TYPE_CHANGED", "/type", true, true),
        (json!({"enum": [1]}), json!({"enum": [1, 2]}), "ENUM_ARRAY_EXTENDED", "/enum", false, true),
        (json!({"enum": [1, 2]}), json!({"enum": [1]}), "ENUM_ARRAY_NARROWED", "/enum", true, false),
        (json!({"const": 1}), json!({"const": 2}), "ENUM_ARRAY_CHANGED", "/const", true, true),
        (json!({}), json!({"enum": [1]}), "ENUM_ADDED", "/enum", true, false),
        (json!({"maxLength": 3}), json!({"maxLength": 2}), "MAX_LENGTH_DECREASED", "/maxLength", true, false),
        (json!({"minItems": 3}), json!({"minItems": 2}), "MIN_ITEMS_DECREASED", "/minItems", false, true),
        (json!({}), json!({"minimum": 2}), "MINIMUM_ADDED", "/minimum", true, false),
        (json!({"maximum": 2}), json!({}), "MAXIMUM_REMOVED", "", false, true),
        (json!({}), json!({"uniqueItems": true}), "UNIQUE_ITEMS_ADDED", "/uniqueItems", true, false),
        (json!({"pattern": "^a"}), json!({"pattern": "^b"}), "PATTERN_CHANGED", "/pattern", true, true),
        (object(json!({"required": []})), object(json!({})), "REQUIRED_ATTRIBUTE_ADDED", "/required", true, false),
        (object(json!({})), object(json!({"required": []})), "REQUIRED_ATTRIBUTE_REMOVED", "/required", false, true),
        (
            object(json!({"additionalProperties": false})),
            object(json!({"additionalProperties": false, "properties": both})),
            "OPTIONAL_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL",
            "/properties/b",
            false,
            true,
        ),
        (
            object(json!({})),
            object(json!({"properties": both})),
            "OPTIONAL_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL",
            "/properties/b",
            true,
            false,
        ),
        (
            object(json!({"additionalProperties": false, "properties": both})),
            object(json!({"additionalProperties": false})),
            "PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL",
            "",
            true,
            false,
        ),
        (
            object(json!({"properties": both})),
            object(json!({})),
            "PROPERTY_REMOVED_FROM_OPEN_CONTENT_MODEL",
            "",
            false,
            true,
        ),
        (
            object(json!({})),
            object(json!({"additionalProperties": false})),
            "ADDITIONAL_PROPERTIES_REMOVED",
            "/additionalProperties",
            true,
            false,
        ),
        (
            json!({"anyOf": [{"type": "string"}]}),
            json!({"anyOf": [{"type": "string"}, {"type": "null"}]}),
            "SUM_TYPE_EXTENDED",
            "/anyOf/1",
            false,
            true,
        ),
        (
            json!({"allOf": [{"type": "string"}]}),
            json!({"allOf": [{"type": "string"}, {"minLength": 1}]}),
            "PRODUCT_TYPE_EXTENDED",
            "/allOf/1",
            true,
            false,
        ),
        (
            json!({"items": {"type": "array", "items": {"maximum": 5}}}),
            json!({"items": {"type": "array", "items": {"maximum": 6}}}),
            "MAXIMUM_INCREASED",
            "/items/items/maximum",
            false,
            true,
        ),
        (
            json!({"$ref": "#/$defs/A", "$defs": {"A": {"maxLength": 1}}}),
            json!({"$ref": "#/$defs/B", "$defs": {"B": {"maxLength": 2}}}),
            "MAX_LENGTH_INCREASED",
            "/$defs/B/maxLength",
            false,
            true,
        ),
    ]
}

#[test]
fn each_change_has_its_rule_its_place_and_its_effect() {
    for (old, new, rule, pointer, backward, forward) in cases() {
        let found = differences(&schema(&old), &schema(&new));
        let found: Vec<_> = found.iter().map(|it| (it.rule.name(), it.new.pointer.as_str(), it.effect)).collect();
        let [(name, place, effect)] = found.as_slice() else { panic!("{old} → {new}: {found:?}") };
        assert_eq!((*name, *place), (rule, pointer), "{old} → {new}");
        assert_eq!((effect.backward, effect.forward), (backward, forward), "{old} → {new}");
    }
}

#[test]
fn what_breaks_by_its_effect_breaks_by_logic_and_the_witness_is_explained_by_it() {
    for (old, new, rule, _, backward, forward) in cases() {
        let (old, new) = (schema(&old), schema(&new));
        for (direction, breaks) in [(Direction::Backward, backward), (Direction::Forward, forward)] {
            let (wide, narrow) = if direction == Direction::Backward { (&new, &old) } else { (&old, &new) };
            match covers(wide, narrow, &Limits::default()) {
                Verdict::Breaking { witness } => {
                    assert!(breaks, "{rule} {direction:?}: {witness}");
                    let explained = explain(&old, &new, &witness, direction);
                    assert_eq!(explained.iter().map(|it| it.rule.name()).collect::<Vec<_>>(), [rule], "{witness}");
                }
                Verdict::Compatible => assert!(!breaks, "{rule} {direction:?}"),
                other => panic!("{rule} {direction:?}: {other:?}"),
            }
        }
    }
}

#[test]
fn annotations_and_the_order_of_members_change_nothing() {
    let old = json!({"title": "A", "type": "string", "maxLength": 3, "x-note": 1});
    let new = json!({"maxLength": 3, "description": "b", "type": "string", "default": "c"});
    assert_eq!(differences(&schema(&old), &schema(&new)), []);
}

#[test]
fn recursive_schemas_are_compared_once() {
    let tree = |most: u64| {
        json!({
            "$ref": "#/$defs/Node",
            "$defs": {"Node": {"properties": {
                "name": {"maxLength": most},
                "children": {"items": {"$ref": "#/$defs/Node"}},
            }}},
        })
    };
    let found = differences(&schema(&tree(3)), &schema(&tree(4)));
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].rule.name(), found[0].instance.as_str()), ("MAX_LENGTH_INCREASED", "/name"));
}

#[test]
fn changes_of_a_topic_are_told_from_worse_to_harmless() {
    let old = json!({"topic": "a", "partitions": 3, "key": "/id", "topicConfiguration": {"retention.ms": 10}});
    let change = |name: &str, value: Value| {
        let mut new = old.clone();
        new[name] = value;
        let changes = topic_changes(&old, &new);
        let [change] = changes.as_slice() else { panic!("{changes:?}") };
        (change.rule.name(), change.pointer.clone(), change.is_breaking)
    };
    assert_eq!(change("topic", json!("b")), ("TOPIC_CHANGED", "/x-kafka/topic".to_owned(), true));
    assert_eq!(change("partitions", json!(2)), ("PARTITIONS_DECREASED", "/x-kafka/partitions".to_owned(), true));
    assert_eq!(change("partitions", json!(4)), ("PARTITIONS_CHANGED", "/x-kafka/partitions".to_owned(), false));
    assert_eq!(change("key", json!("/b")), ("KEY_CHANGED", "/x-kafka/key".to_owned(), true));
    let retention = "/x-kafka/topicConfiguration/retention.ms".to_owned();
    assert_eq!(
        change("topicConfiguration", json!({"retention.ms": 9})),
        ("RETENTION_DECREASED", retention.clone(), false)
    );
    assert_eq!(
        change("topicConfiguration", json!({"retention.ms": -1})),
        ("TOPIC_CONFIGURATION_CHANGED", retention, false)
    );
    assert_eq!(topic_changes(&old, &old), []);
}
