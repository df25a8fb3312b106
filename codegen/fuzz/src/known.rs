//! What is not repaired yet. Who repairs it takes the line out of the file `known`, or raises the limit here.

use serde_json::Value;

/// Seeds that fail, with the reason: `schema/name reason` on each line.
const SEEDS: &str = include_str!("../known");

/// Why a seed, as `schema/name`, is not run.
#[must_use]
pub fn reason(seed: &str) -> Option<&'static str> {
    SEEDS.lines().find_map(|line| line.split_once(' ').filter(|(name, _)| *name == seed)).map(|(_, reason)| reason)
}

/// Branches of `anyOf` and `oneOf` in an input: the time that lowering takes is exponential in them.
const MOST_BRANCHES: usize = 16;

/// Levels of a payload whose variants are tried: the time that this takes is exponential in them.
const MOST_TRIED: usize = 10;

/// Characters of a text that a pattern with a reference back is matched with, which takes time up to the engine's limit.
const LONGEST_MATCHED: usize = 12;

/// Whether a schema of random origin is one of those that take too long.
#[must_use]
pub fn is_slow_schema(text: &str) -> bool {
    counts_far(text) || serde_json::from_str(text).is_ok_and(|schema| branches(&schema) > MOST_BRANCHES)
}

/// Whether a pattern counts to a thousand, which takes long to compile.
fn counts_far(text: &str) -> bool {
    text.split('{')
        .skip(1)
        .any(|count| count.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b',').count() > 3)
}

/// Whether a payload of random origin is one of those that take too long.
#[must_use]
pub fn is_slow_payload(message: &str, payload: &Value) -> bool {
    let has_slow_text = || payload["back"].as_str().is_some_and(|text| text.len() > LONGEST_MATCHED);
    message == "hostile/Untold" && depth(payload) > MOST_TRIED || message == "hostile/Patterns" && has_slow_text()
}

/// Whether a payload that is refused without a limit being named may be beyond one all the same.
#[must_use]
pub fn is_limit(message: &str, payload: &Value) -> bool {
    // What an `i64` holds.
    message == "hostile/Untold" && any_number(payload, &|number| number.abs() >= 9.2e18)
}

fn any_number(value: &Value, is: &dyn Fn(f64) -> bool) -> bool {
    match value {
        Value::Number(number) => number.as_f64().is_some_and(is),
        Value::Array(items) => items.iter().any(|item| any_number(item, is)),
        Value::Object(members) => members.values().any(|member| any_number(member, is)),
        _ => false,
    }
}

fn branches(schema: &Value) -> usize {
    match schema {
        Value::Array(items) => items.iter().map(branches).sum(),
        Value::Object(members) => {
            let choices = ["anyOf", "oneOf"].iter().filter_map(|keyword| members.get(*keyword)?.as_array());
            choices.map(Vec::len).sum::<usize>() + members.values().map(branches).sum::<usize>()
        }
        _ => 0,
    }
}

fn depth(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(depth).max().unwrap_or_default(),
        Value::Object(members) => members.values().map(depth).max().unwrap_or_default(),
        _ => 0,
    }
}
