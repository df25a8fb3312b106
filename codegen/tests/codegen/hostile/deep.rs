//! Schemas that are deep, long or many.

use serde_json::{Value, json};

use super::{generates, members, message, refuses};

#[test]
fn refuses_json_that_is_nested_without_end() {
    refuses(&"[".repeat(1_000_000), "S0101");
    refuses(&"{\"allOf\": [".repeat(100_000), "S0101");
    refuses(&format!("{}{}", "{\"not\": ".repeat(100_000), "}".repeat(100_000)), "S0101");
}

#[test]
fn reads_schemas_that_are_nested_as_deeply_as_json_may_be() {
    let nest = |inner: &str, schema: &dyn Fn(&Value) -> Value, count: usize| {
        let mut nested: Value = serde_json::from_str(inner).unwrap();
        for _ in 0..count {
            nested = schema(&nested);
        }
        message(json!({"a": nested}), json!({}))
    };
    generates(&nest("{\"type\": \"integer\"}", &|inner| json!({"type": "object", "properties": {"a": inner}}), 60));
    generates(&nest("{\"type\": \"integer\"}", &|inner| json!({"type": "array", "items": inner}), 120));
    generates(&nest("{\"type\": \"integer\"}", &|inner| json!({"type": "object", "additionalProperties": inner}), 120));
    generates(&nest("{\"type\": \"integer\"}", &|inner| json!({"allOf": [inner]}), 60));
    generates(&nest("{\"type\": \"integer\"}", &|inner| json!({"type": ["array", "string"], "items": inner}), 120));
    generates(&nest("{\"type\": \"object\"}", &|inner| json!({"type": "array", "items": {"allOf": [inner]}}), 40));
}

#[test]
fn reads_values_that_are_nested_as_deeply_as_json_may_be() {
    let mut deep = json!(1);
    for _ in 0..115 {
        deep = json!([deep]);
    }
    generates(&message(json!({"a": {"default": deep}, "b": {"const": deep}, "c": {"enum": [deep, 1]}}), json!({})));
    let list = json!({"type": "array", "items": {"$ref": "#/$defs/List"}, "default": []});
    let mut deep = json!([]);
    for _ in 0..110 {
        deep = json!([deep]);
    }
    generates(&message(json!({"a": {"$ref": "#/$defs/List", "default": deep}}), json!({"List": list})));
}

#[test]
fn reads_many_properties() {
    many_properties(1_000);
}

#[test]
#[ignore = "minutes without optimization: `just prove`"]
fn reads_ten_thousand_properties() {
    many_properties(10_000);
}

fn many_properties(count: usize) {
    generates(&message(members(count, |n| (format!("property_{n}"), json!({"type": "string"}))), json!({})));
    let types =
        members(count / 5, |n| (format!("p{n}"), json!({"type": "object", "properties": {"a": {"type": "integer"}}})));
    generates(&message(types, json!({})));
    let defaults = members(count / 20, |n| (format!("p{n}"), json!({"type": "integer", "minimum": 0, "default": n})));
    generates(&message(defaults, json!({})));
    generates(&message(members(count / 10, |n| (format!("a{}", "-".repeat(n)), json!(true))), json!({})));
    generates(&message(members(count / 10, |n| ("*".repeat(n), json!(true))), json!({})));
}

#[test]
fn reads_many_constants() {
    let texts: Vec<_> = (0..10_000).map(|n| format!("constant {n}")).collect();
    let alike: Vec<_> = (0..1_000).map(|n| "-".repeat(n)).collect();
    let numbers: Vec<_> = (0..10_000).collect();
    let mixed: Vec<_> = (0..5_000).map(|n| if n % 2 == 0 { json!(n) } else { json!(n.to_string()) }).collect();
    generates(&message(
        json!({"texts": {"enum": texts}, "alike": {"enum": alike}, "numbers": {"enum": numbers}, "mixed": {"enum": mixed},
               "limited": {"enum": numbers, "minimum": 5000}}),
        json!({}),
    ));
}

#[test]
fn reads_long_chains_of_definitions() {
    chains(150);
}

#[test]
#[ignore = "minutes without optimization: `just prove`"]
fn reads_chains_of_a_thousand_definitions() {
    chains(1_000);
}

fn chains(count: usize) {
    let chain = |schema: &dyn Fn(String) -> Value| {
        let definitions = members(count, |n| match n + 1 {
            next if next == count => (format!("D{n}"), json!({"type": "integer"})),
            _ => (format!("D{n}"), schema(format!("#/$defs/D{}", n + 1))),
        });
        message(json!({"first": {"$ref": "#/$defs/D0"}}), definitions)
    };
    generates(&chain(&|next| json!({"type": "object", "properties": {"next": {"$ref": next}}})));
    generates(&chain(&|next| json!({"type": "array", "items": {"$ref": next}})));
    generates(&chain(&|next| json!({"type": ["string", "array"], "items": {"$ref": next}})));
    generates(&chain(&|next| json!({"type": "object", "additionalProperties": {"$ref": next}})));
    generates(&chain(&|next| json!({"type": "object", "required": ["next"], "properties": {"next": {"$ref": next}}})));
    refuses(&chain(&|next| json!({"$ref": next})), "S0206");
    refuses(&chain(&|next| json!({"allOf": [{"$ref": next}]})), "S0206");
    let defaults = chain(&|next| json!({"type": "object", "properties": {"next": {"$ref": next, "default": {}}}}));
    // The last one is an integer, for which `{}` is no default.
    let last = format!("\"#/$defs/D{}\"", count - 1);
    assert!(defaults.contains(&format!("{last},\"default\":{{}}")));
    generates(&defaults.replace(&format!("{last},\"default\":{{}}"), &last));
}

#[test]
fn reads_a_circle_of_many_definitions() {
    circles(150);
}

#[test]
#[ignore = "minutes without optimization: `just prove`"]
fn reads_a_circle_of_a_thousand_definitions() {
    circles(1_000);
}

fn circles(count: usize) {
    let circle = |schema: &dyn Fn(String) -> Value| {
        let definitions = members(count, |n| (format!("D{n}"), schema(format!("#/$defs/D{}", (n + 1) % count))));
        message(json!({"first": {"$ref": "#/$defs/D0"}}), definitions)
    };
    let text = generates(&circle(&|next| json!({"type": "object", "properties": {"next": {"$ref": next}}})));
    assert!(text.contains("pub next: Option<Box<D1>>"));
    generates(&circle(&|next| json!({"type": "array", "items": {"$ref": next}})));
    refuses(&circle(&|next| json!({"$ref": next})), "S0205");
    refuses(&circle(&|next| json!({"type": "object", "allOf": [{"$ref": next}]})), "S0206");
    let text = circle(&|next| json!({"type": "object", "properties": {"next": {"$ref": next, "default": {}}}}));
    refuses(&text, "S0411");
}

#[test]
fn refuses_a_circle_by_way_of_dependencies() {
    for (draft, keyword) in [
        ("http://json-schema.org/draft-07/schema#", "dependencies"),
        ("https://json-schema.org/draft/2020-12/schema", "dependentSchemas"),
    ] {
        let circle = json!({"$schema": draft, "title": "C", "x-kafka": {"topic": "c"}, "type": "object",
            "properties": {"a": {"type": "string"}}, keyword: {"a": {"$ref": "#"}}});
        refuses(&circle.to_string(), "S0206");
    }
}

#[test]
fn counts_all_of_that_doubles_at_every_level() {
    let doubling = |levels: usize, last: &str| {
        let definitions = members(levels, |n| {
            let next = json!({"$ref": format!("#/$defs/D{}", n + 1)});
            let doubled = json!({"allOf": [next, next, {"allOf": [next, next]}]});
            (format!("D{n}"), if n + 1 == levels { serde_json::from_str(last).unwrap() } else { doubled })
        });
        message(json!({"first": {"$ref": "#/$defs/D0"}}), definitions)
    };
    generates(&doubling(8, "{\"type\": \"integer\"}"));
    refuses(&doubling(60, "{\"type\": \"integer\"}"), "S0206");
    refuses(&doubling(8, "{\"$ref\": \"#/$defs/D0\"}"), "S0206");
    let definitions = members(40, |n| {
        let next = json!({"$ref": format!("#/$defs/D{}", (n + 1) % 40), "default": {}});
        (format!("D{n}"), json!({"type": "object", "properties": {"a": next, "b": next}}))
    });
    refuses(&message(json!({"first": {"$ref": "#/$defs/D0"}}), definitions), "S0411");
}
