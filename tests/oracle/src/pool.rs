//! Values to put into payloads: odd ones, and those that the schemas and the payloads show.

use std::collections::BTreeSet;

use serde_json::{Number, Value, json};

/// What mutations draw from.
#[derive(Debug)]
pub(crate) struct Pool {
    /// Odd values, the scalars and constants of the schemas, and all values of the payloads.
    pub(crate) values: Vec<Value>,
    /// The numbers among them: the bounds of the schemas are there.
    pub(crate) numbers: Vec<Number>,
    /// The texts among them: values of enumerations that are seen anywhere.
    pub(crate) texts: Vec<String>,
    /// The objects of the payloads.
    pub(crate) objects: Vec<Value>,
    /// The bounds of lengths, as they stand in the schemas, up to a size that is quick to make.
    pub(crate) lengths: Vec<usize>,
    /// Names to give to members.
    pub(crate) names: Vec<String>,
}

/// The longest text that a mutation makes.
const MAX_LENGTH: u64 = 2000;

impl Pool {
    pub(crate) fn new(payloads: &[Value], schemas: &[Value]) -> Self {
        let mut found = Found::default();
        for value in odd() {
            found.value(&value);
        }
        found.names.extend([String::new(), "a".to_owned(), "unknown".to_owned()]);
        for payload in payloads {
            found.payload(payload);
        }
        for schema in schemas {
            found.schema(schema);
        }
        let values: Vec<Value> = found.values;
        let texts = values.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        let numbers = values.iter().filter_map(Value::as_number).cloned().collect();
        let objects = values.iter().filter(|value| value.is_object()).cloned().collect();
        let lengths = if found.lengths.is_empty() { vec![1] } else { found.lengths.into_iter().collect() };
        Self { values, numbers, texts, objects, lengths, names: found.names.into_iter().collect() }
    }
}

/// What is found on the way, each once.
#[derive(Default)]
struct Found {
    values: Vec<Value>,
    seen: BTreeSet<String>,
    names: BTreeSet<String>,
    lengths: BTreeSet<usize>,
}

impl Found {
    fn value(&mut self, value: &Value) {
        if self.seen.insert(value.to_string()) {
            self.values.push(value.clone());
        }
    }

    fn payload(&mut self, value: &Value) {
        self.value(value);
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.payload(item)),
            Value::Object(members) => {
                self.names.extend(members.keys().cloned());
                members.values().for_each(|value| self.payload(value));
            }
            _ => {}
        }
    }

    fn schema(&mut self, schema: &Value) {
        match schema {
            Value::Array(items) => items.iter().for_each(|item| self.schema(item)),
            Value::Object(members) => {
                for (name, value) in members {
                    self.names.insert(name.clone());
                    match name.as_str() {
                        // What people write for people is long and says nothing of values.
                        "description" | "$comment" | "title" => {}
                        "const" | "default" | "enum" | "examples" => self.payload(value),
                        _ => self.schema(value),
                    }
                    let length =
                        value.as_u64().filter(|_| name.ends_with("Length")).map(|length| length.min(MAX_LENGTH));
                    self.lengths.extend(length.and_then(|length| usize::try_from(length).ok()));
                }
            }
            scalar => self.value(scalar),
        }
    }
}

fn odd() -> Vec<Value> {
    vec![
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
    ]
}
