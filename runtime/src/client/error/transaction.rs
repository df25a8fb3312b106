//! The errors of transactions.

use std::error::Error;
use std::fmt;

use super::{Cause, ConfigError, because};

/// The reason for which a transaction was not committed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransactionError {
    /// The settings make no producer.
    Config(ConfigError),
    /// Kafka did not answer in time. A commit may or may not have taken place; the next call finds out.
    Unreachable {
        /// The `transactional.id`.
        id: String,
        /// The addresses of the cluster.
        servers: String,
        /// The last reason, as `Connection refused`.
        reason: Option<String>,
        /// The error of librdkafka.
        cause: Cause,
    },
    /// The transaction was aborted in place of being committed: nothing of it counts. The producer goes on.
    Aborted {
        /// The `transactional.id`.
        id: String,
        /// The reason.
        reason: AbortReason,
    },
    /// The producer can't go on: somebody made a newer one of its id, or Kafka has forgotten it. Whether what was open
    /// was committed shows in the offsets of the group, where a new producer and a new consumer go on.
    Fatal {
        /// The `transactional.id`.
        id: String,
        /// The error of librdkafka.
        cause: Cause,
    },
}

/// The reason for which a transaction was aborted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AbortReason {
    /// A record that it acknowledged belongs to another member of the group now, or its consumer was closed or went back.
    Revoked {
        /// The name of the topic on the cluster.
        topic: String,
        /// The partition.
        partition: i32,
        /// The offset of the first record of the partition that it acknowledged.
        offset: i64,
    },
    /// A record before one that it acknowledged was left out, and would never have been received again.
    LeftOut {
        /// The name of the topic on the cluster.
        topic: String,
        /// The partition.
        partition: i32,
        /// The offset of the record that was left out.
        offset: i64,
    },
    /// Kafka did not take a message or an offset, or aborted the transaction itself because it took too long.
    Kafka(Cause),
}

impl TransactionError {
    /// True if the same may succeed in a new transaction of the same producer.
    #[must_use]
    pub fn is_retriable(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::Aborted { .. })
    }
}

impl fmt::Display for TransactionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(error) => error.fmt(f),
            Self::Unreachable { id, servers, reason, .. } => {
                write!(f, "Kafka at {servers} did not answer in time for a transaction of `{id}`")?;
                because(f, reason.as_deref())?;
                f.write_str("; begin again, which ends the transaction first")
            }
            Self::Aborted { id, reason } => write!(f, "a transaction of `{id}` was aborted: {reason}"),
            Self::Fatal { id, cause } => write!(
                f,
                "the producer of transactions `{id}` can't go on{}; make a new one, and see that no other program has \
                 the same `transactional.id`",
                cause.advice()
            ),
        }
    }
}

impl fmt::Display for AbortReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Revoked { topic, partition, offset } => write!(
                f,
                "topic `{topic}`, partition {partition}, offset {offset} is not this consumer's any more; the \
                 partition's new owner receives it again"
            ),
            Self::LeftOut { topic, partition, offset } => write!(
                f,
                "topic `{topic}`, partition {partition}, offset {offset} was left out, and one behind it was \
                 acknowledged; acknowledge the records of a partition in their order"
            ),
            Self::Kafka(cause) => write!(f, "Kafka refused a part of it{}", cause.advice()),
        }
    }
}

impl Error for TransactionError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Config(error) => error.source(),
            Self::Unreachable { cause, .. }
            | Self::Fatal { cause, .. }
            | Self::Aborted { reason: AbortReason::Kafka(cause), .. } => Some(cause.error()),
            Self::Aborted { .. } => None,
        }
    }
}
