//! What changed of a topic.

use std::collections::BTreeSet;

use serde_json::Value;
use thoth_messaging_documents::pointer::escape;

use super::Rule;

/// A change of `x-kafka`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TopicChange {
    /// The kind of change.
    pub rule: Rule,
    /// JSON Pointer in the schema file.
    pub pointer: String,
    /// The change, from what to what.
    pub message: String,
    /// True if it breaks those who write and read the topic; else it is worth knowing.
    pub is_breaking: bool,
}

/// Returns what changed between two `x-kafka` objects.
///
/// ```
/// use serde_json::json;
/// use thoth_messaging_compat::Rule;
///
/// let (old, new) = (json!({"topic": "a", "partitions": 3}), json!({"topic": "a", "partitions": 2}));
/// let changes = thoth_messaging_compat::topic_changes(&old, &new);
/// assert_eq!((changes[0].rule, changes[0].is_breaking), (Rule::PartitionsDecreased, true));
/// ```
#[must_use]
pub fn topic_changes(old: &Value, new: &Value) -> Vec<TopicChange> {
    let mut changes = Vec::new();
    for name in ["topic", "key", "partitions", "replicas", "compatibility"] {
        let (before, after) = (old.get(name), new.get(name));
        if before != after
            && let Some(rule) = rule(name, before, after)
        {
            changes.push(change(rule, format!("/x-kafka/{name}"), name, (before, after)));
        }
    }
    let settings =
        |kafka: &'_ Value| kafka.get("topicConfiguration").and_then(Value::as_object).cloned().unwrap_or_default();
    let (before, after) = (settings(old), settings(new));
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for name in names {
        let pair = (before.get(name), after.get(name));
        if pair.0 != pair.1 {
            let pointer = format!("/x-kafka/topicConfiguration/{}", escape(name));
            changes.push(change(configuration(name, pair, new), pointer, name, pair));
        }
    }
    changes
}

fn rule(name: &str, before: Option<&Value>, after: Option<&Value>) -> Option<Rule> {
    let numbers = (before.and_then(Value::as_i64), after.and_then(Value::as_i64));
    Some(match (name, numbers) {
        ("topic", _) => Rule::TopicChanged,
        ("key", _) => Rule::KeyChanged,
        ("partitions", (Some(before), Some(after))) if after < before => Rule::PartitionsDecreased,
        ("partitions", _) => Rule::PartitionsChanged,
        ("replicas", _) => Rule::ReplicasChanged,
        ("compatibility", _) => Rule::CompatibilityChanged,
        _ => return None,
    })
}

fn configuration(name: &str, (before, after): (Option<&Value>, Option<&Value>), new: &Value) -> Rule {
    let less = |before: Option<&Value>, after: Option<&Value>| match (number(before), number(after)) {
        (Some(before), Some(after)) => after < before,
        (None, Some(_)) => true,
        _ => false,
    };
    match name {
        "cleanup.policy" if is_compacted(after) && !is_compacted(before) && new.get("key").is_none() => {
            Rule::CompactedWithoutKey
        }
        "max.message.bytes" if less(before, after) => Rule::MaxMessageBytesDecreased,
        "retention.ms" | "retention.bytes" if less(before, after) => Rule::RetentionDecreased,
        _ => Rule::TopicConfigurationChanged,
    }
}

/// Returns whether those who write or read the topic break.
fn is_breaking(rule: Rule) -> bool {
    matches!(
        rule,
        Rule::TopicChanged
            | Rule::KeyChanged
            | Rule::PartitionsDecreased
            | Rule::CompactedWithoutKey
            | Rule::MaxMessageBytesDecreased
    )
}

fn is_compacted(policy: Option<&Value>) -> bool {
    match policy {
        Some(Value::String(text)) => text.contains("compact"),
        Some(Value::Array(list)) => list.iter().any(|item| item == "compact"),
        _ => false,
    }
}

fn number(value: Option<&Value>) -> Option<f64> {
    match value? {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
    // Kafka's -1 is no limit.
    .map(|number| if number < 0.0 { f64::INFINITY } else { number })
}

fn change(rule: Rule, pointer: String, name: &str, (before, after): (Option<&Value>, Option<&Value>)) -> TopicChange {
    let text = |value: Option<&Value>| value.map_or_else(|| "not set".to_owned(), super::shown);
    let message = format!("`{name}` was {} and is {}", text(before), text(after));
    TopicChange { rule, pointer, message, is_breaking: is_breaking(rule) }
}
