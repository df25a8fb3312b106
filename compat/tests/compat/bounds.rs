//! Schemas that could take for ever, in all drafts.
#![expect(clippy::unwrap_used, reason = "clippy.toml allows it in test functions only, not in their helpers")]

use serde_json::{Map, Value, json};
use thoth_messaging_compat::{Limits, Verdict, covers};

use crate::versions::schema;

const DRAFTS: [&str; 5] = [
    "http://json-schema.org/draft-04/schema#",
    "http://json-schema.org/draft-06/schema#",
    "http://json-schema.org/draft-07/schema#",
    "https://json-schema.org/draft/2019-09/schema",
    "https://json-schema.org/draft/2020-12/schema",
];

/// A dozen types, each of which holds some of all of them.
fn union(draft: &str, count: usize, choice: &str, value: &Value) -> Value {
    let all: Vec<Value> = (0..count).map(|number| json!({"$ref": format!("#/definitions/t{number}")})).collect();
    let mut definitions: Map<String, Value> = (0..count)
        .map(|number| {
            let kind = json!({"type": "object", "properties": {
                "kind": {"enum": [format!("t{number}")]},
                "one": {"$ref": "#/definitions/any"},
                "many": {"type": "array", "items": {"$ref": "#/definitions/any"}},
                "value": value,
            }, "required": ["kind"]});
            (format!("t{number}"), kind)
        })
        .collect();
    definitions.insert("any".to_owned(), json!({choice: all}));
    json!({"$schema": draft, "definitions": definitions, "allOf": [{"$ref": "#/definitions/any"}]})
}

#[test]
fn compares_a_mutually_recursive_union_in_every_draft() {
    for draft in DRAFTS {
        for choice in ["oneOf", "anyOf"] {
            let narrow = schema(&union(draft, 12, choice, &json!({"type": "integer"}))).unwrap();
            let wide = schema(&union(draft, 12, choice, &json!({"type": "number"}))).unwrap();
            assert_eq!(covers(&wide, &narrow, &Limits::default()), Verdict::Compatible, "{draft} {choice}");
            let verdict = covers(&narrow, &wide, &Limits::default());
            assert!(matches!(verdict, Verdict::Breaking { .. }), "{draft} {choice}: {verdict:?}");
        }
    }
}

#[test]
fn compares_unions_that_lost_a_branch() {
    let (all, fewer) = (union(DRAFTS[2], 12, "oneOf", &json!({})), union(DRAFTS[2], 11, "oneOf", &json!({})));
    let (all, fewer) = (schema(&all).unwrap(), schema(&fewer).unwrap());
    assert_eq!(covers(&all, &fewer, &Limits::default()), Verdict::Compatible);
    assert!(matches!(covers(&fewer, &all, &Limits::default()), Verdict::Breaking { .. }));
}

#[test]
fn ends_where_the_steps_are_used_up() {
    let clause = |number: usize| json!({"anyOf": (0..3).map(|other| json!({"required": [format!("m{}", (number * 7 + other * 5) % 40)]})).collect::<Vec<_>>()});
    let hard = json!({"type": "object", "allOf": (0..60).map(clause).collect::<Vec<_>>()});
    let fewer = json!({"type": "object", "maxProperties": 13});
    let limits = Limits { steps: 500, candidates: 50 };
    let (hard, fewer) = (schema(&hard).unwrap(), schema(&fewer).unwrap());
    match covers(&fewer, &hard, &limits) {
        Verdict::Unknown { reason, .. } => assert!(!reason.is_empty()),
        Verdict::Breaking { witness } => assert!(hard.is_valid(&witness) && !fewer.is_valid(&witness)),
        Verdict::Compatible | Verdict::BreakingBySize { .. } => {
            unreachable!("an object with all members is a witness")
        }
    }
}

#[test]
fn compares_schemas_of_different_drafts() {
    let old = json!({"$schema": DRAFTS[0], "type": "integer", "minimum": 0, "exclusiveMinimum": true});
    let new = json!({"$schema": DRAFTS[4], "type": "integer", "exclusiveMinimum": 0});
    let (old, new) = (schema(&old).unwrap(), schema(&new).unwrap());
    assert_eq!(covers(&new, &old, &Limits::default()), Verdict::Compatible);
    // `1.0` is an integer from draft 6 on.
    assert!(matches!(covers(&old, &new, &Limits::default()), Verdict::Breaking { .. }));
}

#[test]
fn compares_deep_schemas() {
    let deep = |leaf: Value| {
        (0..60).fold(leaf, |inner, _| json!({"type": "object", "properties": {"a": inner}, "required": ["a"]}))
    };
    let (narrow, wide) = (deep(json!({"type": "integer"})), deep(json!({"type": "number"})));
    let (narrow, wide) = (schema(&narrow).unwrap(), schema(&wide).unwrap());
    assert_eq!(covers(&wide, &narrow, &Limits::default()), Verdict::Compatible);
    assert!(matches!(covers(&narrow, &wide, &Limits::default()), Verdict::Breaking { .. }));
}

/// Both directions end: with a verdict, or as unknown by the bound on work.
fn ends(one: &Value, other: &Value) -> [Verdict; 2] {
    let (one, other) = (schema(one).unwrap(), schema(other).unwrap());
    [covers(&other, &one, &Limits::default()), covers(&one, &other, &Limits::default())]
}

#[test]
fn compares_a_thousand_constants_with_alternatives_of_one_each() {
    compares_constants_with_alternatives_of_one_each(1_000);
}

#[test]
#[ignore = "half a minute; `just prove` and `.ci/run` run it"]
fn compares_thousands_of_constants_with_alternatives_of_one_each() {
    compares_constants_with_alternatives_of_one_each(5_000);
}

fn compares_constants_with_alternatives_of_one_each(count: usize) {
    let names: Vec<String> = (0..count).map(|number| format!("s{number}")).collect();
    let whole = json!({"enum": names});
    for choice in ["anyOf", "oneOf"] {
        let constants: Vec<Value> = names.iter().map(|name| json!({"const": name})).collect();
        let lists: Vec<Value> = names.iter().map(|name| json!({"enum": [name], "title": name})).collect();
        let typed: Vec<Value> =
            names.iter().map(|name| json!({"type": "string", "const": name, "x-of": 1, "default": name})).collect();
        for alternatives in [constants, lists, typed] {
            let fewer = json!({choice: alternatives[1..]});
            assert_eq!(ends(&whole, &json!({choice: alternatives})), [Verdict::Compatible, Verdict::Compatible]);
            let [lost, gained] = ends(&whole, &fewer);
            assert_eq!((lost, gained), (Verdict::Breaking { witness: json!("s0") }, Verdict::Compatible));
            let others = [json!({"type": "integer"}), json!({"type": "array", "maxItems": 3})];
            let mixed: Vec<Value> = alternatives.iter().chain(&others).cloned().collect();
            let [gained, lost] = ends(&whole, &json!({choice: mixed}));
            assert_eq!(gained, Verdict::Compatible);
            assert!(matches!(lost, Verdict::Breaking { .. }), "{lost:?}");
            let mixed: Vec<Value> = mixed.iter().skip(1).rev().cloned().collect();
            let [lost, _] = ends(&whole, &json!({choice: mixed}));
            assert_eq!(lost, Verdict::Breaking { witness: json!("s0") });
        }
    }
}

#[test]
fn a_constant_that_stands_in_two_alternatives_is_refused_by_one_of() {
    let twice = json!({"oneOf": [{"enum": ["a", "b"]}, {"enum": ["b", "c"]}]});
    assert_eq!(ends(&twice, &json!({"enum": ["a", "c"]})), [Verdict::Compatible, Verdict::Compatible]);
}

#[test]
fn alternatives_that_are_constants_are_judged_among_others() {
    let text = json!({"type": "string", "minLength": 2});
    // `aa` meets two alternatives, `b` stands in two of them.
    let one_of = json!({"oneOf": [{"enum": ["aa", "b"]}, {"const": "b", "type": "string"}, {"const": "c"}, text]});
    let accepted = json!({"type": "string", "anyOf": [{"const": "c"}, {"minLength": 2}], "not": {"const": "aa"}});
    assert_eq!(ends(&one_of, &accepted), [Verdict::Compatible, Verdict::Compatible]);
    let any_of = json!({"anyOf": [{"enum": ["aa", "b"]}, {"const": "b", "type": "string"}, {"const": "c"}, text]});
    let accepted = json!({"type": "string", "anyOf": [{"enum": ["b", "c"]}, {"minLength": 2}]});
    assert_eq!(ends(&any_of, &accepted), [Verdict::Compatible, Verdict::Compatible]);
    // A constant of another type is none.
    let never = json!({"oneOf": [{"const": 1, "type": "string"}, {"enum": [1, 2], "type": "integer"}]});
    assert_eq!(ends(&never, &json!({"enum": [1, 2]})), [Verdict::Compatible, Verdict::Compatible]);
    for (draft, back) in [(DRAFTS[0], false), (DRAFTS[1], true)] {
        let list = json!({"enum": [1.0, 2.5], "type": "integer"});
        let lists = json!({"$schema": draft, "oneOf": [list, {"enum": [3, "a"], "type": ["string", "number"]}]});
        let verdicts = ends(&lists, &json!({"$schema": draft, "enum": [1, 3, "a"]}));
        assert_eq!(verdicts.map(|verdict| verdict == Verdict::Compatible), [true, back], "{draft}");
    }
}

/// Terms that differ only far down.
#[test]
fn compares_long_chains_of_definitions() {
    let chain = |last: Value| {
        let link = |number: usize| {
            let next = json!({"$ref": format!("#/$defs/d{}", number + 1)});
            (format!("d{number}"), json!({"type": "object", "properties": {"next": next}}))
        };
        let mut definitions: Map<String, Value> = (0..1_500).map(link).collect();
        definitions.insert("d1500".to_owned(), last);
        json!({"$defs": definitions, "properties": {"all": {"items": {"$ref": "#/$defs/d1480"}}, "first": {"$ref": "#/$defs/d1450"}}})
    };
    let (integer, number) = (chain(json!({"type": "integer"})), chain(json!({"type": "number"})));
    let [wider, narrower] = ends(&integer, &number);
    assert_eq!(wider, Verdict::Compatible);
    assert!(matches!(narrower, Verdict::Breaking { .. }), "{narrower:?}");
    let tagged = chain(json!({"type": "integer", "title": "Last"}));
    assert_eq!(ends(&integer, &tagged), [Verdict::Compatible, Verdict::Compatible]);
}

#[test]
fn compares_unions_of_hundreds() {
    let alternative = |number: usize, value: &Value| {
        let kind = json!({"const": format!("k{number}")});
        json!({"type": "object", "properties": {"kind": kind, "value": value}, "required": ["kind"]})
    };
    let all =
        |count: usize, value: &Value| -> Vec<Value> { (0..count).map(|number| alternative(number, value)).collect() };
    let one_of = |alternatives: Vec<Value>| json!({"properties": {"a": {"oneOf": alternatives}}});
    let (integer, number) = (json!({"type": "integer"}), json!({"type": "number"}));
    // The cases of a hundred are written out.
    for count in [101, 301] {
        let whole = one_of(all(count, &integer));
        let reversed = one_of(all(count, &integer).into_iter().rev().collect());
        assert_eq!(ends(&whole, &reversed), [Verdict::Compatible, Verdict::Compatible]);
        let [lost, gained] = ends(&whole, &one_of(all(count - 1, &integer)));
        assert!(matches!(lost, Verdict::Breaking { .. }), "{lost:?}");
        assert_eq!(gained, Verdict::Compatible);
        let [wider, narrower] = ends(&whole, &one_of(all(count, &number)));
        assert!(matches!(narrower, Verdict::Breaking { .. }), "{narrower:?}");
        assert_eq!(wider, Verdict::Compatible);
        // An alternative that is there twice is refused by `oneOf`.
        let twice = all(count, &integer).into_iter().chain([alternative(3, &integer)]);
        let [lost, gained] = ends(&whole, &one_of(twice.collect()));
        assert!(matches!(lost, Verdict::Breaking { .. }), "{lost:?}");
        assert_eq!(gained, Verdict::Compatible);
    }
}

#[test]
fn ends_on_many_clauses_that_are_always_met() {
    let clause = |number: usize| {
        let name = format!("m{number}");
        json!({"anyOf": [{"required": [name]}, {"not": {"required": [name]}}]})
    };
    let clauses = json!({"type": "object", "allOf": (0..135).map(clause).collect::<Vec<_>>()});
    let [forth, back] = ends(&clauses, &json!({"type": "object", "minProperties": 1}));
    assert_ne!(forth, Verdict::Compatible);
    assert!(!matches!(back, Verdict::Breaking { .. }), "{back:?}");
}

#[test]
fn ends_on_witnesses_that_are_large() {
    let names: Vec<String> = (0..10).map(|number| format!("p{number}")).collect();
    let array = json!({"type": "array", "minItems": 670, "items": {"type": "array", "minItems": 20, "items": {"type": "integer"}}});
    let properties: Map<String, Value> = names.iter().map(|name| (name.clone(), array.clone())).collect();
    let old = json!({"type": "object", "properties": properties, "required": names});
    let mut new = old.clone();
    new["properties"]["p0"] = json!({"type": "string"});
    for verdict in ends(&old, &new) {
        assert!(matches!(verdict, Verdict::Breaking { .. }));
    }
}

#[test]
fn tells_which_bound_was_met() {
    let clause =
        |number: usize| json!({"anyOf": [{"required": [format!("a{number}")]}, {"required": [format!("b{number}")]}]});
    let hard = json!({"type": "object", "allOf": (0..40).map(clause).collect::<Vec<_>>()});
    let (hard, wide) = (schema(&hard).unwrap(), schema(&json!({"minProperties": 41})).unwrap());
    for (steps, told) in [(0, "the proof took more than 0 steps"), (1, "the proof took more than 50 units of work")] {
        let limits = Limits { steps, candidates: 0 };
        let Verdict::Unknown { reason, .. } = covers(&wide, &hard, &limits) else {
            unreachable!("nothing was looked at")
        };
        assert_eq!(reason, told);
    }
}

#[test]
fn a_witness_that_is_large_is_made_or_told_by_its_sizes() {
    let pairs = [
        (json!({"maxItems": 200_001}), json!({"maxItems": 200_000})),
        (json!({"maxLength": 16_000_001}), json!({"maxLength": 16_000_000})),
        (json!({"pattern": "^a*$", "maxLength": 3_001}), json!({"maxLength": 3_000})),
        (json!({"uniqueItems": true, "maxItems": 30_001}), json!({"uniqueItems": true, "maxItems": 30_000})),
        (json!({"maxProperties": 1_001}), json!({"maxProperties": 1_000})),
        (json!({"maxProperties": 100_001}), json!({"maxProperties": 100_000})),
        (
            json!({"contains": {"const": 1}, "maxContains": 150_001}),
            json!({"contains": {"const": 1}, "maxContains": 150_000}),
        ),
        (
            json!({"contains": {"not": {"minimum": 1}}, "maxContains": 3}),
            json!({"contains": {"not": {"minimum": 1}}, "maxContains": 2}),
        ),
        (json!({"uniqueItems": true, "maxItems": 2_001}), json!({"uniqueItems": true, "maxItems": 2_000})),
        (
            json!({"properties": {"a": {"items": {"maxLength": 900_000_001}}}}),
            json!({"properties": {"a": {"items": {"maxLength": 900_000_000}}}}),
        ),
        (json!({"minItems": 1_000_000}), json!({"minItems": 4_000_000_000_u64})),
        (
            json!({"type": "object", "minProperties": 2_000_000}),
            json!({"minProperties": 2_000_000, "maxProperties": 4_000_000}),
        ),
        (
            json!({"items": {"type": "integer"}, "maxItems": 2_147_483_647}),
            json!({"items": {"type": "integer"}, "maxItems": 2_147_483_646}),
        ),
    ];
    for (narrow, wide) in pairs {
        let (schema_of_narrow, schema_of_wide) = (schema(&narrow).unwrap(), schema(&wide).unwrap());
        match covers(&schema_of_wide, &schema_of_narrow, &Limits::default()) {
            Verdict::Breaking { witness } => {
                assert!(schema_of_narrow.is_valid(&witness) && !schema_of_wide.is_valid(&witness), "{narrow} {wide}");
            }
            Verdict::BreakingBySize { sketch, sizes } => {
                assert!(!sizes.is_empty() && sizes.values().all(|size| *size > 300_000), "{sketch} {sizes:?}");
            }
            other => unreachable!("{narrow} {wide}: {other:?}"),
        }
        // The other way round a smaller one is never proof of a break that is none.
        if narrow.get("minItems").is_none() && narrow.get("minProperties").is_none() && narrow.get("pattern").is_none()
        {
            assert_eq!(
                covers(&schema_of_narrow, &schema_of_wide, &Limits::default()),
                Verdict::Compatible,
                "{narrow} {wide}"
            );
        }
    }
}
