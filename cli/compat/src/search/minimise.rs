//! A smaller witness, so that a person sees the reason at once.

use serde_json::{Value, json};

/// Values that are looked at.
const MOST: usize = 2_000;

/// Takes members, items and letters away as long as what is left is still a witness.
pub(crate) fn minimise(witness: Value, is_witness: &dyn Fn(&Value) -> bool) -> Value {
    let mut smallest = witness;
    let mut left = MOST;
    while let Some(smaller) = smaller(&smallest).into_iter().take(left).find(|value| {
        left = left.saturating_sub(1);
        is_witness(value)
    }) {
        smallest = smaller;
    }
    smallest
}

/// Values with less in them, the smallest first.
fn smaller(value: &Value) -> Vec<Value> {
    let mut found = Vec::new();
    match value {
        Value::Object(members) => {
            found.extend((!members.is_empty()).then(|| json!({})));
            for name in members.keys() {
                let mut fewer = members.clone();
                fewer.remove(name);
                found.push(Value::Object(fewer));
            }
            for (name, inner) in members {
                found.extend(smaller(inner).into_iter().map(|inner| {
                    let mut members = members.clone();
                    members.insert(name.clone(), inner);
                    Value::Object(members)
                }));
            }
        }
        Value::Array(items) => {
            found.extend((!items.is_empty()).then(|| json!([])));
            for index in 0..items.len() {
                let mut fewer = items.clone();
                fewer.remove(index);
                found.push(Value::Array(fewer));
            }
            for (index, inner) in items.iter().enumerate() {
                found.extend(smaller(inner).into_iter().map(|inner| {
                    let mut items = items.clone();
                    items[index] = inner;
                    Value::Array(items)
                }));
            }
        }
        Value::String(text) => {
            let half: String = text.chars().take(text.chars().count() / 2).collect();
            let less: String = text.chars().skip(1).collect();
            found.extend(
                [String::new(), half, less].into_iter().filter(|other| other.len() < text.len()).map(Value::from),
            );
        }
        Value::Number(number) if number.as_f64().is_some_and(|number| number != 0.0) => {
            let rest = [json!(0), json!(1)].into_iter().filter(|other| other != value);
            found.extend(rest.take(if number.as_i64() == Some(1) { 1 } else { 2 }));
        }
        _ => {}
    }
    found
}
