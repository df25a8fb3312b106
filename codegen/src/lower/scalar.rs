//! Strings, numbers and constants.

use serde_json::{Number, Value};

use super::node::{Limit, Node, Range, Types};
use super::{Lowering, Place};
use crate::model::{Bound, Check, Integer, IntegerKind, Type, Use};
use crate::resolve::rust_pattern;

/// Whether anything but the types limits the values.
pub(super) fn is_constrained(node: &Node<'_>) -> bool {
    let unlimited = Range::default();
    node.length != unlimited
        || node.count != unlimited
        || node.size != unlimited
        || node.unique
        || !(node.patterns.is_empty() && node.lower.is_empty() && node.upper.is_empty() && node.multiple_of.is_empty())
}

/// Whether the constraints on strings accept a text.
pub(super) fn accepts_text(node: &Node<'_>, text: &str) -> bool {
    let length = u64::try_from(text.chars().count()).unwrap_or(u64::MAX);
    let matches = |pattern: &&str| {
        let compiled = rust_pattern(pattern).and_then(|rust| fancy_regex::Regex::new(&rust).ok());
        compiled.is_none_or(|regex| regex.is_match(text).unwrap_or(false))
    };
    node.types.has(Types::STRING)
        && length >= node.length.min
        && node.length.max.is_none_or(|max| length <= max)
        && node.patterns.iter().all(matches)
}

impl Lowering<'_> {
    pub(super) fn string(&mut self, node: &Node<'_>) -> Use {
        let mut checks = Vec::new();
        checks.extend((node.length.min > 0).then_some(Check::MinLength(node.length.min)));
        checks.extend(node.length.max.map(Check::MaxLength));
        checks.extend(node.patterns.iter().filter_map(|source| {
            // One that does not compile was refused before.
            Some(Check::Pattern { source: (*source).to_owned(), rust: rust_pattern(source)? })
        }));
        Use { checks, ..Use::of(Type::String) }
    }

    /// Constants that are not all strings.
    pub(super) fn constant_values(&mut self, node: &Node<'_>, constants: &[&Value], cores: &[Place]) -> Use {
        let allowed: Vec<Value> = constants
            .iter()
            .filter(|value| !value.is_null() && node.types.has(Types::of_value(value, node.strict)))
            .map(|value| (*value).clone())
            .collect();
        let has_null = constants.iter().any(|value| value.is_null()) && node.types.has(Types::NULL);
        if allowed.is_empty() && has_null {
            return Use::of(Type::Null);
        }
        let all =
            |types: Types| !allowed.is_empty() && allowed.iter().all(|v| types.has(Types::of_value(v, node.strict)));
        let mut bare = node.clone();
        bare.constants = None;
        let mut value = if all(Types::BOOLEAN) {
            Use::of(Type::Boolean)
        } else if all(Types::INTEGER) {
            bare.types = Types::INTEGER;
            integer(&bare)
        } else if all(Types::NUMBER) {
            bare.types = Types::NUMBER;
            number(&bare)
        } else {
            let help = "use strings alone, or numbers alone";
            self.cannot(cores, "constants of several types, or of arrays and objects, are not yet read", help);
            Use::of(Type::Any)
        };
        value.checks.push(Check::OneOf(allowed));
        value
    }
}

/// The narrowest integer type that the bounds allow, `i64` without bounds.
pub(super) fn integer(node: &Node<'_>) -> Use {
    let low = node.lower.iter().filter_map(smallest).max();
    let high = node.upper.iter().filter_map(largest).min();
    let kind = match (low, high) {
        (Some(low), Some(high)) => {
            let fits = |(_, _, min, max): &&(IntegerKind, &str, i128, i128)| *min <= low && high <= *max;
            IntegerKind::ALL.iter().find(fits).map_or(IntegerKind::I64, |(kind, ..)| *kind)
        }
        (Some(low), None) if low >= 0 => IntegerKind::U64,
        _ => IntegerKind::I64,
    };
    let (_, min, max) = kind.facts();
    let mut checks = Vec::new();
    checks.extend(low.filter(|low| *low > min).map(|low| Check::Minimum(Bound::Integer(low))));
    checks.extend(high.filter(|high| *high < max).map(|high| Check::Maximum(Bound::Integer(high))));
    checks.extend(multiples(node).filter(|check| *check != Check::MultipleOf("1".to_owned())));
    Use { checks, ..Use::of(Type::Integer(Integer { kind, strict: node.strict })) }
}

pub(super) fn number(node: &Node<'_>) -> Use {
    let bound = |limit: &Limit| limit.value.as_f64().map(Bound::Number);
    let lower = node.lower.iter().filter_map(|limit| {
        Some(if limit.exclusive { Check::ExclusiveMinimum(bound(limit)?) } else { Check::Minimum(bound(limit)?) })
    });
    let upper = node.upper.iter().filter_map(|limit| {
        Some(if limit.exclusive { Check::ExclusiveMaximum(bound(limit)?) } else { Check::Maximum(bound(limit)?) })
    });
    Use { checks: lower.chain(upper).chain(multiples(node)).collect(), ..Use::of(Type::Number) }
}

fn multiples<'a>(node: &'a Node<'_>) -> impl Iterator<Item = Check> + 'a {
    // Rust prints a float as a decimal without an exponent.
    node.multiple_of.iter().filter_map(|number| Some(Check::MultipleOf(number.as_f64()?.to_string())))
}

/// The smallest integer above a lower bound.
fn smallest(limit: &Limit) -> Option<i128> {
    let (floor, whole) = floor(&limit.value)?;
    Some(if whole && !limit.exclusive { floor } else { floor + 1 })
}

/// The largest integer below an upper bound.
fn largest(limit: &Limit) -> Option<i128> {
    let (floor, whole) = floor(&limit.value)?;
    Some(if whole && limit.exclusive { floor - 1 } else { floor })
}

/// The integer at or below a number, and whether the number is one.
fn floor(number: &Number) -> Option<(i128, bool)> {
    if let Some(integer) = number.as_i128() {
        return Some((integer, true));
    }
    let float = number.as_f64()?;
    // Beyond this, every `i64` and `u64` is on the same side of the bound.
    let clamped = float.floor().clamp(-1e30, 1e30);
    #[allow(clippy::cast_possible_truncation, reason = "clamped to what fits")]
    Some((clamped as i128, float.fract() == 0.0))
}
