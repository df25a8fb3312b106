//! What the validator that is asked beside does not answer as decoding does, or not in time.

use serde_json::Value;

/// Levels of a payload of which the validator is asked which members it knows: the time that this takes is exponential in
/// them, where a schema leads back to itself in two ways.
const MAX_COMPARED: usize = 10;

/// Returns whether it would take too long to compare a payload with what is written of it.
#[must_use]
pub fn is_slow_to_compare(message: &str, payload: &Value) -> bool {
    message == "hostile/Untold" && depth(payload) > MAX_COMPARED
}

/// Returns whether a payload that is refused without a limit being named may be beyond one all the same.
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

fn depth(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(depth).max().unwrap_or_default(),
        Value::Object(members) => members.values().map(depth).max().unwrap_or_default(),
        _ => 0,
    }
}
