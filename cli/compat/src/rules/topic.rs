//! What changed of a topic.

use std::collections::BTreeSet;

use serde_json::Value;

/// A change of `x-kafka`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TopicChange {
    /// The name of the rule, as `TOPIC_CHANGED`.
    pub rule: &'static str,
    /// JSON Pointer in the schema file.
    pub pointer: String,
    /// What changed from what to what.
    pub message: String,
    /// What it means, and what to do.
    pub help: &'static str,
    /// Whether it breaks those who write and read the topic; else it is worth knowing.
    pub is_breaking: bool,
}

/// What changed between two `x-kafka` objects.
///
/// ```
/// use serde_json::json;
///
/// let (old, new) = (json!({"topic": "a", "partitions": 3}), json!({"topic": "a", "partitions": 2}));
/// let changes = thoth_messaging_compat::topic_changes(&old, &new);
/// assert_eq!((changes[0].rule, changes[0].is_breaking), ("PARTITIONS_DECREASED", true));
/// ```
#[must_use]
pub fn topic_changes(old: &Value, new: &Value) -> Vec<TopicChange> {
    let mut changes = Vec::new();
    for name in ["topic", "key", "partitions", "replicas", "compatibility"] {
        let (before, after) = (old.get(name), new.get(name));
        if before != after
            && let Some((rule, help, is_breaking)) = rule(name, before, after)
        {
            changes.push(change(rule, help, is_breaking, &format!("/x-kafka/{name}"), name, (before, after)));
        }
    }
    let settings =
        |kafka: &'_ Value| kafka.get("topicConfiguration").and_then(Value::as_object).cloned().unwrap_or_default();
    let (before, after) = (settings(old), settings(new));
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for name in names {
        let pair = (before.get(name), after.get(name));
        if pair.0 != pair.1 {
            let (rule, help, is_breaking) = configuration(name, pair, new);
            let pointer = format!("/x-kafka/topicConfiguration/{}", name.replace('~', "~0").replace('/', "~1"));
            changes.push(change(rule, help, is_breaking, &pointer, name, pair));
        }
    }
    changes
}

type Rule = (&'static str, &'static str, bool);

fn rule(name: &str, before: Option<&Value>, after: Option<&Value>) -> Option<Rule> {
    let numbers = (before.and_then(Value::as_i64), after.and_then(Value::as_i64));
    Some(match (name, numbers) {
        ("topic", _) => {
            ("TOPIC_CHANGED", "readers of the old topic get nothing any more: write to both for a while", true)
        }
        ("key", _) => (
            "KEY_CHANGED",
            "payloads of one entity go to other partitions than before: their order is lost where the change happens",
            true,
        ),
        ("partitions", (Some(before), Some(after))) if after < before => {
            ("PARTITIONS_DECREASED", "Kafka takes no partition away: make a new topic", true)
        }
        ("partitions", _) => {
            ("PARTITIONS_CHANGED", "keys move to other partitions when the topic gets more of them", false)
        }
        ("replicas", _) => {
            ("REPLICAS_CHANGED", "a topic that is there keeps its replicas until its partitions are reassigned", false)
        }
        ("compatibility", _) => ("COMPATIBILITY_CHANGED", "what is checked from here on is another level", false),
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
            ("COMPACTED_WITHOUT_KEY", "a compacted topic refuses payloads without a key: name one in `x-kafka`", true)
        }
        "max.message.bytes" if less(before, after) => {
            ("MAX_MESSAGE_BYTES_DECREASED", "writers of larger payloads are refused by the broker", true)
        }
        "retention.ms" | "retention.bytes" if less(before, after) => {
            ("RETENTION_DECREASED", "payloads that readers have not read yet may be deleted", false)
        }
        _ => (
            "TOPIC_CONFIGURATION_CHANGED",
            "`thoth-messaging` only declares it: the topic has to be altered too",
            false,
        ),
    }
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

fn change(
    rule: &'static str,
    help: &'static str,
    is_breaking: bool,
    pointer: &str,
    name: &str,
    (before, after): (Option<&Value>, Option<&Value>),
) -> TopicChange {
    let text = |value: Option<&Value>| value.map_or_else(|| "not set".to_owned(), super::shown);
    let message = format!("`{name}` was {} and is {}", text(before), text(after));
    TopicChange { rule, pointer: pointer.to_owned(), message, help, is_breaking }
}
