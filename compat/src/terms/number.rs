//! Numbers, compared as what they stand for.

use std::cmp::Ordering;

use serde_json::Value;

/// Floating-point numbers from here on are not turned into integers.
const MAX_NUMBER: f64 = 1e30;

/// A number that is an integer as one.
#[expect(clippy::cast_possible_truncation, reason = "it is whole, and of less than 128 bits")]
pub(crate) fn integer(value: &Value) -> Option<i128> {
    let number = value.as_number()?;
    number.as_i128().or_else(|| {
        let float = number.as_f64()?;
        (float.fract() == 0.0 && float.abs() < MAX_NUMBER).then_some(float as i128)
    })
}

/// The spelling of a number that equal numbers share.
pub(super) fn normal(value: &Value) -> Value {
    integer(value).and_then(from_integer).unwrap_or_else(|| value.clone())
}

/// An integer as JSON, if JSON numbers hold it here.
pub(crate) fn from_integer(integer: i128) -> Option<Value> {
    i64::try_from(integer).map(Value::from).or_else(|_| u64::try_from(integer).map(Value::from)).ok()
}

/// Two numbers by their value.
#[expect(clippy::cast_possible_truncation, reason = "the floor of what has less than 128 bits")]
pub(crate) fn compare(left: &Value, right: &Value) -> Option<Ordering> {
    let against = |integer: i128, float: f64| {
        if float.abs() >= MAX_NUMBER {
            return if float > 0.0 { Ordering::Less } else { Ordering::Greater };
        }
        let more = if float.fract() == 0.0 { Ordering::Equal } else { Ordering::Less };
        integer.cmp(&(float.floor() as i128)).then(more)
    };
    match (integer(left), integer(right)) {
        (Some(left), Some(right)) => Some(left.cmp(&right)),
        (Some(left), None) => Some(against(left, right.as_f64()?)),
        (None, Some(right)) => Some(against(right, left.as_f64()?).reverse()),
        (None, None) => left.as_f64()?.partial_cmp(&right.as_f64()?),
    }
}

/// Whether every multiple of the one is a multiple of the other, for certain.
pub(crate) fn is_multiple(one: &Value, other: &Value) -> bool {
    match (integer(one), integer(other)) {
        (Some(one), Some(other)) => other != 0 && one % other == 0,
        _ => compare(one, other) == Some(Ordering::Equal),
    }
}
