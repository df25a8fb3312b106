//! Topic metadata of a type made at run time.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::FactoryError;
use super::validate::Validator;
use crate::message::{Descriptor, Schema, Topic};

/// `x-kafka`, whose own schema is that of the code generator.
#[derive(Default)]
struct Kafka {
    partitions: Option<i32>,
    replicas: Option<i32>,
    configuration: BTreeMap<String, String>,
    key: Option<String>,
}

pub(super) fn check_name(topic: &str) -> Result<(), FactoryError> {
    let reason = if topic.is_empty() {
        "it is empty"
    } else if topic.len() > 249 {
        "it has more than 249 characters"
    } else if topic == "." || topic == ".." {
        "Kafka reserves it"
    } else if !topic.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte)) {
        "only ASCII letters, digits, `.`, `_` and `-` are allowed"
    } else {
        return Ok(());
    };
    Err(FactoryError::Topic { topic: topic.to_owned(), reason })
}

pub(super) fn describe(topic: &str, schema: &Value) -> Result<Descriptor, FactoryError> {
    let kafka = schema.get("x-kafka").map(read).transpose()?.unwrap_or_default();
    let name = schema.get("title").and_then(Value::as_str).map_or_else(|| name_of(topic), str::to_owned);
    let text = schema.to_string();
    Ok(Descriptor {
        name: Cow::Owned(name),
        topic: Topic {
            name: Cow::Owned(topic.to_owned()),
            partitions: kafka.partitions,
            replicas: kafka.replicas,
            configuration: kafka.configuration.into_iter().map(|(k, v)| (k.into(), v.into())).collect(),
        },
        key: kafka.key.map(Cow::Owned),
        schema: Cow::Owned(Schema {
            name: None,
            uri: Cow::Owned(Validator::uri_of(schema)),
            hash: Cow::Borrowed(""),
            text: Cow::Owned(text),
            references: &[],
            formats: false,
        }),
    })
}

fn read(kafka: &Value) -> Result<Kafka, FactoryError> {
    fn member<'de, T: Deserialize<'de>>(kafka: &'de Value, name: &str, what: &str) -> Result<Option<T>, FactoryError> {
        let Some(value) = kafka.get(name) else { return Ok(None) };
        T::deserialize(value).map(Some).map_err(|_| FactoryError::Kafka { reason: format!("`{name}` is not {what}") })
    }
    if !kafka.is_object() {
        return Err(FactoryError::Kafka { reason: "it is not an object".to_owned() });
    }
    let configuration: Option<BTreeMap<String, Value>> = member(kafka, "topicConfiguration", "an object")?;
    Ok(Kafka {
        partitions: member(kafka, "partitions", "an integer of at most 32 bits")?,
        replicas: member(kafka, "replicas", "an integer of at most 32 bits")?,
        configuration: configuration.unwrap_or_default().into_iter().map(|(k, v)| (k, property(&v))).collect(),
        key: member(kafka, "key", "a string")?,
    })
}

/// A property's value as Kafka's tools write it: a list with commas.
fn property(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(property).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

/// `ci.build-failed` names `BuildFailed`.
fn name_of(topic: &str) -> String {
    let last = topic.rsplit('.').find(|part| !part.is_empty()).unwrap_or(topic);
    last.split(['-', '_'])
        .filter_map(|word| {
            let first = word.chars().next()?;
            Some(first.to_uppercase().chain(word[first.len_utf8()..].chars()).collect::<String>())
        })
        .collect()
}
