//! What the registry says, by name and path, strict and lenient.
#![expect(clippy::unwrap_used, reason = "clippy.toml allows it in test functions only, not in their helpers")]

use serde_json::{Value, json};
use thoth_messaging_compat::{Files, Leniency, RegistryDifference, Rule, Schema, registry_differences};

const DRAFT_7: &str = "http://json-schema.org/draft-07/schema#";
const DRAFT_2020: &str = "https://json-schema.org/draft/2020-12/schema";

fn schema(document: &Value, draft: &str) -> Schema {
    let mut document = document.clone();
    if let Value::Object(members) = &mut document {
        members.entry("$schema").or_insert_with(|| draft.into());
    }
    let mut files = Files::new();
    files.insert("a.json", document);
    Schema::new(&files, "a.json").unwrap()
}

fn found(old: &Value, new: &Value, draft: &str, leniency: Leniency) -> Vec<RegistryDifference> {
    registry_differences(&schema(old, draft), &schema(new, draft), leniency)
}

fn is_accepted(old: &Value, new: &Value, draft: &str, leniency: Leniency) -> bool {
    found(old, new, draft, leniency).iter().all(|difference| difference.is_compatible)
}

/// Old, new, the differences as `NAME path` in any order, whether the registry accepts it, and whether it does when lenient.
type Case = (Value, Value, &'static [&'static str], bool, bool);

fn check(cases: &[Case], drafts: &[&str]) {
    for (old, new, expected, strict, lenient) in cases {
        for draft in drafts {
            let mut names: Vec<String> = found(old, new, draft, Leniency::Strict)
                .iter()
                .map(|difference| format!("{} {}", difference.rule, difference.path))
                .collect();
            names.sort();
            let mut expected: Vec<_> = expected.to_vec();
            expected.sort_unstable();
            assert_eq!(names, expected, "{draft}: {old} → {new}");
            let accepted = [Leniency::Strict, Leniency::Lenient].map(|it| is_accepted(old, new, draft, it));
            assert_eq!(accepted, [*strict, *lenient], "{draft}: {old} → {new}");
        }
    }
}

/// An object that declares `a`, with more keywords.
fn object(more: Value) -> Value {
    let mut schema = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    schema.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    schema
}

/// The same with `b` beside `a`.
fn with_b(b: Value, more: Value) -> Value {
    let mut schema = object(more);
    schema["properties"]["b"] = b;
    schema
}

#[test]
fn limits_types_and_values_are_compared_by_keyword() {
    check(
        &[
            (json!({"type": "string"}), json!({"type": "string"}), &[], true, true),
            (json!({"type": "string"}), json!({"type": "array"}), &["TYPE_CHANGED #/"], false, false),
            (json!({"type": "integer"}), json!({"type": "number"}), &["TYPE_EXTENDED #/"], true, true),
            (json!({"type": "number"}), json!({"type": "integer"}), &["TYPE_NARROWED #/"], false, false),
            (json!({"title": "A"}), json!({"title": "B"}), &["TITLE_CHANGED #/"], true, true),
            (json!({"default": 1}), json!({}), &["DEFAULT_CHANGED #/"], true, true),
            (json!({"maxLength": 3}), json!({"maxLength": 4}), &["MAX_LENGTH_INCREASED #/maxLength"], true, true),
            (json!({"maxLength": 3}), json!({"maxLength": 2}), &["MAX_LENGTH_DECREASED #/maxLength"], false, false),
            (
                json!({"type": "string"}),
                json!({"type": "string", "pattern": "^a"}),
                &["PATTERN_ADDED #/pattern"],
                false,
                false,
            ),
            (json!({"pattern": "^a"}), json!({"pattern": "^b"}), &["PATTERN_CHANGED #/pattern"], false, false),
            (json!({"minimum": 3}), json!({"minimum": 2.5}), &["MINIMUM_DECREASED #/minimum"], true, true),
            (
                json!({"exclusiveMaximum": 3}),
                json!({"exclusiveMaximum": 2}),
                &["EXCLUSIVE_MAXIMUM_DECREASED #/exclusiveMaximum"],
                false,
                false,
            ),
            (json!({"multipleOf": 10}), json!({"multipleOf": 5}), &["MULTIPLE_OF_REDUCED #/multipleOf"], true, true),
            (json!({"multipleOf": 5}), json!({"multipleOf": 10}), &["MULTIPLE_OF_EXPANDED #/multipleOf"], false, false),
            (json!({"multipleOf": 5}), json!({"multipleOf": 7}), &["MULTIPLE_OF_CHANGED #/multipleOf"], false, false),
            (json!({"enum": [1]}), json!({"enum": [2, 1]}), &["ENUM_ARRAY_EXTENDED #/enum"], true, true),
            (json!({"enum": [1, 2]}), json!({"enum": [2]}), &["ENUM_ARRAY_NARROWED #/enum"], false, false),
            (json!({"enum": [1, 2]}), json!({"enum": [2, 3]}), &["ENUM_ARRAY_CHANGED #/enum"], false, false),
            (json!({"const": 1}), json!({"const": 2}), &["ENUM_ARRAY_CHANGED #/const"], false, false),
            (json!({"const": 1}), json!({"enum": [1, 2]}), &["TYPE_CHANGED #/"], false, false),
            (
                json!({"not": {"type": "number"}}),
                json!({"not": {"type": "integer"}}),
                &["NOT_TYPE_NARROWED #/not"],
                true,
                true,
            ),
            (
                json!({"not": {"type": "integer"}}),
                json!({"not": {"type": "number"}}),
                &["NOT_TYPE_EXTENDED #/not"],
                false,
                false,
            ),
        ],
        &[DRAFT_7, DRAFT_2020],
    );
}

#[test]
fn properties_come_and_go_as_the_object_without_them_says() {
    let text = || json!({"type": "string"});
    let closed = || json!({"additionalProperties": false});
    let partly = || json!({"additionalProperties": {"type": "string"}});
    check(
        &[
            (
                object(json!({})),
                with_b(text(), json!({})),
                &["OPTIONAL_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL #/properties/b"],
                false,
                true,
            ),
            (
                object(json!({})),
                with_b(text(), json!({"required": ["b"]})),
                &["REQUIRED_PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL #/properties/b"],
                false,
                false,
            ),
            (
                object(json!({})),
                with_b(json!({"type": "string", "default": ""}), json!({"required": ["b"]})),
                &["REQUIRED_PROPERTY_WITH_DEFAULT_ADDED_TO_OPEN_CONTENT_MODEL #/properties/b"],
                false,
                true,
            ),
            (
                object(json!({})),
                with_b(json!({}), json!({})),
                &["PROPERTY_WITH_EMPTY_SCHEMA_ADDED_TO_OPEN_CONTENT_MODEL #/properties/b"],
                true,
                true,
            ),
            (
                object(closed()),
                with_b(text(), closed()),
                &["OPTIONAL_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL #/properties/b"],
                true,
                true,
            ),
            (
                with_b(text(), json!({})),
                object(json!({})),
                &["PROPERTY_REMOVED_FROM_OPEN_CONTENT_MODEL #/properties/b"],
                true,
                true,
            ),
            (
                with_b(text(), closed()),
                object(closed()),
                &["PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL #/properties/b"],
                false,
                true,
            ),
            (
                with_b(json!(false), closed()),
                object(closed()),
                &["PROPERTY_WITH_FALSE_REMOVED_FROM_CLOSED_CONTENT_MODEL #/properties/b"],
                true,
                true,
            ),
            (
                object(partly()),
                with_b(text(), partly()),
                &[
                    "OPTIONAL_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL #/properties/b",
                    "PROPERTY_ADDED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL #/properties/b",
                ],
                true,
                true,
            ),
            (
                with_b(json!({"type": "number"}), partly()),
                object(partly()),
                &[
                    "PROPERTY_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL #/properties/b",
                    "TYPE_CHANGED #/properties/b",
                ],
                false,
                false,
            ),
            (
                object(json!({"additionalProperties": false, "patternProperties": {"^b": {"type": "integer"}}})),
                with_b(
                    json!({"type": "number"}),
                    json!({"additionalProperties": false, "patternProperties": {"^b": {"type": "integer"}}}),
                ),
                &[
                    "OPTIONAL_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL #/properties/b",
                    "PROPERTY_ADDED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL #/properties/b",
                    "TYPE_EXTENDED #/properties/b",
                ],
                true,
                true,
            ),
        ],
        &[DRAFT_7, DRAFT_2020],
    );
}

#[test]
fn what_is_required_and_what_is_not_declared_is_compared() {
    check(
        &[
            (
                object(json!({})),
                object(json!({"required": ["a"]})),
                &["REQUIRED_ATTRIBUTE_ADDED #/required/a"],
                false,
                false,
            ),
            (
                object(json!({"required": ["a", "b"]})),
                object(json!({})),
                &["REQUIRED_ATTRIBUTE_REMOVED #/required/a"],
                true,
                true,
            ),
            // What is required and not declared is not looked at.
            (object(json!({})), object(json!({"required": ["b"]})), &[], true, true),
            (
                object(json!({})),
                object(json!({"additionalProperties": false})),
                &["ADDITIONAL_PROPERTIES_REMOVED #/additionalProperties"],
                false,
                true,
            ),
            (
                object(json!({})),
                object(json!({"additionalProperties": {"type": "string"}})),
                &["ADDITIONAL_PROPERTIES_NARROWED #/additionalProperties"],
                false,
                true,
            ),
            (
                object(json!({"additionalProperties": false})),
                object(json!({"additionalProperties": {"type": "string"}})),
                &["ADDITIONAL_PROPERTIES_ADDED #/additionalProperties"],
                true,
                true,
            ),
            (
                object(json!({"additionalProperties": {"type": "integer"}})),
                object(json!({"additionalProperties": {"type": "string"}})),
                &["TYPE_CHANGED #/additionalProperties"],
                false,
                false,
            ),
            (
                object(json!({"maxProperties": 2})),
                object(json!({"maxProperties": 1})),
                &["MAX_PROPERTIES_DECREASED #/maxProperties"],
                false,
                false,
            ),
        ],
        &[DRAFT_7, DRAFT_2020],
    );
    check(
        &[
            (
                object(json!({"unevaluatedProperties": false})),
                with_b(json!({"type": "string"}), json!({"unevaluatedProperties": false})),
                &["OPTIONAL_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL #/properties/b"],
                true,
                true,
            ),
            (
                object(json!({})),
                object(json!({"unevaluatedProperties": false})),
                &["UNEVALUATED_PROPERTIES_REMOVED #/unevaluatedProperties"],
                false,
                true,
            ),
            (
                object(json!({"dependentRequired": {"a": ["b"]}})),
                object(json!({"dependentRequired": {"a": ["b", "c"]}})),
                &["DEPENDENCY_ARRAY_EXTENDED #/dependencies/a"],
                false,
                false,
            ),
            // Without members, `properties` is no keyword of objects; in draft 7 it is.
            (json!({"properties": {}}), json!({}), &[], true, true),
            (json!({}), json!({"properties": {}}), &[], true, true),
        ],
        &[DRAFT_2020],
    );
    check(
        &[
            (
                object(json!({"dependencies": {"a": ["b"], "c": {"type": "object"}}})),
                object(json!({"dependencies": {"b": ["a"]}})),
                &[
                    "DEPENDENCY_ARRAY_ADDED #/dependencies/b",
                    "DEPENDENCY_ARRAY_REMOVED #/dependencies/a",
                    "DEPENDENCY_SCHEMA_REMOVED #/dependencies/c",
                ],
                false,
                false,
            ),
            (json!({}), json!({"properties": {}}), &["TYPE_CHANGED #/"], false, false),
        ],
        &[DRAFT_7],
    );
}

#[test]
fn arrays_are_compared_by_item() {
    let list = |tuple: Value, others: Value| json!({"type": "array", "prefixItems": tuple, "items": others});
    check(
        &[
            (
                json!({"type": "array"}),
                json!({"type": "array", "items": {"type": "string"}}),
                &["SCHEMA_ADDED #/items"],
                false,
                false,
            ),
            (
                json!({"type": "array", "items": {"type": "string"}}),
                json!({"type": "array"}),
                &["SCHEMA_REMOVED #/items"],
                true,
                true,
            ),
            (
                json!({"type": "array", "uniqueItems": true, "minItems": 1}),
                json!({"type": "array", "minItems": 2}),
                &["MIN_ITEMS_INCREASED #/minItems", "UNIQUE_ITEMS_REMOVED #/uniqueItems"],
                false,
                false,
            ),
        ],
        &[DRAFT_7, DRAFT_2020],
    );
    check(
        &[
            (
                list(json!([{"type": "string"}]), json!(true)),
                list(json!([{"type": "string"}, {"type": "number"}]), json!(true)),
                &["ITEM_ADDED_TO_OPEN_CONTENT_MODEL #/items/1"],
                false,
                false,
            ),
            (
                list(json!([{"type": "string"}]), json!(false)),
                list(json!([{"type": "string"}, {"type": "number"}]), json!(true)),
                &["ADDITIONAL_ITEMS_ADDED #/additionalItems", "ITEM_ADDED_TO_CLOSED_CONTENT_MODEL #/items/1"],
                true,
                true,
            ),
            (
                list(json!([{"type": "string"}, {"type": "number"}]), json!({"type": "string"})),
                list(json!([{"type": "string"}]), json!({"type": "string"})),
                &["ITEM_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL #/items/1", "TYPE_CHANGED #/items/1"],
                false,
                false,
            ),
            (
                list(json!([{"type": "string"}, false]), json!(false)),
                list(json!([{"type": "string"}]), json!(false)),
                &["ITEM_WITH_FALSE_REMOVED_FROM_CLOSED_CONTENT_MODEL #/items/1"],
                true,
                true,
            ),
            (
                json!({"type": "array"}),
                json!({"type": "array", "contains": {"type": "string"}}),
                &["MIN_CONTAINS_ADDED #/minContains"],
                false,
                false,
            ),
        ],
        &[DRAFT_2020],
    );
    let list = |tuple: Value, others: Value| json!({"type": "array", "items": tuple, "additionalItems": others});
    check(
        &[(
            list(json!([{"type": "string"}]), json!({"type": "number"})),
            list(json!([{"type": "string"}, {"type": "number"}]), json!(true)),
            &[
                "ADDITIONAL_ITEMS_EXTENDED #/additionalItems",
                "ITEM_ADDED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL #/items/1",
            ],
            true,
            true,
        )],
        &[DRAFT_7],
    );
}

#[test]
fn combinations_are_matched_schema_by_schema() {
    let (a, b, c) = (json!({"type": "string"}), json!({"type": "number"}), json!({"type": "boolean"}));
    check(
        &[
            (json!({"oneOf": [a, b]}), json!({"oneOf": [b, a]}), &[], true, true),
            (json!({"oneOf": [a]}), json!({"oneOf": [c, b, a]}), &["SUM_TYPE_EXTENDED #/"], true, true),
            (json!({"oneOf": [a, b]}), json!({"oneOf": [a]}), &["SUM_TYPE_NARROWED #/"], false, false),
            (json!({"oneOf": [a]}), json!({"oneOf": [b]}), &["COMBINED_TYPE_SUBSCHEMAS_CHANGED #/"], false, false),
            (json!({"allOf": [a, b]}), json!({"allOf": [b]}), &["PRODUCT_TYPE_NARROWED #/"], true, true),
            (json!({"allOf": [a]}), json!({"allOf": [a, b]}), &["PRODUCT_TYPE_EXTENDED #/"], false, false),
            (json!({"allOf": [a, a]}), json!({"allOf": [a]}), &[], true, true),
            (json!({"oneOf": [a, b]}), json!({"anyOf": [a, b]}), &["COMBINED_TYPE_EXTENDED #/"], true, true),
            (json!({"anyOf": [a, b]}), json!({"oneOf": [a, b]}), &["COMBINED_TYPE_CHANGED #/"], false, false),
            (json!({"anyOf": [a]}), json!({"allOf": [a]}), &["COMBINED_TYPE_EXTENDED #/"], true, true),
            (a.clone(), json!({"anyOf": [b, a]}), &["SUM_TYPE_EXTENDED #/"], true, true),
            (a.clone(), json!({"allOf": [a, b]}), &["TYPE_CHANGED #/"], false, false),
            (json!({"allOf": [a, b]}), a.clone(), &["PRODUCT_TYPE_NARROWED #/"], true, true),
            (json!({"anyOf": [a, b]}), a.clone(), &["TYPE_CHANGED #/"], false, false),
            (json!({"anyOf": [a]}), a.clone(), &[], true, true),
            // A list of types is a choice, and two kinds of keywords are two schemas.
            (json!({"type": ["object"]}), json!({"type": ["object", "array"]}), &["SUM_TYPE_EXTENDED #/"], true, true),
            (json!({"type": ["string", "null"]}), a.clone(), &["TYPE_CHANGED #/"], false, false),
            (
                json!({"type": ["string", "null"], "maxLength": 3}),
                json!({"type": ["string", "null"], "maxLength": 4}),
                &["MAX_LENGTH_INCREASED #/anyOf/0/maxLength"],
                true,
                true,
            ),
            (
                json!({"type": "string", "enum": ["x"]}),
                json!({"type": "string", "enum": ["x", "y"]}),
                &["ENUM_ARRAY_EXTENDED #/allOf/0/enum"],
                true,
                true,
            ),
            (
                json!({"type": "string", "enum": ["x", "y"]}),
                json!({"type": "string", "enum": ["x"]}),
                &["COMBINED_TYPE_SUBSCHEMAS_CHANGED #/"],
                false,
                false,
            ),
            (a.clone(), json!({"type": "string", "enum": ["x"]}), &["TYPE_CHANGED #/"], false, false),
        ],
        &[DRAFT_7, DRAFT_2020],
    );
}

#[test]
fn a_matching_moves_schemas_to_make_room() {
    // The first old schema fits both new ones, the second old one only the first.
    let old = json!({"oneOf": [{"type": "integer", "maximum": 1}, {"type": "integer"}]});
    let new = json!({"oneOf": [{"type": "number"}, {"type": "integer", "maximum": 2}]});
    assert!(is_accepted(&old, &new, DRAFT_7, Leniency::Strict));
    assert!(!is_accepted(&new, &old, DRAFT_7, Leniency::Strict));
}

#[test]
fn what_the_registry_does_not_look_at_changes_nothing() {
    for (old, new) in [
        (json!({"type": "string"}), json!({"type": "string", "format": "date"})),
        (object(json!({})), object(json!({"propertyNames": {"maxLength": 1}}))),
        (json!({"if": {"const": 1}, "then": false}), json!({"if": {"const": 2}, "else": false})),
        (json!({"maxLength": 3}), json!({"type": "string", "maxLength": 3})),
        (json!({"type": "string"}), json!({"type": "string", "contentEncoding": "base64"})),
        (json!({"type": "string"}), json!(true)),
        (
            object(json!({"additionalProperties": false, "patternProperties": {"^b": {}}})),
            object(json!({"additionalProperties": false, "patternProperties": {"^b": {"type": "string"}}})),
        ),
    ] {
        assert_eq!(found(&old, &new, DRAFT_7, Leniency::Strict), [], "{old} → {new}");
    }
    let bytes = |name: &str| json!({"type": name, "connect.type": "bytes"});
    assert_eq!(found(&bytes("string"), &bytes("number"), DRAFT_7, Leniency::Strict), []);
}

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
fn places_are_those_of_the_keywords() {
    let old = json!({"properties": {"a": {"type": "array", "prefixItems": [{"type": "string"}]}}});
    let new = json!({"properties": {"a": {"type": "array", "prefixItems": [{"type": "number"}], "maxItems": 1}}});
    let places: Vec<_> = found(&old, &new, DRAFT_2020, Leniency::Strict)
        .into_iter()
        .map(|it| (it.rule, it.old.pointer, it.new.pointer))
        .collect();
    let (item, array) = ("/properties/a/prefixItems/0/type".to_owned(), "/properties/a".to_owned());
    assert_eq!(
        places,
        [(Rule::TypeChanged, item.clone(), item), (Rule::MaxItemsAdded, array.clone(), format!("{array}/maxItems")),]
    );
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

#[test]
fn every_rule_has_a_name_of_its_own_and_a_page() {
    for rule in Rule::ALL {
        assert_eq!(rule.name().parse(), Ok(*rule));
        let page = rule.page();
        assert!(page.starts_with(&format!("# {}: {}\n", rule.name(), rule.title())), "{page}");
        assert!(rule.help().ends_with('.') && rule.why().ends_with('.'), "{page}");
    }
    assert!("REQUIRED_ATRIBUTE_ADDED".parse::<Rule>().is_err());
}
