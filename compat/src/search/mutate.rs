//! Small changes of a value, each at one place.

use serde_json::{Map, Value};

use super::constants::Constants;
use super::path::{name, paths, replaced};

/// Tries the changes of a value, those near the root first, until one is taken.
pub(super) fn find(value: &Value, constants: &Constants, mut take: impl FnMut(&Value) -> bool) -> Option<Value> {
    let mut paths = paths(value);
    paths.sort_by_key(|path| path.matches('/').count());
    for path in paths {
        let Some(inner) = value.pointer(&path) else { continue };
        let changed = at(inner, name(&path).as_deref(), constants);
        let found = changed.into_iter().filter_map(|changed| replaced(value, &path, changed)).find(|value| take(value));
        if found.is_some() {
            return found;
        }
    }
    None
}

fn at(value: &Value, name: Option<&str>, constants: &Constants) -> Vec<Value> {
    let mut changed = match value {
        Value::Object(members) => members_changed(members, constants),
        Value::Array(items) => items_changed(items),
        Value::String(text) => {
            let shorter: String = text.chars().skip(1).collect();
            vec![Value::String(format!("{text}a")), Value::String(shorter), Value::String(text.to_uppercase())]
        }
        Value::Number(number) => {
            let near = number.as_i64().into_iter().flat_map(|number| [number.wrapping_add(1), number.wrapping_sub(1)]);
            let spelled = number.as_f64().map(Value::from);
            near.map(Value::from).chain(spelled).collect()
        }
        _ => Vec::new(),
    };
    let own = name.and_then(|name| constants.members.get(name)).into_iter().flatten();
    changed.extend(own.chain(&constants.values).cloned());
    changed
}

fn members_changed(members: &Map<String, Value>, constants: &Constants) -> Vec<Value> {
    let without = members.keys().map(|name| {
        let mut members = members.clone();
        members.remove(name);
        Value::Object(members)
    });
    let with = constants.members.iter().filter(|(name, _)| !members.contains_key(*name)).flat_map(|(name, values)| {
        values.iter().map(move |value| {
            let mut members = members.clone();
            members.insert(name.clone(), value.clone());
            Value::Object(members)
        })
    });
    let mut undeclared = members.clone();
    undeclared.insert("undeclared".to_owned(), Value::Null);
    without.chain([Value::Object(undeclared)]).chain(with).collect()
}

fn items_changed(items: &[Value]) -> Vec<Value> {
    let mut changed: Vec<Value> = Vec::new();
    for index in 0..items.len().min(8) {
        let mut fewer = items.to_vec();
        let item = fewer.remove(index);
        changed.push(Value::Array(fewer));
        changed.push(items.iter().cloned().chain([item]).collect());
    }
    changed.push(items.iter().cloned().chain([Value::Null]).collect());
    changed
}
