//! `allOf`, `anyOf`, `oneOf`, lists of types, and keywords of several kinds.

use serde_json::json;
use thoth_messaging_compat::Leniency;

use super::{DRAFT_7, DRAFT_2020, check, found, is_accepted};

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
fn a_branch_of_several_kinds_is_taken_apart_in_later_drafts() {
    let named = |name: &str| json!({"type": "string", "enum": [name]});
    let (old, new) = (json!({"oneOf": [named("a")]}), json!({"oneOf": [named("a"), named("b")]}));
    check(&[(old.clone(), new.clone(), &["SUM_TYPE_EXTENDED #/"], true, true)], &[DRAFT_7, DRAFT_2020]);
    // Two branches of two kinds: in draft 2020-12 they are three schemas, as the type is the same.
    let other = json!({"oneOf": [{"type": "string"}, {"enum": ["a"]}, {"enum": ["b"]}]});
    assert_eq!(found(&new, &other, DRAFT_2020, Leniency::Strict), []);
    assert!(!found(&new, &other, DRAFT_7, Leniency::Strict).is_empty());
}
