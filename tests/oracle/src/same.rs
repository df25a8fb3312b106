//! What may differ between a payload and what is written of it.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::Oracle;

/// Keywords whose annotations are the names of the members that they speak of.
const NAMING: [&str; 4] = ["properties", "patternProperties", "additionalProperties", "unevaluatedProperties"];

impl Oracle {
    /// That a valid payload and what was written of it have no [difference](Self::difference).
    ///
    /// # Panics
    ///
    /// Where they have; `place` is in the message.
    #[track_caller]
    pub fn assert_same(&self, payload: &Value, again: &Value, place: &str) {
        let difference = self.difference(payload, again);
        assert!(difference.is_none(), "{place}: {}", difference.unwrap_or_default());
    }

    /// Returns what was lost or made up where a valid payload was written again as another. It is no difference that null is
    /// absent, that defaults are filled in, and that members that the schema says nothing of are dropped. Numbers are
    /// the same where they are the same float.
    #[must_use]
    pub fn difference(&self, payload: &Value, again: &Value) -> Option<String> {
        let differences = Differences { named: self.named(payload), defaults: &self.defaults };
        differences.first(payload, again, "")
    }

    /// The pointers of the members of a payload that the schema speaks of.
    fn named(&self, payload: &Value) -> BTreeSet<String> {
        let evaluation = self.validator.evaluate(payload);
        let mut pointers = BTreeSet::new();
        for entry in evaluation.iter_annotations() {
            let keyword = entry.schema_location.rsplit('/').next().unwrap_or_default();
            let names = entry.annotations.value().as_array().filter(|_| NAMING.contains(&keyword));
            for name in names.into_iter().flatten().filter_map(Value::as_str) {
                pointers.insert(join(entry.instance_location.as_str(), name));
            }
        }
        pointers
    }
}

/// What is no difference.
struct Differences<'a> {
    /// Members that may not be dropped, by their pointers.
    named: BTreeSet<String>,
    /// Values that may be filled in.
    defaults: &'a [Value],
}

impl Differences<'_> {
    fn first(&self, payload: &Value, again: &Value, pointer: &str) -> Option<String> {
        match (payload, again) {
            (Value::Object(before), Value::Object(after)) => before
                .iter()
                .find_map(|(name, value)| {
                    let pointer = join(pointer, name);
                    match after.get(name) {
                        Some(again) => self.first(value, again, &pointer),
                        None if value.is_null() || !self.named.contains(&pointer) => None,
                        None => Some(format!("{pointer} is lost")),
                    }
                })
                .or_else(|| {
                    // The default of an object has the defaults of its members in it.
                    let known = |value: &Value| {
                        value.is_object() || self.defaults.iter().any(|default| is_equal(default, value))
                    };
                    let mut new = after.iter().filter(|(name, _)| !before.contains_key(*name));
                    new.find(|(_, value)| !known(value)).map(|(name, value)| format!("{pointer}/{name} is {value}"))
                }),
            (Value::Array(before), Value::Array(after)) if before.len() == after.len() => before
                .iter()
                .zip(after)
                .enumerate()
                .find_map(|(index, (before, after))| self.first(before, after, &format!("{pointer}/{index}"))),
            _ if is_equal(payload, again) => None,
            _ => Some(format!("{pointer} was {payload} and is {again}")),
        }
    }
}

/// Returns whether two values are equal, numbers as floats.
fn is_equal(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_equal(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            let same = |(name, value): (&String, &Value)| other.get(name).is_some_and(|other| is_equal(value, other));
            one.len() == other.len() && one.iter().all(same)
        }
        _ => one == other,
    }
}

fn join(pointer: &str, name: &str) -> String {
    format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"))
}
