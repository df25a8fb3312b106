//! What a consumer gives: records, and the messages in them.

use std::fmt;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rdkafka::Timestamp;
use rdkafka::message::{BorrowedMessage, Headers as _, Message as _};

use super::offsets::{Assignment, Partition};
use super::positions::TopicPartition;

/// A message, and the record that it came in.
///
/// Nothing is committed before [`ack`](Self::ack): if this is dropped without, the group does not go on behind it,
/// and gets it again after a restart or a rebalance.
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
    assignment: Arc<Assignment>,
    partition: Arc<Partition>,
    offset: i64,
    timestamp: Option<SystemTime>,
    key: Option<Vec<u8>>,
    payload: Option<Vec<u8>>,
    headers: Vec<Header>,
}

/// A header of a record.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Header {
    /// Its name; a record may have several of one name.
    pub name: String,
    /// Its value, which Kafka lets be absent.
    pub value: Option<Vec<u8>>,
}

impl Header {
    /// A header with a value.
    #[must_use]
    pub fn new(name: impl Into<String>, value: impl Into<Vec<u8>>) -> Self {
        Self { name: name.into(), value: Some(value.into()) }
    }
}

impl Record {
    pub(super) fn new(message: &BorrowedMessage<'_>, assignment: &Arc<Assignment>) -> Self {
        Self {
            partition: assignment.received(message.topic(), message.partition(), message.offset()),
            assignment: Arc::clone(assignment),
            offset: message.offset(),
            timestamp: system_time(message.timestamp()),
            key: message.key().map(<[u8]>::to_vec),
            payload: message.payload().map(<[u8]>::to_vec),
            headers: headers(message),
        }
    }

    /// The name of the topic on the cluster.
    #[must_use]
    pub fn topic(&self) -> &str {
        &self.partition.topic
    }

    /// The partition.
    #[must_use]
    pub fn partition(&self) -> i32 {
        self.partition.number
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
        self.key.as_deref()
    }

    /// The payload, as it was sent; `None` for a tombstone.
    #[must_use]
    pub fn payload(&self) -> Option<&[u8]> {
        self.payload.as_deref()
    }

    /// The headers, in their order.
    #[must_use]
    pub fn headers(&self) -> &[Header] {
        &self.headers
    }

    /// Acknowledges the record: it is processed, and its offset can be committed.
    ///
    /// Once every record of the partition up to this one is acknowledged, the group goes on behind it. The commit
    /// itself follows within `auto.commit.interval.ms`, and at the latest when the partition is given up or the
    /// consumer closed. After that, it changes nothing: whoever has the partition now gets the record again.
    pub fn ack(self) {
        self.settle();
    }

    /// As [`ack`](Self::ack), where others still look at the record.
    pub(crate) fn settle(&self) {
        self.assignment.ack(&self.partition, self.offset);
    }
}

impl Record {
    /// Where it is, and who has received it.
    pub(super) fn place(&self) -> (Arc<Assignment>, Arc<Partition>, i64) {
        (Arc::clone(&self.assignment), Arc::clone(&self.partition), self.offset)
    }

    /// Returns the partition, by the name of the topic on the cluster.
    pub(crate) fn topic_partition(&self) -> TopicPartition {
        TopicPartition { topic: self.topic().to_owned(), partition: self.partition() }
    }

    /// Whether its partition is still that of the consumer, which has not gone back in it since.
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
            .field("key_bytes", &self.key.as_ref().map(Vec::len))
            .field("payload_bytes", &self.payload.as_ref().map(Vec::len))
            .field("headers", &self.headers)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Header")
            .field("name", &self.name)
            .field("value_bytes", &self.value.as_ref().map(Vec::len))
            .finish()
    }
}

/// The headers of a record. rdkafka panics on a name that is not UTF-8, which any producer can send: such a record has
/// no headers here.
pub(super) fn headers(message: &BorrowedMessage<'_>) -> Vec<Header> {
    let Some(headers) = message.headers() else {
        return Vec::new();
    };
    let read = || {
        let owned = |header: rdkafka::message::Header<'_, &[u8]>| Header {
            name: header.key.to_owned(),
            value: header.value.map(<[u8]>::to_vec),
        };
        headers.iter().map(owned).collect()
    };
    panic::catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| {
        let (topic, partition, offset) = (message.topic(), message.partition(), message.offset());
        tracing::warn!("Kafka: topic `{topic}`, partition {partition}, offset {offset}: headers that are not UTF-8");
        Vec::new()
    })
}

/// Kafka's milliseconds since 1970 as a time.
pub(super) fn system_time(timestamp: Timestamp) -> Option<SystemTime> {
    let milliseconds = u64::try_from(timestamp.to_millis()?).ok()?;
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(milliseconds))
}
