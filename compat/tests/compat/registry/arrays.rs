//! Arrays, and the places of what changed.

use serde_json::{Value, json};
use thoth_messaging_compat::{Leniency, Rule};

use super::{DRAFT_7, DRAFT_2020, check, found};

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
fn places_are_those_of_the_keywords() {
    let old = json!({"properties": {"a": {"type": "array", "prefixItems": [{"type": "string"}]}}});
    let new = json!({"properties": {"a": {"type": "array", "prefixItems": [{"type": "number"}], "maxItems": 1}}});
    let places: Vec<_> = found(&old, &new, DRAFT_2020, Leniency::Strict)
        .into_iter()
        .map(|it| (it.rule, it.old.pointer.to_string(), it.new.pointer.to_string()))
        .collect();
    let (item, array) = ("/properties/a/prefixItems/0/type".to_owned(), "/properties/a".to_owned());
    assert_eq!(
        places,
        [(Rule::TypeChanged, item.clone(), item), (Rule::MaxItemsAdded, array.clone(), format!("{array}/maxItems")),]
    );
}
