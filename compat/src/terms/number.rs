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

/// Tells whether what is a multiple of each of some numbers is a multiple of another one, for certain: as they are written, which
/// is how they are validated.
pub(crate) fn is_multiple(ones: &[&Value], other: &Value) -> bool {
    if ones.iter().any(|one| compare(one, other) == Some(Ordering::Equal)) {
        return true;
    }
    // The multiples of none are all numbers.
    if ones.is_empty() {
        return false;
    }
    let all = || ones.iter().copied().chain([other]);
    let Some(scale) = (0..MAX_SCALE).find(|scale| all().all(|one| scaled(one, *scale).is_some())) else {
        return false;
    };
    let least = ones.iter().try_fold(1, |least, one| least_common(least, scaled(one, scale)?));
    least.zip(scaled(other, scale)).is_some_and(|(least, other)| least % other == 0)
}

/// Tenths, hundredths, and so on, up to this power of ten.
const MAX_SCALE: u32 = 20;

/// A number above zero times a power of ten, where that is a whole number.
fn scaled(value: &Value, scale: u32) -> Option<i128> {
    let canonical = Decimal::parse(&value.as_number()?.to_string())?.canonical();
    let (digits, power) = canonical.split_once('e').unwrap_or((&canonical, "0"));
    let shifted = format!("{digits}e{}", power.parse::<i64>().ok()?.checked_add(i64::from(scale))?);
    let shifted = Decimal::parse(&shifted)?.to_integer()?;
    (shifted > 0 && shifted.unsigned_abs() < MAX_INTEGER).then_some(shifted)
}

/// The least common multiple, if it is no larger than what fits.
pub(crate) fn least_common(one: i128, other: i128) -> Option<i128> {
    let (mut divisor, mut rest) = (one, other);
    while rest != 0 {
        (divisor, rest) = (rest, divisor % rest);
    }
    one.checked_mul(other / divisor)
}
