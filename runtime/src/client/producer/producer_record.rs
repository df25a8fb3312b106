//! A record to be sent, made from a message or from bytes.

use std::borrow::Cow;
use std::fmt;
use std::time::SystemTime;

use crate::client::frame::{header_value, prefixed};
use crate::client::header::{Header, HeaderName};
use crate::client::settings::Settings;
use crate::client::trace::{TRACEPARENT, TraceContext};
use crate::error::EncodeError;
use crate::message::{Encode, SchemaId, Topic, VALUE_SCHEMA_ID};

/// A record to be sent: a message with headers, a timestamp or a partition of its own, a tombstone, or bytes.
///
/// `Debug` says where it goes and how large it is, and shows neither key nor payload.
///
#[cfg_attr(feature = "testing", doc = "```")]
#[cfg_attr(not(feature = "testing"), doc = "```ignore")]
/// # use thoth_messaging::testing::InProcessKafka;
/// # use thoth_messaging::Message;
/// # use thoth_messaging::messages::PackageReleased;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let cluster = InProcessKafka::start()?;
/// # cluster.create_topic(&PackageReleased::DESCRIPTOR.topic)?;
/// # let producer = cluster.kafka().producer()?;
/// # let released = PackageReleased::decode(br#"{"component_name": "c", "service_version": "1", "version": "v1",
/// #     "package_name": "flask", "package_version": "3.1.0", "index_url": "https://pypi.org/simple"}"#)?;
/// use thoth_messaging::client::ProducerRecord;
///
/// let record = ProducerRecord::of(&released)?.with_header("origin", "nightly import").with_partition(0);
/// producer.send(record).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ProducerRecord {
    pub(super) destination: Destination,
    pub(in crate::client) key: Option<Vec<u8>>,
    pub(in crate::client) payload: Option<Vec<u8>>,
    pub(in crate::client) headers: Vec<Header>,
    pub(super) timestamp: Option<SystemTime>,
    pub(super) partition: Option<i32>,
    /// The limit of the topic, by its schema.
    pub(super) max_message_bytes: Option<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Destination {
    /// The name in the schema, before the prefix.
    Declared(Cow<'static, str>),
    /// The name on the cluster.
    Cluster(String),
}

impl ProducerRecord {
    /// The record of a message: its payload, with its key, for its topic; with the id of its schema where the topic has a
    /// [place for it](Topic::schema_id_location).
    ///
    /// # Errors
    ///
    /// [`EncodeError::Invalid`] where the schema refuses the message.
    pub fn of<M: Encode + ?Sized>(message: &M) -> Result<Self, EncodeError> {
        let payload = message.encode()?;
        let key = message.key().map(|key| key.into_owned().into_bytes());
        let record = Self { key, payload: Some(payload), ..Self::declared(&message.descriptor().topic) };
        Ok(match message.value_descriptor().id_to_write() {
            Some(id) => record.with_schema_id(id),
            None => record,
        })
    }

    /// A record without a payload, which says that what was sent with this key is deleted: a topic with
    /// `cleanup.policy=compact` forgets it.
    #[must_use]
    pub fn tombstone(topic: &Topic, key: impl Into<Vec<u8>>) -> Self {
        Self { key: Some(key.into()), ..Self::declared(topic) }
    }

    /// An empty record for a topic, to whose name the prefix is added. Nothing checks what is put into it, but its size,
    /// where the topic has a `max.message.bytes`.
    #[must_use]
    pub fn declared(topic: &Topic) -> Self {
        let limit = topic.configuration.iter().find(|(property, _)| property == "max.message.bytes");
        let max_message_bytes = limit.and_then(|(_, value)| value.parse().ok());
        Self { max_message_bytes, ..Self::to(Destination::Declared(topic.name.clone())) }
    }

    /// An empty record for the topic of this name on the cluster, to which no prefix is added. Nothing checks what is
    /// put into it.
    #[must_use]
    pub fn raw(topic: impl Into<String>) -> Self {
        Self::to(Destination::Cluster(topic.into()))
    }

    /// With a key in place of the message's own.
    #[must_use]
    pub fn with_key(mut self, key: impl Into<Vec<u8>>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// With bytes as the payload, checked by nobody.
    #[must_use]
    pub fn with_payload(mut self, payload: impl Into<Vec<u8>>) -> Self {
        self.payload = Some(payload.into());
        self
    }

    /// With one more header, after those that it has.
    #[must_use]
    pub fn with_header(self, name: impl Into<HeaderName>, value: impl Into<Vec<u8>>) -> Self {
        self.with_headers([Header::new(name, value)])
    }

    /// With more headers, after those that it has.
    #[must_use]
    pub fn with_headers(mut self, headers: impl IntoIterator<Item = Header>) -> Self {
        self.headers.extend(headers);
        self
    }

    /// With the id of the schema that wrote the payload: a GUID in the header [`VALUE_SCHEMA_ID`], a number before the payload that the
    /// record has. The record of a message has it where its topic has a [place for it](Topic::schema_id_location).
    #[must_use]
    pub fn with_schema_id(mut self, id: impl Into<SchemaId>) -> Self {
        match id.into() {
            SchemaId::Guid(guid) => self.with_header(VALUE_SCHEMA_ID, header_value(guid)),
            SchemaId::Number(number) => {
                self.payload = self.payload.map(|payload| prefixed(number, &payload));
                self
            }
        }
    }

    /// With a time at which it was made, to the millisecond, in place of that at which it is sent. It counts from 1970
    /// on, and only where the topic's `message.timestamp.type` is `CreateTime`.
    #[must_use]
    pub fn with_timestamp(mut self, timestamp: SystemTime) -> Self {
        self.timestamp = Some(timestamp);
        self
    }

    /// For a partition, in place of the one that the partitioner finds for the key.
    #[must_use]
    pub fn with_partition(mut self, partition: i32) -> Self {
        self.partition = Some(partition);
        self
    }

    /// For the topic of this name on the cluster, whose limit is not known.
    pub(crate) fn with_topic(self, topic: &str) -> Self {
        Self { destination: Destination::Cluster(topic.to_owned()), max_message_bytes: None, ..self }
    }

    /// With the headers of the current [`TraceContext`], unless it has a `traceparent`.
    pub(crate) fn with_trace_headers(mut self) -> Self {
        if self.headers.iter().all(|header| header.name != TRACEPARENT) {
            self.headers.extend(TraceContext::current_headers());
        }
        self
    }

    fn to(destination: Destination) -> Self {
        Self {
            destination,
            key: None,
            payload: None,
            headers: Vec::new(),
            timestamp: None,
            partition: None,
            max_message_bytes: None,
        }
    }

    /// The topic, and the record without it, for the model.
    #[cfg(test)]
    pub(in crate::client) fn into_model(mut self) -> (String, Self) {
        let topic = std::mem::replace(&mut self.destination, Destination::Cluster(String::new()));
        let topic = match topic {
            Destination::Declared(name) => name.into_owned(),
            Destination::Cluster(name) => name,
        };
        (topic, self)
    }

    /// The name of the topic on the cluster.
    pub(super) fn topic_on(&self, settings: &Settings) -> String {
        match &self.destination {
            Destination::Declared(name) => settings.prefixed(name),
            Destination::Cluster(name) => name.clone(),
        }
    }

    /// Key, payload and headers, in bytes.
    pub(super) fn size(&self) -> usize {
        let length = |bytes: &Option<Vec<u8>>| bytes.as_ref().map_or(0, Vec::len);
        let headers: usize = self.headers.iter().map(Header::size).sum();
        length(&self.key) + length(&self.payload) + headers
    }

    /// The size in a batch, at most: with the lengths of all its parts.
    pub(super) fn size_in_batch(&self) -> usize {
        self.size() + 36 + 10 * self.headers.len()
    }

    /// Milliseconds since 1970. librdkafka takes 0 for now.
    pub(super) fn timestamp_millis(&self) -> Option<i64> {
        let since = self.timestamp?.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Some(i64::try_from(since.as_millis()).unwrap_or(i64::MAX).max(1))
    }
}

impl fmt::Debug for ProducerRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProducerRecord")
            .field("destination", &self.destination)
            .field("partition", &self.partition)
            .field("timestamp", &self.timestamp)
            .field("key_bytes", &self.key.as_ref().map(Vec::len))
            .field("payload_bytes", &self.payload.as_ref().map(Vec::len))
            .field("headers", &self.headers)
            .finish_non_exhaustive()
    }
}

/// An argument of [`Producer::send`](super::Producer::send): a reference to a message, a [`ProducerRecord`], or the
/// result of making one.
pub trait IntoRecord {
    /// The record.
    ///
    /// # Errors
    ///
    /// [`EncodeError::Invalid`] where the schema refuses the message.
    fn into_record(self) -> Result<ProducerRecord, EncodeError>;
}

impl<M: Encode + ?Sized> IntoRecord for &M {
    fn into_record(self) -> Result<ProducerRecord, EncodeError> {
        ProducerRecord::of(self)
    }
}

impl IntoRecord for ProducerRecord {
    fn into_record(self) -> Result<ProducerRecord, EncodeError> {
        Ok(self)
    }
}

impl IntoRecord for Result<ProducerRecord, EncodeError> {
    fn into_record(self) -> Result<ProducerRecord, EncodeError> {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::trace::TRACESTATE;

    #[tokio::test]
    async fn a_record_gets_the_headers_of_its_scope_once() {
        let record = || ProducerRecord::raw("topic");
        assert_eq!(record().with_trace_headers(), record());
        let context = TraceContext::root().with_state("a=1");
        let (parent, context) = (context.to_string(), context);
        let sent = context.clone().scope(async { record().with_trace_headers() }).await;
        assert_eq!(sent, record().with_header(TRACEPARENT, parent).with_header(TRACESTATE, "a=1"));
        let has_one = record().with_header(TRACEPARENT, "its own");
        let kept = context.scope(async { has_one.clone().with_trace_headers() }).await;
        assert_eq!(kept, has_one);
        assert_eq!(TraceContext::current(), None);
    }
}
