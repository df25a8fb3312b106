//! Payloads that are a little wrong, or right in another way.

use std::cell::Cell;

use serde_json::{Map, Number, Value};

use crate::pool::Pool;

/// Changes payloads at random, from a seed: the same seed, payloads and schemas give the same changes.
///
/// A member is removed, added, renamed, nulled or of another type; a number is moved to a bound, over it, or off the
/// integers; a text is emptied, lengthened to a bound and over it, or replaced by one that the schema names; items are
/// removed, doubled, swapped or changed; an object is replaced by one from elsewhere.
#[derive(Debug)]
pub struct Mutations {
    state: Cell<u64>,
    pool: Pool,
}

impl Mutations {
    /// Changes to payloads like these, under these schemas.
    #[must_use]
    pub fn new(seed: &str, payloads: &[Value], schemas: &[Value]) -> Self {
        let seed = seed
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        Self { state: Cell::new(seed), pool: Pool::new(payloads, schemas) }
    }

    /// A changed copy: in one place mostly, in two or three at times.
    ///
    /// # Panics
    ///
    /// Never: there is always a place to change.
    #[must_use]
    pub fn mutate(&self, payload: &Value) -> Value {
        let mut mutated = payload.clone();
        for _ in 0..[1, 1, 1, 2, 3][self.below(5)] {
            let mut index = self.below(size(&mutated));
            let value = nth(&mut mutated, &mut index).unwrap();
            *value = self.changed(value.take());
        }
        mutated
    }

    fn changed(&self, value: Value) -> Value {
        if self.below(4) == 0 {
            return self.value();
        }
        match value {
            Value::Number(number) => self.number(&number),
            Value::String(text) => self.text(&text).into(),
            Value::Array(items) => self.items(items).into(),
            Value::Object(_) if self.below(8) == 0 => self.one_of(&self.pool.objects).clone(),
            Value::Object(members) => self.members(members).into(),
            _ => self.value(),
        }
    }

    fn number(&self, number: &Number) -> Value {
        // Half of the time from a number of the schema: its bounds are there.
        let number = if self.below(2) == 0 { number } else { self.one_of(&self.pool.numbers) };
        let step = [-1, 0, 1][self.below(3)];
        if let Some(integer) = number.as_i64().filter(|_| self.below(3) > 0) {
            return integer.saturating_add(step).into();
        }
        let float = number.as_f64().unwrap_or_default();
        [float + f64::from(i32::try_from(step).unwrap()), float + 0.5, -float, float * 2.0, float.round()]
            [self.below(5)]
        .into()
    }

    fn text(&self, text: &str) -> String {
        let mut characters: Vec<char> = text.chars().collect();
        match self.below(10) {
            0 => drop(characters.pop()),
            1 => characters.push('x'),
            2 => characters.push(['ü', '😀', '\n', ' ', '"'][self.below(5)]),
            3 => return text.to_uppercase(),
            4 => return text.repeat(2),
            5 => characters.clear(),
            6 if !characters.is_empty() => drop(characters.remove(0)),
            7 => return self.one_of(&self.pool.texts).clone(),
            8 => characters.resize(self.one_of(&self.pool.lengths) + self.below(2), 'x'),
            _ => characters.insert(0, ['0', 'a', '-', 'Z'][self.below(4)]),
        }
        characters.into_iter().collect()
    }

    fn items(&self, mut items: Vec<Value>) -> Vec<Value> {
        if items.is_empty() {
            return vec![self.value()];
        }
        let (one, other) = (self.below(items.len()), self.below(items.len()));
        match self.below(7) {
            0 => drop(items.remove(one)),
            1 => items.push(items[one].clone()),
            2 => items.clear(),
            3 => items.reverse(),
            4 => items.swap(one, other),
            5 => items.push(self.changed(items[one].clone())),
            _ => items.push(self.value()),
        }
        items
    }

    fn members(&self, mut members: Map<String, Value>) -> Map<String, Value> {
        let names: Vec<String> = members.keys().cloned().collect();
        let name = if names.is_empty() { String::new() } else { self.one_of(&names).clone() };
        let new = self.one_of(&self.pool.names).clone();
        match self.below(8) {
            0 | 1 => drop(members.remove(&name)),
            2 => {
                let value = members.remove(&name).unwrap_or_default();
                members.insert(new, value);
            }
            3 => drop(members.insert(name, Value::Null)),
            4 => drop(members.insert(name, self.value())),
            5 if self.below(3) == 0 => members.clear(),
            6 => drop(members.insert(new, Value::Null)),
            _ => drop(members.insert(new, self.value())),
        }
        members
    }

    fn value(&self) -> Value {
        self.one_of(&self.pool.values).clone()
    }

    fn one_of<'a, T>(&self, values: &'a [T]) -> &'a T {
        &values[self.below(values.len())]
    }

    /// A number below a limit, by xorshift.
    fn below(&self, limit: usize) -> usize {
        let mut state = self.state.get();
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        self.state.set(state);
        usize::try_from(state % limit as u64).unwrap()
    }
}

/// Returns how many values a value is, itself included.
fn size(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(size).sum(),
        Value::Object(members) => members.values().map(size).sum(),
        _ => 0,
    }
}

/// The value of an index, counted from the outside in.
fn nth<'a>(value: &'a mut Value, index: &mut usize) -> Option<&'a mut Value> {
    if *index == 0 {
        return Some(value);
    }
    *index -= 1;
    match value {
        Value::Array(items) => items.iter_mut().find_map(|item| nth(item, index)),
        Value::Object(members) => members.values_mut().find_map(|member| nth(member, index)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Mutations, nth, size};

    #[test]
    fn every_value_has_an_index() {
        let mut value = json!({"a": [1, {"b": null}], "c": "x"});
        let found: Vec<_> = (0..size(&value)).map(|index| nth(&mut value, &mut { index }).unwrap().clone()).collect();
        assert_eq!(found[1..], [json!([1, {"b": null}]), json!(1), json!({"b": null}), json!(null), json!("x")]);
        assert!(nth(&mut value, &mut found.len()).is_none());
    }

    #[test]
    fn the_same_seed_gives_the_same_changes() {
        let payloads = [json!({"a": [1, 2], "b": {"c": "x"}})];
        let schemas = [json!({"properties": {"b": {"maxLength": 4, "enum": ["x", "y"]}}})];
        let changes = |seed| {
            let mutations = Mutations::new(seed, &payloads, &schemas);
            (0..100).map(|_| mutations.mutate(&payloads[0])).collect::<Vec<_>>()
        };
        assert_eq!(changes("one"), changes("one"));
        assert_ne!(changes("one"), changes("other"));
    }
}
