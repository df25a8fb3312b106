use serde_json::{Value, json};

use super::*;

fn text_of(text: &str) -> String {
    Identity::of_text(text).unwrap().text
}

#[test]
fn numbers_are_those_of_javas_decimals() {
    let check = |written: &str, expected: &str| assert_eq!(text_of(written), expected, "{written}");
    for same in
        ["0", "-1", "100", "1.0", "0.10", "1.50", "0.000001", "123456789012345678901234567890", "0E+3", "1E-7", "0.00"]
    {
        check(same, same);
    }
    check("-0", "0");
    check("-0.0", "0.0");
    check("1e3", "1E+3");
    check("1.5e3", "1.5E+3");
    check("12e1", "1.2E+2");
    check("1e0", "1");
    check("150e-1", "15.0");
    check("0.0000001", "1E-7");
    check("0.00000012", "1.2E-7");
    check("0.0000012", "0.0000012");
    check("-12.5e-3", "-0.0125");
    check("1e-0", "1");
    check("0.0e-10", "0E-11");
    check("1e99999999999999999999", "1E+2305843009213693951");
}

#[test]
fn strings_are_escaped_as_jackson_does() {
    let written = r#" { "b" : "\u00e9\/\u001f\u007F\b\t\n\f\r\"\\\ud83d\ude00" , "a" : [ ] , "c" : { } } "#;
    let expected = "{\"b\":\"é/\\u001F\u{7f}\\b\\t\\n\\f\\r\\\"\\\\😀\",\"a\":[],\"c\":{}}";
    assert_eq!(text_of(written), expected);
    assert_eq!(text_of(expected), expected);
}

#[test]
fn the_last_value_of_a_member_counts_at_its_first_place() {
    assert_eq!(text_of(r#"{"a": 1, "b": true, "a": null}"#), r#"{"a":null,"b":true}"#);
}

#[test]
fn what_is_no_json_or_too_deep_has_no_identity() {
    for text in ["", "{", "[1,]", "01", "1 2", "nul", "\"\\ud800\"", "{\"a\":}", "{1:2}"] {
        assert_eq!(Identity::of_text(text), None, "{text}");
    }
    let nested = |depth| "[".repeat(depth) + &"]".repeat(depth);
    assert!(Identity::of_text(&nested(127)).is_some());
    assert_eq!(Identity::of_text(&nested(128)), None);
    assert_eq!(Identity::of_text(&nested(100_000)), None);
}

fn part<'t>(uri: &'t str, text: &'t str, draft: Draft) -> Part<'t> {
    Part { uri, alias: None, text, draft }
}

#[test]
fn files_are_embedded_in_the_order_of_their_uris() {
    let root = part("schema:///order.json", r#"{"x-kafka":{"topic":"a"},"$ref":"line.json"}"#, Draft::Draft202012);
    let line = part("schema:///line.json", r#"{"$defs":{"A":{"maximum":1.0}}}"#, Draft::Draft202012);
    let id = part("https://example.org/id", r#"{"$id":"id"}"#, Draft::Draft202012);
    let meta = part("http://json-schema.org/draft-07/schema", "{}", Draft::Draft7);
    let expected = concat!(
        r#"{"$id":"schema:///order.json","x-kafka":{"topic":"a"},"$ref":"line.json","$defs":{"#,
        r#""https://example.org/id":{"$id":"https://example.org/id"},"#,
        r#""line.json":{"$id":"schema:///line.json","$defs":{"A":{"maximum":1.0}}}}}"#,
    );
    let identity = Identity::of(&root, &[line, id, meta]).unwrap();
    assert_eq!(identity.text, expected);
    assert_eq!(Identity::of(&root, &[meta, id, line, id]), Some(identity));
    assert_eq!(Identity::of(&root, &[meta]), Identity::of_text(root.text));
}

#[test]
fn names_that_are_taken_stay_with_their_owners() {
    let text = r#"{"$defs":{"line.json":{"title":"mine"}},"$ref":"line.json"}"#;
    let root = part("schema:///order.json", text, Draft::Draft202012);
    let line = part("schema:///line.json", "{}", Draft::Draft202012);
    let identity = Identity::of(&root, &[line]).unwrap();
    assert!(identity.text.contains(r#""line.json":{"title":"mine"},"line.json_":{"$id":"schema:///line.json"}"#));
}

#[test]
fn members_with_names_of_keywords_are_schemas() {
    let text = r#"{"properties":{"default":{"$ref":"a.json"},"const":{"const":{"$ref":"a.json"}}}}"#;
    let root = part("schema:///order.json", text, Draft::Draft202012);
    let other = Part { alias: Some("schema:///a.json"), ..part("https://example.org/a", "{}", Draft::Draft202012) };
    let identity = Identity::of(&root, &[other]).unwrap();
    let expected = r#""properties":{"default":{"$ref":"https://example.org/a"},"const":{"const":{"$ref":"a.json"}}}"#;
    assert!(identity.text.contains(expected), "{}", identity.text);
}

#[test]
#[cfg(feature = "validate")]
fn a_bundle_says_what_its_files_say() {
    let drafts = [Draft::Draft4, Draft::Draft6, Draft::Draft7, Draft::Draft201909, Draft::Draft202012];
    for (outer, inner) in drafts.iter().flat_map(|outer| drafts.map(|inner| (*outer, inner))) {
        let declared = crate::dialect::schema_uri(outer).unwrap();
        let root = json!({
            "$schema": declared, "properties": {
                "direct": {"$ref": "line.json"}, "inside": {"$ref": "folder/other.json#/definitions/A"},
                "back": {"$ref": "folder/other.json#/definitions/Back"},
            },
        });
        let declared = crate::dialect::schema_uri(inner).unwrap();
        let line = json!({"$schema": declared, "$ref": "folder/other.json#/definitions/A", "definitions": {}});
        let id = inner.id_keyword();
        let other = json!({
            "$schema": declared, id: "https://example.org/other",
            "definitions": {"A": {"type": "integer"}, "Back": {"$ref": "schema:///order.json"}},
        });
        let texts = [root, line, other].map(|file| file.to_string());
        let other =
            Part { alias: Some("schema:///folder/other.json"), ..part("https://example.org/other", &texts[2], inner) };
        let references = [part("schema:///line.json", &texts[1], inner), other];
        let identity = Identity::of(&part("schema:///order.json", &texts[0], outer), &references).unwrap();
        let bundle: Value = serde_json::from_str(&identity.text).unwrap();
        let validator = crate::Validation::default().options().build(&bundle);
        let validator = validator.unwrap_or_else(|error| panic!("{outer:?} {inner:?}: {error}\n{bundle:#}"));
        for (payload, expected) in [
            (json!({"direct": 1, "inside": 2, "back": {"direct": 3}}), true),
            (json!({"direct": "1"}), false),
            (json!({"inside": "1"}), false),
            (json!({"back": {"direct": "1"}}), false),
        ] {
            assert_eq!(validator.is_valid(&payload), expected, "{outer:?} {inner:?} {payload}\n{bundle:#}");
        }
    }
}
