//! Objects.

use serde_json::json;

use super::{DRAFT_7, DRAFT_2020, check, object, with_b};

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
