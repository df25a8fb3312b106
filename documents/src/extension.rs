//! The keywords that this project adds to JSON Schema, as a JSON Schema.

use schemars::JsonSchema;
use serde_json::{Map, Value};

use crate::x_kafka::XKafka;

/// The JSON Schema of the keywords that this project adds to JSON Schema, for editors: `x-kafka`, `x-sensitive` and
/// `x-lint-allow`.
///
/// The file `documents/x-kafka.schema.json` holds it.
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
