//! Verdicts on small schemas, each with a known answer.
#![expect(clippy::needless_pass_by_value, reason = "the schemas of a case are written where it is asked")]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "clippy.toml allows it in test functions only, not in their helpers"
)]

use serde_json::{Value, json};
use thoth_messaging_compat::{Files, Limits, Schema, Verdict, covers};

fn schema(document: &Value) -> Schema {
    let mut files = Files::new();
    files.insert("a.json", document.clone());
    Schema::new(&files, "a.json").unwrap()
}

fn verdict(wide: &Value, narrow: &Value) -> Verdict {
    covers(&schema(wide), &schema(narrow), &Limits::default())
}

fn compatible(narrow: Value, wide: Value) {
    match verdict(&wide, &narrow) {
        Verdict::Compatible => {}
        other => panic!("{narrow} under {wide}: {other:?}"),
    }
}

fn breaking(narrow: Value, wide: Value) {
    match verdict(&wide, &narrow) {
        Verdict::Breaking { witness } => {
            assert!(schema(&narrow).is_valid(&witness) && !schema(&wide).is_valid(&witness), "{witness}");
        }
        other => panic!("{narrow} under {wide}: {other:?}"),
    }
}

/// The first is wider than the second, and not the other way round.
fn wider(wide: Value, narrow: Value) {
    compatible(narrow.clone(), wide.clone());
    breaking(wide, narrow);
}

#[test]
fn compares_numbers() {
    wider(json!({"type": "number"}), json!({"type": "integer"}));
    wider(json!({"minimum": 1}), json!({"minimum": 2}));
    wider(json!({"minimum": 1}), json!({"exclusiveMinimum": 1}));
    wider(json!({"type": "integer", "minimum": 1}), json!({"type": "integer", "minimum": 1.5}));
    wider(json!({"multipleOf": 2}), json!({"multipleOf": 4}));
    compatible(json!({"type": "integer", "minimum": 0.5, "maximum": 3.5}), json!({"enum": [1, 2, 3]}));
    compatible(json!({"const": 3}), json!({"type": "integer", "minimum": 3.0}));
}

#[test]
fn compares_texts() {
    wider(json!({"type": "string", "maxLength": 5}), json!({"type": "string", "maxLength": 4, "minLength": 1}));
    wider(json!({"pattern": "^[a-z]+$"}), json!({"pattern": "^[a-c]+$"}));
    wider(json!({"pattern": "^[a-z]+$"}), json!({"pattern": "^[a-z]{2,4}$"}));
    compatible(json!({"type": "string", "pattern": "^(a|b)$"}), json!({"enum": ["a", "b", "c"]}));
    // A `.` of ECMA-262 reads no line terminator, of which there are four.
    breaking(json!({"type": "string", "pattern": "^[^\\n]$"}), json!({"pattern": "^.$"}));
    compatible(json!({"pattern": "^[^\\n\\r\\u2028\\u2029]$"}), json!({"pattern": "^.$"}));
    breaking(json!({"type": "string", "pattern": "\\b"}), json!({"pattern": "[a-z]"}));
    compatible(json!({"pattern": "\\b"}), json!({"pattern": "\\w"}));
    compatible(json!({"pattern": "^[\\b]\\0$"}), json!({"pattern": "^\\x08[^]$"}));
    compatible(json!({"pattern": "^(?=a)b"}), json!({"pattern": "^(?=a)b", "title": "x"}));
    breaking(json!({"type": "string"}), json!({"pattern": "^(?=b)[a-z]$"}));
}

#[test]
fn compares_objects() {
    wider(json!({"required": ["a"]}), json!({"required": ["a", "b"]}));
    wider(json!({"properties": {"a": {"type": "string"}}}), json!({"properties": {"a": {"const": "x"}}}));
    wider(json!({"properties": {"a": {}}}), json!({"properties": {"a": {}}, "additionalProperties": false}));
    wider(
        json!({"type": "object", "patternProperties": {"^a": {"type": "string"}}}),
        json!({"type": "object", "additionalProperties": {"type": "string"}}),
    );
    wider(json!({"propertyNames": {"pattern": "^a"}}), json!({"propertyNames": {"pattern": "^ab"}}));
    wider(json!({"minProperties": 1}), json!({"type": "object", "required": ["x"]}));
    compatible(
        json!({"type": "object", "properties": {"a": {}, "b": {}}, "additionalProperties": false}),
        json!({"maxProperties": 2}),
    );
    wider(json!({"dependentRequired": {"a": ["b"]}}), json!({"dependentRequired": {"a": ["b", "c"]}}));
    compatible(json!({"type": "object", "required": ["a", "b"]}), json!({"dependentRequired": {"a": ["b"]}}));
}

#[test]
fn compares_arrays() {
    wider(json!({"type": "array"}), json!({"type": "array", "uniqueItems": true}));
    wider(json!({"items": {"type": "number"}}), json!({"items": {"type": "integer"}}));
    wider(json!({"prefixItems": [{"type": "number"}]}), json!({"items": {"type": "number"}}));
    wider(json!({"contains": {"type": "number"}}), json!({"type": "array", "contains": {"const": 1}}));
    compatible(json!({"type": "array", "minItems": 1, "items": {"const": 1}}), json!({"contains": {"type": "number"}}));
    wider(json!({"contains": {"const": 1}}), json!({"contains": {"const": 1}, "minContains": 2, "type": "array"}));
    compatible(json!({"maxItems": 1}), json!({"uniqueItems": true}));
}

#[test]
fn compares_unions() {
    let branch = |name: &str, extra: Value| json!({"type": "object", "properties": {"type": {"const": name}, "value": extra}, "required": ["type", "value"]});
    let (a, b) = (branch("a", json!({"type": "string"})), branch("b", json!({"type": "integer"})));
    let c = branch("c", json!(true));
    wider(json!({"anyOf": [a, b, c]}), json!({"anyOf": [b, a]}));
    wider(json!({"oneOf": [a, b, c]}), json!({"oneOf": [b, a]}));
    wider(json!({"oneOf": [a, b, c]}), json!({"anyOf": [b, a]}));
    compatible(json!({"type": ["string", "null"]}), json!({"oneOf": [{"type": "null"}, {"type": "string"}]}));
    compatible(json!({"enum": ["a", null]}), json!({"anyOf": [{"type": "null"}, {"const": "a"}]}));
    breaking(json!({"anyOf": [{"minimum": 1}, {"maximum": 3}]}), json!({"oneOf": [{"minimum": 1}, {"maximum": 3}]}));
    compatible(
        json!({"if": {"required": ["a"]}, "then": {"required": ["b"]}}),
        json!({"anyOf": [{"not": {"type": "object"}}, {"not": {"required": ["a"]}}, {"required": ["b"]}]}),
    );
    compatible(json!({"not": {"type": "string"}}), json!({"type": ["null", "boolean", "number", "array", "object"]}));
}

#[test]
fn compares_what_is_unevaluated() {
    let base = json!({"properties": {"a": {}}});
    wider(
        json!({"allOf": [base], "properties": {"b": {}, "c": {}}, "unevaluatedProperties": false}),
        json!({"allOf": [base], "properties": {"b": {}}, "unevaluatedProperties": false}),
    );
    let either = json!({"anyOf": [{"properties": {"a": {}}, "required": ["a"]}, {"properties": {"b": {}}}], "unevaluatedProperties": false});
    compatible(either.clone(), either.clone());
    breaking(json!({"type": "object"}), either);
}

#[test]
fn compares_recursive_schemas() {
    let tree = |value: Value| {
        json!({"$ref": "#/$defs/t", "$defs": {"t": {"type": "object", "properties": {
            "value": value, "children": {"type": "array", "items": {"$ref": "#/$defs/t"}}}, "required": ["value"]}}})
    };
    wider(tree(json!({"type": "number"})), tree(json!({"type": "integer"})));
    let list = json!({"type": "object", "properties": {"next": {"$ref": "#"}}});
    let longer =
        json!({"type": "object", "properties": {"next": {"type": "object", "properties": {"next": {"$ref": "#"}}}}});
    compatible(list.clone(), longer.clone());
    compatible(longer, list);
    let endless = json!({"type": "object", "properties": {"next": {"$ref": "#"}}, "required": ["next"]});
    compatible(endless, json!(false));
}

#[test]
fn tells_apart_what_is_evaluated() {
    let of_if =
        |name: &str| json!({"if": {"properties": {name: true}, "required": [name]}, "unevaluatedProperties": false});
    breaking(of_if("a"), of_if("b"));
    let of_contains = |kind: &str| json!({"contains": {"type": kind}, "minContains": 0, "unevaluatedItems": false});
    breaking(of_contains("string"), of_contains("integer"));
    let (a, b) = (json!({"properties": {"a": true}}), json!({"properties": {"b": true}}));
    let both = json!({"anyOf": [a, b], "unevaluatedProperties": false});
    breaking(both.clone(), json!({"if": a, "else": b, "unevaluatedProperties": false}));
    compatible(both.clone(), json!({"anyOf": [b, a], "unevaluatedProperties": false}));
    compatible(both, json!({"anyOf": [{"$ref": "#/$defs/a"}, b], "unevaluatedProperties": false, "$defs": {"a": a}}));
}

#[test]
fn counts_what_is_many() {
    wider(json!({"maxProperties": 40}), json!({"maxProperties": 34}));
    wider(json!({"minProperties": 47}), json!({"minProperties": 53}));
    wider(json!({"maxItems": 3_000}), json!({"maxItems": 2_001}));
    wider(json!({"maxLength": 10_000_001}), json!({"maxLength": 10_000_000}));
    breaking(
        json!({"type": "string", "maxLength": 1}),
        json!({"enum": ('a'..='z').map(String::from).collect::<Vec<_>>()}),
    );
}

#[test]
fn compares_multiples() {
    wider(json!({"multipleOf": 1.5}), json!({"multipleOf": 6}));
    wider(json!({"multipleOf": 0.75}), json!({"multipleOf": 1.5}));
    compatible(json!({"allOf": [{"multipleOf": 2}, {"multipleOf": 3}]}), json!({"multipleOf": 6}));
    compatible(json!({"type": "integer", "multipleOf": 1.5}), json!({"multipleOf": 3}));
    breaking(json!({"multipleOf": 1.5}), json!({"multipleOf": 3}));
    breaking(json!({"type": "number"}), json!({"multipleOf": 1}));
    breaking(json!({"type": "number"}), json!({"multipleOf": 0.5}));
}

#[test]
fn compares_maps_with_unions_of_maps() {
    let map = |kind: Value| json!({"type": "object", "additionalProperties": {"type": kind}});
    let union = json!({"anyOf": [map(json!("string")), map(json!("object"))]});
    wider(map(json!(["string", "object"])), union.clone());
    let three = json!({"anyOf": [map(json!("string")), map(json!("object")), map(json!("null"))]});
    breaking(map(json!(["string", "object", "null"])), three.clone());
    compatible(union, three);
}

#[test]
fn finds_witnesses_against_patterns_that_look_around() {
    breaking(json!({"pattern": "^.*$"}), json!({"pattern": "^(?!foo).*$"}));
    breaking(json!({"type": "string"}), json!({"pattern": "^(?=.*[0-9])(?=.*[a-z]).{8,}$"}));
    breaking(json!({"pattern": "^[ab]{2}$"}), json!({"pattern": "^(a|b)\\1$"}));
    breaking(json!({"pattern": "^(a|b)\\1$"}), json!({"pattern": "^a"}));
    breaking(json!({"pattern": "b"}), json!({"pattern": "(?<=a)b"}));
    breaking(json!({"propertyNames": {"pattern": "^.*$"}}), json!({"propertyNames": {"pattern": "^(?!foo).*$"}}));
}

#[test]
fn compares_patterns_with_long_lists() {
    let list = |count: usize| json!({"enum": (0..count).map(|number| format!("a{number:04}")).collect::<Vec<_>>()});
    breaking(json!({"type": "string", "pattern": "^a[0-9]{4}$"}), list(2_000));
    wider(json!({"pattern": "^a[0-9]{4}$"}), list(2_000));
    compatible(json!({"type": "string", "pattern": "^a0[0-9]{3}$"}), list(1_000));
}

#[test]
fn counts_the_names_that_there_can_be() {
    let names = |names: Value| json!({"type": "object", "propertyNames": names});
    compatible(names(json!({"enum": ["a", "b"]})), json!({"maxProperties": 2}));
    breaking(names(json!({"enum": ["a", "b"]})), json!({"maxProperties": 1}));
    compatible(names(json!({"pattern": "^[ab]{2}$"})), json!({"maxProperties": 4}));
    breaking(names(json!({"pattern": "^[ab]{2}$"})), json!({"maxProperties": 3}));
    compatible(names(json!({"maxLength": 0})), json!({"maxProperties": 1}));
    let mut closed = json!({"type": "object", "patternProperties": {"^[xy]$": {}}, "additionalProperties": false});
    compatible(closed.clone(), json!({"maxProperties": 2}));
    closed["properties"] = json!({"z": {}});
    breaking(closed.clone(), json!({"maxProperties": 2}));
    compatible(closed, json!({"maxProperties": 3}));
}

#[test]
fn compares_patterns_of_names_that_overlap() {
    let both = json!({"type": "object", "patternProperties": {"^a": {"type": "string"}, "b$": {"type": "integer"}}});
    compatible(both.clone(), json!({"patternProperties": {"^a.*b$": false}}));
    breaking(both, json!({"patternProperties": {"^a": false}}));
    let many = |kind: &str| {
        let held = |number: usize| (format!("^p{number}_"), json!({"type": kind}));
        json!({"type": "object", "patternProperties": Value::Object((0..12).map(held).collect()), "additionalProperties": false})
    };
    wider(many("number"), many("integer"));
}

#[test]
fn a_schema_covers_itself_whatever_it_refers_to() {
    for meta in [
        "http://json-schema.org/draft-04/schema#",
        "http://json-schema.org/draft-06/schema#",
        "http://json-schema.org/draft-07/schema#",
        "https://json-schema.org/draft/2019-09/schema",
        "https://json-schema.org/draft/2020-12/schema",
    ] {
        let document = json!({"properties": {"schema": {"$ref": meta}, "size": {"$ref": "#/$defs/Größe<T>"}}, "$defs": {"Größe<T>": {}}});
        compatible(document.clone(), document);
    }
}

/// Members that a condition evaluates are compared under that condition.
#[test]
fn compares_what_is_evaluated_under_conditions() {
    let present = |name: &str| json!({"properties": {name: {}}, "required": [name]});
    let either = json!([present("a"), present("b")]);
    let three = json!([present("a"), present("b"), present("c")]);
    let closed = |keyword: &str, branches: &Value, members: Value| json!({"type": "object", keyword: branches, "properties": members, "unevaluatedProperties": false});
    for keyword in ["anyOf", "oneOf"] {
        wider(closed(keyword, &either, json!({"k": {}, "l": {}})), closed(keyword, &either, json!({"k": {}})));
        wider(closed("anyOf", &three, json!({})), closed(keyword, &either, json!({})));
    }
    let rest = |refused: Value| json!({"type": "object", "oneOf": either, "unevaluatedProperties": refused});
    wider(rest(json!({"type": ["string", "null"]})), rest(json!({"type": "string"})));
    compatible(rest(json!({})), json!({"type": "object", "oneOf": either}));
    let dependent = |name: &str| json!({"properties": {"a": {}}, "dependentSchemas": {"a": {"properties": {name: {}}}}, "unevaluatedProperties": false});
    breaking(dependent("b"), dependent("c"));
    let chosen = |then: Value, otherwise: Value| json!({"type": "object", "properties": {"a": {}}, "if": {"required": ["a"]}, "then": then, "else": otherwise, "unevaluatedProperties": false});
    let pattern = |pattern: &str| json!({"patternProperties": {pattern: {}}});
    wider(chosen(pattern("^x"), pattern("^y")), chosen(pattern("^xx"), pattern("^y")));
    wider(
        chosen(pattern("^x"), json!({"properties": {"y": {}}})),
        chosen(json!({"properties": {"xx": {}}}), json!({})),
    );
    compatible(
        chosen(json!({"additionalProperties": {}}), json!({})),
        json!({"anyOf": [{"required": ["a"]}, {"maxProperties": 0}]}),
    );
}

#[test]
fn compares_what_is_evaluated_of_items_under_conditions() {
    let rest =
        |kind: &str, refused: Value| json!({"type": "array", "contains": {"type": kind}, "unevaluatedItems": refused});
    compatible(rest("string", json!(false)), json!({"items": {"type": "string"}}));
    wider(rest("number", json!(false)), rest("integer", json!(false)));
    wider(rest("string", json!({"type": "number"})), rest("string", json!({"type": "integer"})));
    let first = |count: usize| json!({"prefixItems": vec![json!({}); count], "minItems": 1});
    let chosen = |counts: [usize; 2]| json!({"type": "array", "oneOf": [{"prefixItems": [{"const": 0}]}, first(counts[0])], "prefixItems": vec![json!({}); counts[1]], "unevaluatedItems": false});
    wider(chosen([3, 1]), chosen([2, 1]));
    compatible(chosen([2, 1]), json!({"maxItems": 2}));
    let some = json!({"type": "array", "if": {"maxItems": 2}, "then": {"contains": {"type": "string"}}, "unevaluatedItems": {"type": "integer"}});
    compatible(some.clone(), json!({"items": {"type": ["string", "integer"]}}));
    breaking(some, json!({"items": {"type": "integer"}}));
}

/// In draft 2019-09, `additionalItems` evaluates nothing without `items`.
#[test]
fn tells_what_evaluates_from_what_does_not() {
    let either = |keyword: &str| {
        json!({
            "$schema": "https://json-schema.org/draft/2019-09/schema", "allOf": [{keyword: true}],
            "anyOf": [{"properties": {"a": true}}, {"properties": {"b": true}}], "unevaluatedItems": false
        })
    };
    breaking(either("items"), either("additionalItems"));
    compatible(either("additionalItems"), json!({"maxItems": 0}));
}

#[test]
fn compares_multiples_as_they_are_written() {
    let multiple = |of: f64| json!({"type": "number", "multipleOf": of});
    wider(multiple(0.01), multiple(0.1));
    wider(multiple(0.3), json!({"type": "integer", "multipleOf": 6}));
    breaking(multiple(0.3), multiple(0.2));
    compatible(json!({"allOf": [multiple(0.2), multiple(0.3)]}), multiple(0.6));
}

#[test]
fn compares_patterns_that_look_ahead() {
    let pattern = |pattern: &str| json!({"type": "string", "pattern": pattern});
    wider(pattern("^[a-z]+$"), pattern("^(?!admin$)[a-z]+$"));
    wider(pattern("^(?!admin$)[a-z]+$"), pattern("^(?!.*admin)[a-z]+$"));
    wider(json!({"type": "string", "minLength": 8}), pattern(r"^(?=.*\d)(?=.*[a-z]).{8,}$"));
    wider(pattern(r"\d"), pattern(r"^(?=.*\d)(?=.*[a-z]).{8,}$"));
    compatible(pattern("^(?!a)(?!b)[a-c]$"), json!({"const": "c"}));
    breaking(json!({}), json!({"pattern": "^(?!a)"}));
    compatible(json!({"type": "integer"}), json!({"pattern": "^(?!a)b|c"}));
    // Where no automaton looks, what refuses less will do.
    compatible(pattern("^(a|b)\\1$"), pattern("^[ab]+$"));
    compatible(pattern("^[a-z]+(?<!q)$"), pattern("^[a-z]+$"));
    breaking(pattern("^(?:(a)|b)\\1$"), pattern("^aa$"));
}

#[test]
fn writes_back_references_to_few_texts_out() {
    let pattern = |pattern: &str| json!({"type": "string", "pattern": pattern});
    wider(pattern(r"^(a|b)\1$"), pattern("^aa$"));
    compatible(pattern(r"^(a|b)\1$"), pattern("^(?:aa|bb)$"));
    compatible(pattern("^(?:aa|bb)$"), pattern(r"^(a|b)\1$"));
    compatible(pattern(r"^(a|b)\1$"), pattern(r"^(?<c>[ab])\k<c>$"));
    compatible(pattern(r"^(x)?\1y$"), pattern("^(?:xx)?y$"));
    wider(pattern(r"^\d{4}([-/]?)\d\d\1\d\d$"), pattern("^[0-9]{4}-[0-9]{2}-[0-9]{2}$"));
    wider(pattern(r#"^(?:[^'"]|(["'])x\1)*$"#), pattern(r"^'x'$"));
    breaking(pattern(r#"^(?:[^'"]|["']x["'])*$"#), pattern(r#"^(?:[^'"]|(["'])x\1)*$"#));
    compatible(json!({"enum": ["aa", "bb"]}), pattern(r"^(a|b)\1$"));
    breaking(pattern(r"^(a|b)\1$"), json!({"enum": ["aa"]}));
}

#[test]
fn a_pattern_that_counts_is_a_length() {
    let pattern = |pattern: &str| json!({"type": "string", "pattern": pattern});
    let length = |min: u64, max: u64| json!({"type": "string", "minLength": min, "maxLength": max});
    // A line has no line feed.
    wider(length(0, 500), pattern("^.{0,500}$"));
    for any in ["[^]", "[\\s\\S]", "(?:.|[\\n\\r\\u2028\\u2029])", "([^])"] {
        for (min, max) in [(0, 500), (1, 500), (500, 500), (0, 2_000), (100, 3_000)] {
            compatible(pattern(&format!("^{any}{{{min},{max}}}$")), length(min, max));
            compatible(length(min, max), pattern(&format!("^{any}{{{min},{max}}}$")));
        }
    }
    wider(length(0, 501), pattern("^[^]{0,500}$"));
    wider(pattern("^[^]{0,500}$"), length(0, 499));
    wider(pattern("^\\S{1,512}$"), pattern("^[\\w-]{1,255}$"));
    wider(pattern("^[\\w-]{1,255}$"), pattern("^[a-z]{2,255}$"));
    wider(pattern("^\\S{1,512}$"), pattern("^\\S{1,511}$"));
    wider(
        pattern("^[a-z]{1,4000}$"),
        json!({"pattern": "^[a-z]+$", "type": "string", "maxLength": 3000, "minLength": 1}),
    );
    wider(pattern("^.{1,500}"), pattern("^.{1,500}$"));
    compatible(pattern("^.{1,500}"), json!({"type": "string", "minLength": 1}));
    let names = |names: Value| json!({"type": "object", "propertyNames": names, "additionalProperties": true});
    compatible(names(pattern("^[^]{1,300}$")), names(length(1, 300)));
    compatible(names(length(1, 300)), names(pattern("^[^]{1,300}$")));
}
