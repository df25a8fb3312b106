//! Payloads that are a little wrong, or right in another way.

use std::cell::Cell;

use serde_json::{Map, Number, Value, json};

/// Changes payloads at random, from a seed.
pub(crate) struct Mutations {
    state: Cell<u64>,
    /// Values to put in: odd ones, all those of the schemas, all those of the payloads.
    values: Vec<Value>,
    /// Names to give to members.
    names: Vec<String>,
}

impl Mutations {
    pub(crate) fn new(seed: &str, payloads: &[Value], schemas: &[Value]) -> Self {
        let mut values = vec![
            json!(null),
            json!(true),
            json!(false),
            json!(0),
            json!(-1),
            json!(1),
            json!(1.0),
            json!(0.5),
            json!(-0.0),
            json!(2.5e9),
            json!(1e3),
            json!(1e300),
            json!(1e-300),
            json!(i64::MIN),
            json!(i64::MAX),
            json!(u64::MAX),
            json!(1e19),
            json!(""),
            json!("x"),
            json!("ü"),
            json!("😀"),
            json!("0"),
            json!([]),
            json!({}),
            json!([null]),
            json!([1, 1.0]),
            json!({"a": null}),
            json!({"": {}}),
        ];
        let mut names = vec![String::new(), "a".to_owned(), "unknown".to_owned()];
        for value in payloads.iter().chain(schemas) {
            collect(value, &mut values, &mut names);
        }
        let seed = seed
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        Self { state: Cell::new(seed), values, names }
    }

    /// A changed copy: in one place mostly, in two or three at times.
    pub(crate) fn mutate(&self, payload: &Value) -> Value {
        let mut mutated = payload.clone();
        for _ in 0..[1, 1, 1, 2, 3][self.below(5)] {
            let pointers = pointers(&mutated);
            let pointer = &pointers[self.below(pointers.len())];
            let value = mutated.pointer_mut(pointer).unwrap();
            *value = self.changed(value.clone());
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
            Value::Object(members) => self.members(members).into(),
            _ => self.value(),
        }
    }

    fn number(&self, number: &Number) -> Value {
        // Half of the time from a number of the schema: its bounds are there.
        let numbers: Vec<&Number> = self.values.iter().filter_map(Value::as_number).collect();
        let number = if self.below(2) == 0 { number.clone() } else { numbers[self.below(numbers.len())].clone() };
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
        match self.below(8) {
            0 => drop(characters.pop()),
            1 => characters.push('x'),
            2 => characters.push(['ü', '😀', '\n', ' ', '"'][self.below(5)]),
            3 => return text.to_uppercase(),
            4 => return text.repeat(2),
            5 => characters.clear(),
            6 if !characters.is_empty() => drop(characters.remove(0)),
            _ => characters.insert(0, ['0', 'a', '-', 'Z'][self.below(4)]),
        }
        characters.into_iter().collect()
    }

    fn items(&self, mut items: Vec<Value>) -> Vec<Value> {
        match self.below(6) {
            0 if !items.is_empty() => drop(items.remove(self.below(items.len()))),
            1 if !items.is_empty() => items.push(items[self.below(items.len())].clone()),
            2 => items.clear(),
            3 => items.reverse(),
            4 if !items.is_empty() => {
                let changed = items[self.below(items.len())].clone();
                items.push(self.changed(changed));
            }
            _ => items.push(self.value()),
        }
        items
    }

    fn members(&self, mut members: Map<String, Value>) -> Map<String, Value> {
        let names: Vec<String> = members.keys().cloned().collect();
        let name = if names.is_empty() { String::new() } else { names[self.below(names.len())].clone() };
        let value = if self.below(3) == 0 { Value::Null } else { self.value() };
        let new = self.names[self.below(self.names.len())].clone();
        match self.below(6) {
            0 => drop(members.remove(&name)),
            1 => {
                let value = members.remove(&name).unwrap_or_default();
                members.insert(new, value);
            }
            2 => drop(members.insert(name, value)),
            3 => members.clear(),
            _ => drop(members.insert(new, value)),
        }
        members
    }

    fn value(&self) -> Value {
        let index = self.below(self.values.len());
        self.values[index].clone()
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

fn collect(value: &Value, values: &mut Vec<Value>, names: &mut Vec<String>) {
    values.push(value.clone());
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, values, names)),
        Value::Object(members) => members.iter().for_each(|(name, value)| {
            names.push(name.clone());
            collect(value, values, names);
        }),
        _ => {}
    }
}

/// The places of all values in a value.
fn pointers(value: &Value) -> Vec<String> {
    let mut found = vec![String::new()];
    let mut next = 0;
    while let Some(pointer) = found.get(next).cloned() {
        match value.pointer(&pointer) {
            Some(Value::Array(items)) => found.extend((0..items.len()).map(|index| format!("{pointer}/{index}"))),
            Some(Value::Object(members)) => found
                .extend(members.keys().map(|name| format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1")))),
            _ => {}
        }
        next += 1;
    }
    found
}
