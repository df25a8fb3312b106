//! `x-kafka`: the topic that a schema declares.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

#[cfg(feature = "schemars")]
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The member of a schema that makes it a message.
pub const KEYWORD: &str = "x-kafka";

/// The JSON Schema of an `x-kafka` object, out of the file `x-kafka.schema.json`.
#[must_use]
pub fn schema() -> Value {
    let extensions: Value = serde_json::from_str(include_str!("../x-kafka.schema.json")).unwrap_or_default();
    let definitions = extensions.get("$defs").cloned().unwrap_or_default();
    let mut schema = definitions.get(KEYWORD).cloned().unwrap_or_default();
    if let Value::Object(members) = &mut schema {
        members.insert("$defs".to_owned(), definitions);
    }
    schema
}

/// The topic of a message, in the terms of AsyncAPI's Kafka channel binding.
///
/// ```
/// use thoth_messaging_documents::XKafka;
///
/// let kafka: XKafka = serde_json::from_str(r#"{"topic": "orders.placed", "key": "/order_id"}"#)?;
/// assert_eq!(kafka.topic, "orders.placed");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schemars", derive(JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(
    feature = "schemars",
    schemars(
        rename = "x-kafka",
        description = "The topic of a message, in the terms of AsyncAPI's Kafka channel binding."
    )
)]
pub struct XKafka {
    /// Name of the topic, without the prefix of a deployment.
    #[cfg_attr(feature = "schemars", schemars(length(min = 1, max = 249), regex(pattern = r"^[a-zA-Z0-9._-]+$")))]
    pub topic: String,
    /// Number of partitions to create the topic with; the broker's default where absent.
    #[cfg_attr(feature = "schemars", schemars(range(min = 1, max = 2_147_483_647)))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partitions: Option<i32>,
    /// Number of replicas to create the topic with; the broker's default where absent.
    #[cfg_attr(feature = "schemars", schemars(range(min = 1, max = 32_767)))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replicas: Option<i32>,
    /// Kafka's topic configuration, as `retention.ms` (milliseconds) or `cleanup.policy` (a list).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub topic_configuration: BTreeMap<String, Property>,
    /// Delays of its retry topics, from `1ms` to `24h`, each longer than the one before: `["1m", "10m"]` is `<topic>.retry-1m` and `<topic>.retry-10m`.
    #[cfg_attr(feature = "schemars", schemars(inner(regex(pattern = r"^[1-9][0-9]*(ms|s|m|h)$"))))]
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub retry_topics: Vec<String>,
    /// JSON Pointer (RFC 6901) into the payload: what stands there is the message key.
    #[cfg_attr(feature = "schemars", schemars(regex(pattern = r"^(/([^~/]|~[01])*)+$")))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Place of the id by which a message names the schema that wrote it; without one where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema_id_location: Option<SchemaIdLocation>,
    /// What a new version of the schema has to hold to; what the command line is told otherwise where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compatibility: Option<Compatibility>,
}

/// The place of a schema's id in a message, as Confluent's clients write it and AsyncAPI names it.
///
/// Readers look for an id in both places, whatever the schema says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schemars", derive(JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum SchemaIdLocation {
    /// The header `__value_schema_id` has the GUID, which follows from the schema's text: no registry is needed.
    Header,
    /// The payload begins with the byte 0 and the number that a registry gave the schema, which `registry.lock` has.
    Payload,
}

impl SchemaIdLocation {
    /// Returns the word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::Payload => "payload",
        }
    }
}

/// Which versions of a schema have to understand each other's payloads, in the terms of Confluent's Schema Registry.
///
/// `thoth-messaging breaking` checks it. Generated code does not depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "schemars", derive(JsonSchema))]
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
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[cfg_attr(feature = "schemars", derive(JsonSchema))]
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

impl XKafka {
    /// A topic of which nothing else is said.
    pub fn new(topic: impl Into<String>) -> Self {
        Self {
            topic: topic.into(),
            partitions: None,
            replicas: None,
            topic_configuration: BTreeMap::new(),
            retry_topics: Vec::new(),
            key: None,
            schema_id_location: None,
            compatibility: None,
        }
    }

    /// The topic that a schema names, be the rest of its `x-kafka` as it may; `None` where it names none.
    ///
    /// ```
    /// use serde_json::json;
    /// use thoth_messaging_documents::XKafka;
    ///
    /// assert_eq!(XKafka::topic_of(&json!({"x-kafka": {"topic": "orders.placed"}})), Some("orders.placed"));
    /// assert_eq!(XKafka::topic_of(&json!({"type": "object"})), None);
    /// ```
    #[must_use]
    pub fn topic_of(schema: &Value) -> Option<&str> {
        schema.get(KEYWORD)?.get("topic")?.as_str()
    }

    /// Reads an `x-kafka` object that need not be as it should: members that are not known are passed over, no number
    /// is checked to be in its range, and a `compatibility` that is none is absent. It is of the topic that it is told.
    ///
    /// # Errors
    ///
    /// [`UnusableXKafka`] where it is no object, or a member is of another type.
    ///
    /// ```
    /// use serde_json::json;
    /// use thoth_messaging_documents::XKafka;
    ///
    /// let kafka = XKafka::lenient(&json!({"partitions": 3, "owner": "shop"}), "orders.placed")?;
    /// assert_eq!((kafka.topic.as_str(), kafka.partitions), ("orders.placed", Some(3)));
    /// assert!(XKafka::lenient(&json!({"partitions": "three"}), "orders.placed").is_err());
    /// # Ok::<(), thoth_messaging_documents::UnusableXKafka>(())
    /// ```
    pub fn lenient(declared: &Value, topic: impl Into<String>) -> Result<Self, UnusableXKafka> {
        if !declared.is_object() {
            return Err(UnusableXKafka { reason: "it is not an object".to_owned() });
        }
        let configuration: Option<BTreeMap<String, Value>> = member(declared, "topicConfiguration", "an object")?;
        let configuration = configuration.unwrap_or_default().into_iter();
        let retry_topics: Option<Vec<String>> = member(declared, "retryTopics", "a list of texts")?;
        let compatibility = declared.get("compatibility").map(Compatibility::deserialize).and_then(Result::ok);
        let read = Self {
            topic: topic.into(),
            partitions: member(declared, "partitions", "an integer of at most 32 bits")?,
            replicas: member(declared, "replicas", "an integer of at most 32 bits")?,
            topic_configuration: configuration.map(|(name, value)| (name, Property::lenient(&value))).collect(),
            retry_topics: retry_topics.unwrap_or_default(),
            key: member(declared, "key", "a string")?,
            schema_id_location: member(declared, "schemaIdLocation", "`header` or `payload`")?,
            compatibility,
        };
        read.retry_delays()?;
        Ok(read)
    }

    /// Returns the delays of the retry topics.
    ///
    /// # Errors
    ///
    /// [`UnusableXKafka`] where one is no delay, or is not longer than the one before, or longer than 24 hours.
    ///
    /// ```
    /// use std::time::Duration;
    /// use thoth_messaging_documents::XKafka;
    ///
    /// let kafka: XKafka = serde_json::from_str(r#"{"topic": "orders", "retryTopics": ["90s", "10m"]}"#)?;
    /// assert_eq!(kafka.retry_delays(), Ok(vec![Duration::from_secs(90), Duration::from_secs(600)]));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn retry_delays(&self) -> Result<Vec<Duration>, UnusableXKafka> {
        let mut delays: Vec<Duration> = Vec::with_capacity(self.retry_topics.len());
        for text in &self.retry_topics {
            let delay =
                delay(text).filter(|delay| *delay <= MAX_DELAY && delays.last().is_none_or(|last| last < delay));
            delays.push(delay.ok_or_else(|| UnusableXKafka {
                reason: format!(
                    "`{text}` in `retryTopics` is no delay, as `10m`, longer than the one before, up to `24h`"
                ),
            })?);
        }
        Ok(delays)
    }
}

/// The longest delay of a retry topic.
const MAX_DELAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Reads a delay, as `10m`.
fn delay(text: &str) -> Option<Duration> {
    let digits = text.len() - text.trim_start_matches(|char: char| char.is_ascii_digit()).len();
    let (number, unit) = text.split_at(digits);
    let millis: u64 = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        _ => return None,
    };
    let number: u64 = number.parse().ok().filter(|_| !number.starts_with('0'))?;
    Some(Duration::from_millis(number.checked_mul(millis)?))
}

fn member<'de, T: Deserialize<'de>>(kafka: &'de Value, name: &str, what: &str) -> Result<Option<T>, UnusableXKafka> {
    let Some(value) = kafka.get(name) else { return Ok(None) };
    T::deserialize(value).map(Some).map_err(|_| UnusableXKafka { reason: format!("`{name}` is not {what}") })
}

/// An `x-kafka` object that can't be used.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnusableXKafka {
    /// The reason, in a sentence's second half, as "`key` is not a string".
    pub reason: String,
}

impl fmt::Display for UnusableXKafka {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for UnusableXKafka {}

impl Property {
    /// Any JSON value, as near to a property as it comes.
    fn lenient(value: &Value) -> Self {
        match value {
            Value::Bool(switch) => Self::Boolean(*switch),
            Value::Array(items) => Self::List(items.iter().map(|item| Self::lenient(item).text()).collect()),
            Value::String(text) => Self::Text(text.clone()),
            other => other.as_i64().map_or_else(|| Self::Text(other.to_string()), Self::Integer),
        }
    }

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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn reads_what_is_there_leniently() {
        let declared = json!({
            "topic": 1, "owner": "shop", "replicas": -1, "compatibility": "SIDEWAYS", "key": "/id",
            "topicConfiguration": {"a": [1, "b"], "c": 0.5, "d": true, "e": "f", "g": null, "h": 2},
        });
        let kafka = XKafka::lenient(&declared, "orders").unwrap();
        let properties: Vec<_> = kafka.topic_configuration.values().map(Property::text).collect();
        assert_eq!(properties, ["1,b", "0.5", "true", "f", "null", "2"]);
        let read = (kafka.topic.as_str(), kafka.replicas, kafka.key.as_deref(), kafka.compatibility);
        assert_eq!(read, ("orders", Some(-1), Some("/id"), None));
    }

    #[test]
    fn says_which_member_it_can_not_read() {
        let check = |declared: Value, reason: &str| {
            assert_eq!(XKafka::lenient(&declared, "orders").unwrap_err().to_string(), reason);
        };
        check(json!([]), "it is not an object");
        check(json!({"partitions": 1_u64 << 40}), "`partitions` is not an integer of at most 32 bits");
        check(json!({"key": 1}), "`key` is not a string");
        check(json!({"schemaIdLocation": "body"}), "`schemaIdLocation` is not `header` or `payload`");
        check(json!({"topicConfiguration": []}), "`topicConfiguration` is not an object");
        check(json!({"retryTopics": [60]}), "`retryTopics` is not a list of texts");
        for (delays, wrong) in [
            (json!(["0s"]), "0s"),
            (json!(["01m"]), "01m"),
            (json!(["1m", "60s"]), "60s"),
            (json!(["25h"]), "25h"),
            (json!(["m"]), "m"),
            (json!(["1 m"]), "1 m"),
            (json!(["99999999999999999999ms"]), "99999999999999999999ms"),
        ] {
            let reason = "is no delay, as `10m`, longer than the one before, up to `24h`";
            check(json!({"retryTopics": delays}), &format!("`{wrong}` in `retryTopics` {reason}"));
        }
    }

    #[test]
    fn writes_what_it_reads() {
        let declared = json!({
            "topic": "orders", "partitions": 3, "topicConfiguration": {"cleanup.policy": ["compact"], "x": 1, "y": 0.5},
            "retryTopics": ["1ms", "24h"], "key": "/id", "schemaIdLocation": "header", "compatibility": "FULL_TRANSITIVE",
        });
        let strict = XKafka::deserialize(&declared).unwrap();
        assert_eq!(serde_json::to_value(&strict).unwrap(), declared);
        assert_eq!(XKafka::lenient(&declared, "orders").unwrap().key, strict.key);
    }
}
