//! Why a consumer has no message to give.

use std::error::Error;
use std::fmt;

use super::{Cause, no_broker, unknown_topic};
use crate::client::record::Record;
use crate::error::DecodeError;

/// Why a consumer has no message to give.
#[derive(Debug)]
#[non_exhaustive]
pub enum ReceiveError {
    /// The payload of a record is no such message. The consumer goes on behind it.
    Invalid(Box<InvalidRecord>),
    /// A record has no payload: on a compacted topic it says that its key is deleted. The consumer goes on behind it.
    Tombstone(Box<Record>),
    /// The topic does not exist. The consumer looks again when it is asked again.
    UnknownTopic {
        /// Its name on the cluster.
        topic: String,
    },
    /// No broker could be reached. The consumer tries again when it is asked again.
    Unreachable {
        /// The addresses that were tried.
        servers: String,
        /// What went wrong last, as `Connection refused`.
        reason: Option<String>,
        /// What librdkafka said.
        cause: Cause,
    },
    /// Kafka refused something that somebody must put right. The consumer goes on.
    Kafka {
        /// The topic of the consumer.
        topic: String,
        /// What librdkafka said.
        cause: Cause,
    },
    /// The consumer cannot go on; it gives nothing more.
    Fatal {
        /// The topic of the consumer.
        topic: String,
        /// What librdkafka said.
        cause: Cause,
    },
}

/// A record whose payload is no message of the type that was asked for.
#[derive(Debug)]
#[non_exhaustive]
pub struct InvalidRecord {
    /// The record, as it is on the topic.
    pub record: Record,
    /// Why its payload was refused.
    pub error: DecodeError,
}

impl InvalidRecord {
    /// Marks the record handled: the group goes on behind it. As [`Record::done`].
    pub fn done(self) {
        self.record.done();
    }
}

impl ReceiveError {
    /// Whether asking the consumer again may work, without anybody doing anything.
    #[must_use]
    pub fn is_retriable(&self) -> bool {
        match self {
            Self::Unreachable { .. } => true,
            Self::Kafka { cause, .. } => cause.is_transient(),
            Self::Invalid(_) | Self::Tombstone(_) | Self::UnknownTopic { .. } | Self::Fatal { .. } => false,
        }
    }

    /// The record that the error is about, for [`Invalid`](Self::Invalid) and [`Tombstone`](Self::Tombstone).
    #[must_use]
    pub fn record(&self) -> Option<&Record> {
        match self {
            Self::Invalid(invalid) => Some(&invalid.record),
            Self::Tombstone(record) => Some(record),
            _ => None,
        }
    }
}

impl fmt::Display for ReceiveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(invalid) => write!(f, "{}: {}", invalid.record, invalid.error),
            Self::Tombstone(record) => write!(f, "{record}: no payload (a tombstone)"),
            Self::UnknownTopic { topic } => unknown_topic(f, topic),
            Self::Unreachable { servers, reason, .. } => no_broker(f, servers, reason.as_deref()),
            Self::Kafka { topic, cause } => {
                write!(f, "the consumer of topic `{topic}` got an error from Kafka{}", cause.advice())
            }
            Self::Fatal { topic, cause } => {
                write!(f, "the consumer of topic `{topic}` cannot go on{}", cause.advice())
            }
        }
    }
}

impl Error for ReceiveError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Invalid(invalid) => Some(&invalid.error),
            Self::Unreachable { cause, .. } | Self::Kafka { cause, .. } | Self::Fatal { cause, .. } => {
                Some(cause.error())
            }
            Self::Tombstone(_) | Self::UnknownTopic { .. } => None,
        }
    }
}
