//! A smaller witness, so that a person sees the reason at once.

use serde_json::{Value, json};

use super::path::{name, paths, replaced};
use crate::terms::size;

/// Values that are looked at, and the values in them: a witness that is large stays larger than it could be.
const MAX_STEPS: usize = 600;
const MAX_WORK: usize = 300_000;

/// Takes members, items and letters away as long as what is left is still a witness.
pub(crate) fn minimise(witness: Value, is_witness: &dyn Fn(&Value) -> bool) -> Value {
    let mut smallest = witness;
    let (mut left, mut work) = (MAX_STEPS, MAX_WORK);
    loop {
        let before = smallest.clone();
        // From the end, so that what was taken away moves nothing that is still to come.
        for path in paths(&smallest).into_iter().rev() {
            for change in [remove, shorten, empty] {
                if left == 0 || work == 0 {
                    return smallest;
                }
                let Some(smaller) = change(&smallest, &path) else { continue };
                left -= 1;
                work = work.saturating_sub(size(&smallest));
                if is_witness(&smaller) {
                    smallest = smaller;
                }
            }
        }
        if smallest == before {
            return smallest;
        }
    }
}

fn remove(value: &Value, path: &str) -> Option<Value> {
    let (parent, _) = path.rsplit_once('/')?;
    let name = name(path)?;
    let mut smaller = value.clone();
    match smaller.pointer_mut(parent)? {
        Value::Object(members) => drop(members.remove(&name)?),
        Value::Array(items) => drop(items.remove(name.parse().ok().filter(|index| *index < items.len())?)),
        _ => return None,
    }
    Some(smaller)
}

/// A text or an array of half the length, a number nearer to zero.
fn shorten(value: &Value, path: &str) -> Option<Value> {
    let shorter = match value.pointer(path)? {
        Value::String(text) if text.chars().count() > 1 => {
            text.chars().take(text.chars().count() / 2).collect::<String>().into()
        }
        Value::Array(items) if items.len() > 8 => items.iter().take(items.len() / 2).cloned().collect(),
        Value::Number(number) if number.as_f64().is_some_and(|number| number.abs() > 1.0) => json!(1),
        _ => return None,
    };
    replaced(value, path, shorter)
}

fn empty(value: &Value, path: &str) -> Option<Value> {
    let emptied = match value.pointer(path)? {
        Value::Object(members) if members.len() > 1 => json!({}),
        Value::Array(items) if items.len() > 1 => json!([]),
        Value::String(text) if text.len() > 1 => json!(""),
        Value::Number(number) if number.as_f64() != Some(0.0) => json!(0),
        _ => return None,
    };
    replaced(value, path, emptied)
}
