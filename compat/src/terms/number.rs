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
