//! What is compared keyword by keyword, and what is not looked at.

use serde_json::json;
use thoth_messaging_compat::{Leniency, Rule};

use super::{DRAFT_7, DRAFT_2020, check, found, object};

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
fn a_format_beside_another_type_is_a_schema_of_its_own_up_to_draft_7() {
    let (plain, dated) = (json!({"type": "integer"}), json!({"type": "integer", "format": "int32"}));
    check(&[(plain.clone(), dated.clone(), &["TYPE_CHANGED #/"], false, false)], &[DRAFT_7]);
    check(&[(dated.clone(), plain.clone(), &["PRODUCT_TYPE_NARROWED #/"], true, true)], &[DRAFT_7]);
    check(&[(plain, dated, &[], true, true)], &[DRAFT_2020]);
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
