//! Numbers, compared as what they stand for.

use std::cmp::Ordering;

use serde_json::Value;
use thoth_messaging_documents::decimal::Decimal;

/// Integers from here on are not computed with.
const MAX_INTEGER: u128 = 10_u128.pow(30);

/// A number that is an integer as one.
pub(crate) fn integer(value: &Value) -> Option<i128> {
    let number = value.as_number()?;
    let written = || Decimal::parse(&number.to_string())?.to_integer();
    number.as_i128().or_else(|| written().filter(|integer| integer.unsigned_abs() < MAX_INTEGER))
}

/// The spelling of a number that equal numbers share.
pub(super) fn normal(value: &Value) -> Value {
    integer(value).and_then(from_integer).unwrap_or_else(|| value.clone())
}

/// An integer as JSON, if JSON numbers hold it here.
pub(crate) fn from_integer(integer: i128) -> Option<Value> {
    i64::try_from(integer).map(Value::from).or_else(|_| u64::try_from(integer).map(Value::from)).ok()
}

/// Two numbers by their value, as they are written.
pub(crate) fn compare(left: &Value, right: &Value) -> Option<Ordering> {
    let (left, right) = (left.as_number()?.to_string(), right.as_number()?.to_string());
    Some(Decimal::parse(&left)?.cmp(&Decimal::parse(&right)?))
}

/// Tells whether what is a multiple of each of some numbers is a multiple of another one, for certain: by integers, so that it holds
/// for numbers as they are written and for floating-point ones.
pub(crate) fn is_multiple(ones: &[&Value], other: &Value) -> bool {
    if ones.iter().any(|one| compare(one, other) == Some(Ordering::Equal)) {
        return true;
    }
    // The multiples of none are all numbers.
    if ones.is_empty() {
        return false;
    }
    let Some(scale) = (0..MAX_SCALE).find(|scale| ones.iter().chain([&other]).all(|one| scaled(one, *scale).is_some()))
    else {
        return false;
    };
    let all = ones.iter().map(|one| scaled(one, scale)).try_fold(1, |all, one| least_common(all, one?));
    all.zip(scaled(other, scale)).is_some_and(|(all, other)| other > 0 && all % other == 0)
}

/// Halves, quarters, and so on, up to this power of two.
const MAX_SCALE: u32 = 12;

/// A number times a power of two, where that is a whole number which a floating-point number holds.
fn scaled(value: &Value, scale: u32) -> Option<i128> {
    const MAX_EXACT: i128 = 1 << 53;
    let factor = 1_i128 << scale;
    let number = match integer(value) {
        Some(number) => number.checked_mul(factor)?,
        None => integer(&Value::from(value.as_f64()? * f64::from(1_u32 << scale)))?,
    };
    (number > 0 && number < MAX_EXACT).then_some(number)
}

/// The least common multiple, if it is no larger than what fits.
pub(crate) fn least_common(one: i128, other: i128) -> Option<i128> {
    let (mut divisor, mut rest) = (one, other);
    while rest != 0 {
        (divisor, rest) = (rest, divisor % rest);
    }
    one.checked_mul(other / divisor)
}
