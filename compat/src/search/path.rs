//! Paths of what is in a value, as JSON Pointers.

use serde_json::Value;
use thoth_messaging_documents::pointer::{escape, unescape};

/// The paths of a value and of all in it, each after the one that it is in.
pub(crate) fn paths(value: &Value) -> Vec<String> {
    let mut paths = Vec::new();
    collect(value, &mut String::new(), &mut paths);
    paths
}

fn collect(value: &Value, path: &mut String, paths: &mut Vec<String>) {
    paths.push(path.clone());
    let length = path.len();
    let mut below = |segment: &str, value: &Value| {
        path.push('/');
        path.push_str(&escape(segment));
        collect(value, path, paths);
        path.truncate(length);
    };
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| below(name, value)),
        Value::Array(items) => items.iter().enumerate().for_each(|(index, item)| below(&index.to_string(), item)),
        _ => {}
    }
}

/// The name of the member, or the index of the item, that a path ends in.
pub(super) fn name(path: &str) -> Option<String> {
    path.rsplit_once('/').map(|(_, last)| unescape(last))
}

/// A value with another one at a path.
pub(super) fn replaced(value: &Value, path: &str, inner: Value) -> Option<Value> {
    let mut whole = value.clone();
    *whole.pointer_mut(path)? = inner;
    Some(whole)
}
