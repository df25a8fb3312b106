//! Strings and numbers.

use serde_json::Number;

use super::validated::{never, validated_whole};
use crate::format::Formats;
use crate::json::whole;
use crate::lower::read::{Cores, Limit, Node, SchemaReader};
use crate::model::{Bound, Check, Integer, IntegerKind, Type, Use};
use thoth_messaging_documents::decimal::Held;
use thoth_messaging_documents::pattern::Pattern;

/// A string, as the Rust type of its format where that is mapped.
pub(super) fn string(node: &Node<'_>, formats: &Formats) -> Use {
    let mut value = Use { checks: text_checks(node), ..Use::of(Type::String) };
    let mapped = node.formats.iter().find_map(|format| Some((*format, formats.mapped(*format)?)));
    if let Some((format, mapped)) = mapped {
        // The type says it.
        value.checks.retain(|check| *check != Check::Format(format));
        value.ty = Type::Mapped(mapped);
    }
    value
}

/// The checks of a text.
pub(super) fn text_checks(node: &Node<'_>) -> Vec<Check> {
    let mut checks = Vec::new();
    checks.extend((node.length.min > 0).then_some(Check::MinLength(node.length.min)));
    checks.extend(node.length.max.map(Check::MaxLength));
    checks.extend(node.patterns.iter().filter_map(|source| pattern(source)));
    let mut formats = node.formats.clone();
    formats.sort_unstable();
    formats.dedup();
    checks.extend(formats.into_iter().map(Check::Format));
    checks
}

/// The check of a pattern. One that does not compile was refused before.
pub(super) fn pattern(source: &str) -> Option<Check> {
    Some(Check::Pattern { source: source.to_owned(), rust: Pattern::new(source).ok()?.as_rust().to_owned() })
}

/// The narrowest integer type that the bounds allow, `i64` without bounds.
pub(super) fn integer(reader: &mut SchemaReader<'_, '_>, node: &Node<'_>, cores: &Cores) -> Use {
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
    if low.unwrap_or(min).max(min) > high.unwrap_or(max).min(max) {
        // Beyond 64 bits there may be some.
        let some = low.zip(high).is_none_or(|(low, high)| low <= high);
        let any = Use { checks: vec![validated_whole(reader, cores)], ..Use::of(Type::Any) };
        return if some { any } else { never(reader, cores) };
    }
    let mut checks = Vec::new();
    checks.extend(low.filter(|low| *low > min).map(|low| Check::Minimum(Bound::Integer(low))));
    checks.extend(high.filter(|high| *high < max).map(|high| Check::Maximum(Bound::Integer(high))));
    checks.extend(multiples(node).filter(|check| *check != Check::MultipleOf("1".to_owned())));
    Use { checks, ..Use::of(Type::Integer(Integer { kind, strict: node.strict })) }
}

/// A float, which has to be printed as the bounds.
pub(super) fn number(reader: &mut SchemaReader<'_, '_>, node: &Node<'_>, cores: &Cores) -> Use {
    if !node.lower.iter().chain(&node.upper).all(|limit| is_exact(&limit.value)) {
        // No float is printed as the bound.
        return Use { checks: vec![validated_whole(reader, cores)], ..Use::of(Type::Number) };
    }
    let bound = |limit: &Limit| limit.value.as_f64().map(Bound::Number);
    let lower = node.lower.iter().filter_map(|limit| {
        Some(if limit.exclusive { Check::ExclusiveMinimum(bound(limit)?) } else { Check::Minimum(bound(limit)?) })
    });
    let upper = node.upper.iter().filter_map(|limit| {
        Some(if limit.exclusive { Check::ExclusiveMaximum(bound(limit)?) } else { Check::Maximum(bound(limit)?) })
    });
    Use { checks: lower.chain(upper).chain(multiples(node)).collect(), ..Use::of(Type::Number) }
}

/// Tells whether a 64-bit float is printed as a number: what is checked is what it is printed as.
pub(super) fn is_exact(number: &Number) -> bool {
    Held::in_float(&number.to_string()) == Held::Exactly
}

fn multiples<'a>(node: &'a Node<'_>) -> impl Iterator<Item = Check> + 'a {
    node.multiple_of.iter().filter_map(|number| {
        let decimal = match whole(number) {
            Some(integer) => integer.to_string(),
            // Rust prints a float as a decimal without an exponent.
            None => number.as_f64()?.to_string(),
        };
        Some(Check::MultipleOf(decimal))
    })
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
