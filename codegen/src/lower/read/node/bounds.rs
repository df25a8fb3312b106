//! Bounds: of numbers, lengths and counts.

use serde_json::{Map, Number, Value};

/// The bound of a number.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Limit {
    pub(crate) value: Number,
    pub(crate) exclusive: bool,
}

/// The bounds of a length or a count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) min: u64,
    pub(crate) max: Option<u64>,
}

impl Range {
    pub(super) fn narrow(&mut self, schema: &Map<String, Value>, min: &str, max: &str) {
        if let Some(limit) = whole(schema.get(min)) {
            self.min = self.min.max(limit);
        }
        if let Some(limit) = whole(schema.get(max)) {
            self.max = Some(self.max.map_or(limit, |max| max.min(limit)));
        }
    }
}

fn whole(value: Option<&Value>) -> Option<u64> {
    let value = value?;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a float saturates, which is the limit")]
    value.as_u64().or_else(|| value.as_f64().map(|float| float as u64))
}

/// A bound, by its inclusive keyword, its exclusive one, or draft 4's switch that makes the former the latter. Of two
/// bounds both are kept.
pub(super) fn limit(schema: &Map<String, Value>, inclusive: &str, exclusive: &str) -> Vec<Limit> {
    let number = |keyword| schema.get(keyword).and_then(Value::as_number).cloned();
    let switched = schema.get(exclusive) == Some(&Value::Bool(true));
    let inclusive = number(inclusive).map(|value| Limit { value, exclusive: switched });
    let exclusive = number(exclusive).map(|value| Limit { value, exclusive: true });
    inclusive.into_iter().chain(exclusive).collect()
}
