//! Topic metadata of a type made at run time.

use std::borrow::Cow;

use heck::ToUpperCamelCase;
use serde_json::Value;
use thoth_messaging_documents::topic::{self, RefusedName};
use thoth_messaging_documents::{Identity, XKafka, x_kafka};

use super::FactoryError;
use super::validate::Validator;
use crate::message::{Descriptor, Guid, Schema, SchemaIdLocation, Topic};

pub(super) fn check_name(topic: &str) -> Result<(), FactoryError> {
    let refused = |error: RefusedName| FactoryError::Topic { topic: topic.to_owned(), reason: error.reason };
    topic::check_name(topic).map_err(refused)
}

pub(super) fn describe(topic: &str, schema: &Value, text: String) -> Result<Descriptor, FactoryError> {
    let kafka = read(topic, schema)?;
    // It was read, so they are delays.
    let retry_delays = kafka.retry_delays().unwrap_or_default();
    let configuration = kafka.topic_configuration.into_iter().map(|(name, value)| (name.into(), value.text().into()));
    let name = schema.get("title").and_then(Value::as_str).map_or_else(|| name_of(topic), str::to_owned);
    Ok(Descriptor {
        name: Cow::Owned(name),
        topic: Topic {
            name: Cow::Owned(kafka.topic),
            partitions: kafka.partitions,
            replicas: kafka.replicas,
            configuration: configuration.collect(),
            retry_delays: retry_delays.into(),
            schema_id_location: kafka.schema_id_location.map(location).transpose()?,
        },
        key: kafka.key.map(Cow::Owned),
        schema: Cow::Owned(Schema {
            name: None,
            uri: Cow::Owned(Validator::uri_of(schema)),
            hash: Cow::Borrowed(""),
            guid: Identity::of_text(&text).map(|identity| Guid::from_bytes(*identity.guid.as_bytes())),
            text: Cow::Owned(text),
            id: None,
            versions: Cow::Borrowed(&[]),
            references: &[],
            formats: false,
        }),
    })
}

/// The `x-kafka` of a schema, as far as it has one.
fn read(topic: &str, schema: &Value) -> Result<XKafka, FactoryError> {
    match schema.get(x_kafka::KEYWORD) {
        Some(declared) => {
            XKafka::lenient(declared, topic).map_err(|error| FactoryError::Kafka { reason: error.reason })
        }
        None => Ok(XKafka::new(topic)),
    }
}

fn location(location: x_kafka::SchemaIdLocation) -> Result<SchemaIdLocation, FactoryError> {
    match location {
        x_kafka::SchemaIdLocation::Header => Ok(SchemaIdLocation::Header),
        x_kafka::SchemaIdLocation::Payload => Err(FactoryError::Kafka {
            reason: "`schemaIdLocation` is `payload`, and no lock file has the id of a schema that is made at run time; leave it out, and \
                     call `MessageType::with_schema_number`"
                .to_owned(),
        }),
    }
}

/// `ci.build-failed` names `BuildFailed`.
fn name_of(topic: &str) -> String {
    topic.rsplit('.').find(|part| !part.is_empty()).unwrap_or(topic).to_upper_camel_case()
}
