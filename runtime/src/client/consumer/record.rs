//! The records that a consumer gives out, and the messages in them.

use std::fmt;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use rdkafka::message::{BorrowedMessage, Message as _};

use super::offsets::{AssignedPartition, Assignment};
use crate::client::ffi;
use crate::client::frame::{Unframed, unframe};
use crate::client::header::{Header, system_time};
use crate::client::topic_partition::TopicPartition;
use crate::error::DecodeError;
use crate::message::{FrameError, Message, SchemaId, VALUE_SCHEMA_ID};

/// A message, and the record that it came in.
///
/// Its offset is not committed before [`ack`](Self::ack): if this is dropped without, the message is received again after a
/// restart or a rebalance.
#[derive(Debug)]
pub struct Received<M> {
    message: M,
    record: Record,
}

impl<M> Received<M> {
    pub(super) fn new(message: M, record: Record) -> Self {
        Self { message, record }
    }

    /// The message.
    #[must_use]
    pub fn message(&self) -> &M {
        &self.message
    }

    /// The record: topic, partition, offset, timestamp, key, headers and the payload as it was sent.
    #[must_use]
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// The message, to be kept, and the record, which is still to be [acknowledged](Record::ack).
    #[must_use = "the record is not acknowledged before `ack`"]
    pub fn into_parts(self) -> (M, Record) {
        (self.message, self.record)
    }

    /// Acknowledges the message, as [`Record::ack`].
    pub fn ack(self) {
        self.record.ack();
    }
}

/// A record of a topic, as Kafka delivered it.
///
/// `Debug` and `Display` say where it is and how large, and show neither key nor payload.
pub struct Record {
    partition: Arc<AssignedPartition>,
    offset: i64,
    timestamp: Option<SystemTime>,
    bytes: Bytes,
    headers: Vec<Header>,
}

/// A key and a payload, either of which may be absent, in one piece of memory.
struct Bytes {
    key: Option<usize>,
    has_payload: bool,
    /// The key, of this length, and the payload behind it.
    both: Vec<u8>,
}

impl Bytes {
    fn new(key: Option<&[u8]>, payload: Option<&[u8]>) -> Self {
        let both = [key.unwrap_or_default(), payload.unwrap_or_default()].concat();
        Self { key: key.map(<[u8]>::len), has_payload: payload.is_some(), both }
    }

    fn key(&self) -> Option<&[u8]> {
        self.key.map(|length| &self.both[..length])
    }

    fn payload(&self) -> Option<&[u8]> {
        self.has_payload.then(|| &self.both[self.key.unwrap_or_default()..])
    }
}

impl Record {
    /// A record that was received at this time.
    pub(in crate::client) fn new(message: &BorrowedMessage<'_>, assignment: &Arc<Assignment>, at: Instant) -> Self {
        Self {
            partition: assignment.received(message.topic(), message.partition(), message.offset(), at),
            offset: message.offset(),
            timestamp: system_time(message.timestamp()),
            bytes: Bytes::new(message.key(), message.payload()),
            headers: ffi::headers(message),
        }
    }

    /// A record of the model.
    #[cfg(test)]
    pub(in crate::client) fn of_model(
        assignment: &Arc<Assignment>,
        partition: &TopicPartition,
        offset: i64,
        key: Option<&[u8]>,
        payload: &[u8],
        headers: &[Header],
    ) -> Self {
        Self {
            partition: assignment.received(&partition.topic, partition.partition, offset, Instant::now()),
            offset,
            timestamp: None,
            bytes: Bytes::new(key, Some(payload)),
            headers: headers.to_vec(),
        }
    }

    /// The name of the topic on the cluster.
    #[must_use]
    pub fn topic(&self) -> &str {
        &self.topic_partition().topic
    }

    /// The partition.
    #[must_use]
    pub fn partition(&self) -> i32 {
        self.topic_partition().partition
    }

    /// The topic, by its name on the cluster, and the partition.
    #[must_use]
    pub fn topic_partition(&self) -> &TopicPartition {
        self.partition.id()
    }

    /// The offset in the partition.
    #[must_use]
    pub fn offset(&self) -> i64 {
        self.offset
    }

    /// When the record was made, or appended, as the topic's `message.timestamp.type` says; to the millisecond.
    #[must_use]
    pub fn timestamp(&self) -> Option<SystemTime> {
        self.timestamp
    }

    /// The key, as it was sent.
    #[must_use]
    pub fn key(&self) -> Option<&[u8]> {
        self.bytes.key()
    }

    /// The payload, as it was sent; `None` for a tombstone.
    #[must_use]
    pub fn payload(&self) -> Option<&[u8]> {
        self.bytes.payload()
    }

    /// The payload without the prefix that names a schema: the JSON text that is decoded; `None` for a tombstone.
    ///
    /// # Errors
    ///
    /// [`FrameError`] where the header or the prefix that names a schema can't be read.
    pub fn unframed(&self) -> Result<Option<&[u8]>, FrameError> {
        Ok(self.frame()?.map(|unframed| unframed.json))
    }

    /// Decodes the message in the payload, as consumers and handlers do: without the prefix that names a schema.
    ///
    /// # Errors
    ///
    /// As [`Message::decode`], and [`DecodeError::Frame`] where the header or the prefix that names a schema can't be read. A
    /// tombstone is not JSON.
    pub fn decode<M: Message>(&self) -> Result<M, DecodeError> {
        let unframed = self.unframed().map_err(|reason| DecodeError::of_frame(&M::DESCRIPTOR.name, reason))?;
        M::decode(unframed.unwrap_or_default())
    }

    /// The id of the schema that wrote the payload: in the header [`VALUE_SCHEMA_ID`], or before the payload. `None` where it says
    /// none, and where it can't be read.
    #[must_use]
    pub fn schema_id(&self) -> Option<SchemaId> {
        self.frame().ok()??.schema_id
    }

    /// The headers, in their order.
    #[must_use]
    pub fn headers(&self) -> &[Header] {
        &self.headers
    }

    /// Acknowledges the record: it is processed, and its offset may now be committed.
    ///
    /// The offset is stored, within 0.1 s, once every record of the partition up to this one is acknowledged. The commit follows within
    /// `auto.commit.interval.ms`, and at the latest when the partition is given up or the consumer closed. Acknowledging a
    /// record of a partition that was revoked has no effect: the partition's new owner receives it again.
    pub fn ack(self) {
        self.acknowledge();
    }

    /// Key, payload and headers, in bytes.
    pub(crate) fn size(&self) -> usize {
        self.bytes.both.len() + self.headers.iter().map(Header::size).sum::<usize>()
    }

    /// Acknowledges the record, as [`ack`](Self::ack), without consuming it.
    pub(crate) fn acknowledge(&self) {
        self.partition.ack(self.offset);
    }
}

impl Record {
    /// The payload without its frame.
    pub(crate) fn frame(&self) -> Result<Option<Unframed<'_>>, FrameError> {
        let Some(payload) = self.payload() else { return Ok(None) };
        // The last one counts, as for the Java client.
        let header = self.headers.iter().rfind(|header| header.name == VALUE_SCHEMA_ID);
        unframe(header, payload).map(Some)
    }

    /// The partition that it was received from.
    pub(in crate::client) fn origin(&self) -> &Arc<AssignedPartition> {
        &self.partition
    }

    /// True while the consumer has the partition, without an interruption or going back since it received the record.
    pub(crate) fn is_current(&self) -> bool {
        self.partition.is_current()
    }
}

impl<M> From<Received<M>> for Record {
    fn from(received: Received<M>) -> Self {
        received.record
    }
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "topic `{}`, partition {}, offset {}", self.topic(), self.partition(), self.offset)
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record")
            .field("topic", &self.topic())
            .field("partition", &self.partition())
            .field("offset", &self.offset)
            .field("timestamp", &self.timestamp)
            .field("key_bytes", &self.key().map(<[u8]>::len))
            .field("payload_bytes", &self.payload().map(<[u8]>::len))
            .field("headers", &self.headers)
            .finish_non_exhaustive()
    }
}
