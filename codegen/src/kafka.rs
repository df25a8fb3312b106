//! `x-kafka`: what a schema says of its topic.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The topic of a message, in the terms of AsyncAPI's Kafka channel binding.
///
/// ```
/// use thoth_messaging_codegen::XKafka;
///
/// let kafka: XKafka = serde_json::from_str(r#"{"topic": "orders.placed", "key": "/order_id"}"#)?;
/// assert_eq!(kafka.topic, "orders.placed");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(
    rename = "x-kafka",
    description = "The topic of a message, in the terms of AsyncAPI's Kafka channel binding."
)]
pub struct XKafka {
    /// Name of the topic, without the prefix of a deployment.
    #[schemars(length(min = 1, max = 249), regex(pattern = r"^[a-zA-Z0-9._-]+$"))]
    pub topic: String,
    /// Number of partitions to create the topic with; the broker's default where absent.
    #[schemars(range(min = 1, max = 2_147_483_647))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partitions: Option<i32>,
    /// Number of replicas to create the topic with; the broker's default where absent.
    #[schemars(range(min = 1, max = 32_767))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replicas: Option<i32>,
    /// Kafka's topic configuration, as `retention.ms` (milliseconds) or `cleanup.policy` (a list).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub topic_configuration: BTreeMap<String, Property>,
    /// JSON Pointer (RFC 6901) into the payload: what stands there is the message key.
    #[schemars(regex(pattern = r"^(/([^~/]|~[01])*)+$"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// What a new version of the schema has to hold to; what the command line is told otherwise where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compatibility: Option<Compatibility>,
}

/// Which versions of a schema have to understand each other's payloads, in the terms of Confluent's Schema Registry.
///
/// `thoth-messaging breaking` checks it. Generated code does not depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Compatibility {
    /// A reader of the new version understands what was written by the one before.
    Backward,
    /// As `BACKWARD`, by any earlier version.
    BackwardTransitive,
    /// A reader of the version before understands what the new one writes.
    Forward,
    /// As `FORWARD`, a reader of any earlier version.
    ForwardTransitive,
    /// Both `BACKWARD` and `FORWARD`.
    Full,
    /// Both `BACKWARD_TRANSITIVE` and `FORWARD_TRANSITIVE`.
    FullTransitive,
    /// Nothing is checked.
    None,
}

/// The value of a topic property.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Property {
    /// A switch.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A ratio.
    Number(f64),
    /// A text.
    Text(String),
    /// A list, which Kafka takes with commas.
    List(Vec<String>),
}

impl Property {
    /// The value as Kafka's tools write it.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Boolean(value) => value.to_string(),
            Self::Integer(value) => value.to_string(),
            Self::Number(value) => value.to_string(),
            Self::Text(value) => value.clone(),
            Self::List(values) => values.join(","),
        }
    }
}

/// The JSON Schema of what this project adds to JSON Schema, for editors: `x-kafka`, `x-sensitive` and `x-lint-allow`.
///
/// The file `codegen/x-kafka.schema.json` holds it.
#[must_use]
pub fn extension_schema() -> Value {
    /// Members that a schema file of thoth-messaging may have beside those of JSON Schema.
    #[derive(JsonSchema)]
    #[schemars(rename = "Schema file of thoth-messaging")]
    #[allow(dead_code, reason = "its schema is all that is wanted of it")]
    struct Extensions {
        /// The topic that the messages of this schema are on. Absent where the file describes types that others share.
        #[schemars(
            rename = "x-kafka",
            description = "The topic of a message, in the terms of AsyncAPI's Kafka channel binding."
        )]
        kafka: Option<XKafka>,
        /// Keeps the value of this property out of `Debug`, logs and error texts.
        #[schemars(rename = "x-sensitive")]
        sensitive: Option<bool>,
        /// Lints that are silent in this schema and below it, by their names or codes.
        #[schemars(rename = "x-lint-allow")]
        allowed: Option<Vec<String>>,
    }
    without_null(schemars::schema_for!(Extensions).into())
}

/// The JSON Schema of an `x-kafka` object.
pub(crate) fn schema() -> Value {
    without_null(schemars::schema_for!(XKafka).into())
}

/// A schema of members that may be absent, but not null: schemars says the one by the other.
fn without_null(schema: Value) -> Value {
    match schema {
        Value::Object(members) => {
            let mut members: Map<String, Value> =
                members.into_iter().map(|(name, value)| (name, without_null(value))).collect();
            if let Some(Value::Array(types)) = members.get_mut("type") {
                types.retain(|name| name != "null");
                if let [only] = types.as_slice() {
                    let only = only.clone();
                    members.insert("type".to_owned(), only);
                }
            }
            let is_null = |schema: &Value| schema.get("type").is_some_and(|name| name == "null");
            match members.get_mut("anyOf") {
                Some(Value::Array(branches)) if branches.iter().any(is_null) => {
                    branches.retain(|branch| !is_null(branch));
                    if let [Value::Object(only)] = branches.as_slice() {
                        let only = only.clone();
                        members.remove("anyOf");
                        members.extend(only);
                    }
                }
                _ => {}
            }
            members.into()
        }
        Value::Array(items) => items.into_iter().map(without_null).collect(),
        other => other,
    }
}

/// Whether Kafka refuses a name for a topic.
pub(crate) fn refuses_name(topic: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    matches!(topic, "" | "." | "..") || topic.len() > 249 || !topic.bytes().all(is_allowed)
}
