//! The parts of a record that both sides read from librdkafka: headers and the timestamp.

use std::fmt;
use std::panic::{self, AssertUnwindSafe};
use std::time::{Duration, SystemTime};

use rdkafka::Timestamp;
use rdkafka::message::{BorrowedMessage, Headers as _, Message as _};

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

impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Header")
            .field("name", &self.name)
            .field("value_bytes", &self.value.as_ref().map(Vec::len))
            .finish()
    }
}

/// Reads the headers of a record. rdkafka panics on a name that is not UTF-8, which any producer can send: such a record
/// has no headers here.
pub(super) fn read_headers(message: &BorrowedMessage<'_>) -> Vec<Header> {
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

/// Converts the milliseconds since 1970 of a timestamp.
pub(super) fn system_time(timestamp: Timestamp) -> Option<SystemTime> {
    let milliseconds = u64::try_from(timestamp.to_millis()?).ok()?;
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(milliseconds))
}
