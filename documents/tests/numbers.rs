//! Numbers at random, compared with limits as they are written: Python's fractions are the oracle.

#![expect(clippy::unwrap_used, reason = "clippy.toml allows it in test functions only, not in their helpers")]
#![cfg(feature = "validate")]

use std::env;
use std::io::Write as _;
use std::process::{Command, Stdio};

use fastrand::Rng;
use serde_json::{Map, Value, json};
use thoth_messaging_documents::Validation;
use thoth_messaging_documents::validator::{Bounded, Instance, Limit, Numerals};

/// Reads a number, a keyword and a limit from each line, and says whether the number is within.
const ORACLE: &str = r#"
import sys
from fractions import Fraction
HOLDS = {
    "minimum": lambda number, limit: number >= limit,
    "maximum": lambda number, limit: number <= limit,
    "exclusiveMinimum": lambda number, limit: number > limit,
    "exclusiveMaximum": lambda number, limit: number < limit,
    "multipleOf": lambda number, limit: (number / limit).denominator == 1,
    "const": lambda number, limit: number == limit,
    "type": lambda number, limit: number.denominator == 1,
}
for line in sys.stdin:
    number, keyword, limit = line.split()
    print(HOLDS[keyword](Fraction(number), Fraction(limit)))
"#;

const KEYWORDS: [&str; 7] =
    ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "const", "type"];

/// Numbers where floats, integers of 64 bits and decimals differ.
const EDGES: [&str; 12] = [
    "9007199254740992",
    "9007199254740993",
    "4503599627370497.5",
    "18014398509481984",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "0.3",
    "0.1",
    "1e22",
    "1",
];

fn number(rng: &mut Rng) -> String {
    let digits = |rng: &mut Rng, most: usize| -> String { (0..rng.usize(1..=most)).map(|_| rng.digit(10)).collect() };
    let sign = if rng.u8(..4) == 0 { "-" } else { "" };
    match rng.u8(..4) {
        // One that is near to an edge.
        0 => format!("{sign}{}", rng.choice(EDGES).unwrap()),
        1 => {
            let edge = rng.choice(["0.3", "0.1", "1.0", "9007199254740993.0", "18446744073709551615.0"]).unwrap();
            format!("{sign}{edge}{}{}", "0".repeat(rng.usize(..20)), rng.u8(..10))
        }
        2 => format!("{sign}{}e{}", rng.u32(1..1000), rng.i32(-340..340)),
        _ => {
            let whole = digits(rng, 25);
            let whole = whole.trim_start_matches('0');
            let whole = if whole.is_empty() { "0" } else { whole };
            let fraction = if rng.bool() { format!(".{}", digits(rng, 25)) } else { String::new() };
            format!("{sign}{whole}{fraction}")
        }
    }
}

/// A limit, as the text that `serde_json` has of it.
fn limit(rng: &mut Rng, keyword: &str, near: &str) -> Value {
    loop {
        let text = if rng.bool() { near.to_owned() } else { number(rng) };
        if let Ok(limit) = serde_json::from_str::<Value>(&text)
            && !(keyword == "multipleOf" && limit.as_f64().is_none_or(|limit| limit <= 0.0))
        {
            return limit;
        }
        if keyword == "multipleOf" {
            return json!(rng.choice([json!(1), json!(2.5), json!(0.01), json!(9_007_199_254_740_993_u64), json!(7)]));
        }
    }
}

#[test]
fn limits_mean_what_fractions_say() {
    let count = env::var("NUMBERS_COUNT").ok().and_then(|count| count.parse().ok()).unwrap_or(5_000);
    let seed = env::var("NUMBERS_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(14);
    let mut rng = Rng::with_seed(seed);
    let cases: Vec<(String, &str, Value)> = (0..count)
        .map(|_| {
            let (number, keyword) = (number(&mut rng), rng.choice(KEYWORDS).unwrap());
            let limit = limit(&mut rng, keyword, &number);
            (number, keyword, limit)
        })
        .collect();
    let expected = fractions(&cases);
    assert_eq!(expected.len(), cases.len());
    for ((number, keyword, limit), expected) in cases.iter().zip(expected) {
        let place = format!("{number} {keyword} {limit} (NUMBERS_SEED={seed})");
        let schema = match *keyword {
            "type" => json!({"type": "integer"}),
            keyword => json!({keyword: limit}),
        };
        if let [limit] = &Limit::all(schema.as_object().unwrap())[..] {
            assert_eq!(limit.accepts(number), expected, "{place}");
        }
        let validator = Bounded::build(Validation::default(), None, "schema:///number.json", &schema).unwrap();
        // What the validator sees is not near at all: the text counts.
        let value = json!([0.5]);
        let wrapped = Bounded::build(Validation::default(), None, "schema:///numbers.json", &json!({"items": schema}));
        let mut numerals = Numerals::default();
        numerals.insert(&value[0], number.as_str());
        assert_eq!(wrapped.unwrap().is_valid(Instance::new(&value, &numerals)), Ok(expected), "{place}");
        // Where the text is what the number is printed as, it has to be the same without it.
        if let Ok(plain) = serde_json::from_str::<Value>(number)
            && number.as_str() == &*plain.to_string()
        {
            assert_eq!(validator.is_valid(&plain), Ok(expected), "{place}");
        }
    }
}

fn fractions(cases: &[(String, &str, Value)]) -> Vec<bool> {
    let mut python =
        Command::new("python3").args(["-c", ORACLE]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let lines: Vec<String> =
        cases.iter().map(|(number, keyword, limit)| format!("{number} {keyword} {limit}\n")).collect();
    let lines = lines.concat();
    let mut input = python.stdin.take().unwrap();
    let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()).unwrap());
    let output = python.wait_with_output().unwrap();
    writer.join().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| line == "True").collect()
}

#[test]
fn items_that_only_their_digits_tell_apart_are_unique() {
    let validator =
        Bounded::build(Validation::default(), None, "schema:///unique.json", &json!({"uniqueItems": true})).unwrap();
    for (one, other, expected) in [
        ("0.3", "0.30000000000000000001", true),
        ("9007199254740993", "9007199254740993.0", false),
        ("1e400", "10e399", false),
        ("1e400", "1e401", true),
        ("18446744073709551616", "1.8446744073709551616e19", false),
    ] {
        let value = json!([{"a": 0.5}, {"a": 0.25}]);
        let mut numerals = Numerals::default();
        numerals.insert(&value[0]["a"], one);
        numerals.insert(&value[1]["a"], other);
        assert_eq!(validator.is_valid(Instance::new(&value, &numerals)), Ok(expected), "{one} {other}");
    }
    // The first is printed as 9223372036854776000.
    let floats = json!([9_223_372_036_854_775_808.0, 9_223_372_036_854_775_808_u64]);
    assert_eq!(validator.is_valid(&floats), Ok(true));
    assert_eq!(validator.is_valid(&json!([1, 1.0])), Ok(false));
}

#[test]
fn a_bound_of_draft_4_is_exclusive_by_a_boolean() {
    let refuses = |schema: Value, number: Value| {
        let mut schema: Map<String, Value> = serde_json::from_value(schema).unwrap();
        schema.insert("$schema".to_owned(), json!("http://json-schema.org/draft-04/schema#"));
        let validator = Bounded::build(Validation::default(), None, "schema:///bound.json", &schema.into()).unwrap();
        !validator.is_valid(&number).unwrap()
    };
    assert!(refuses(json!({"minimum": 1, "exclusiveMinimum": true}), json!(1)));
    assert!(!refuses(json!({"minimum": 1, "exclusiveMinimum": false}), json!(1)));
    assert!(refuses(json!({"maximum": 1, "exclusiveMaximum": true}), json!(1)));
}

#[test]
fn a_refusal_says_what_was_expected_and_where() {
    let schema = json!({"properties": {"a": {"maximum": 0.3}}});
    let validator = Bounded::build(Validation::default(), None, "schema:///a.json", &schema).unwrap();
    let refusals = validator.refusals(&json!({"a": 0.4}), |error| {
        let reason = thoth_messaging_documents::validator::reason(&error);
        let path = thoth_messaging_documents::validator::schema_path(&error);
        (error.instance_path().to_string(), error.kind().keyword().to_owned(), path, reason)
    });
    let expected = ("/a", "maximum", "schema:///a.json#/properties/a/maximum", "expected 0.3 or less");
    let [(instance, keyword, schema, reason)] = &refusals.listed[..] else { panic!("{refusals:?}") };
    assert_eq!((&**instance, &**keyword, &**schema, &**reason), expected);
}
