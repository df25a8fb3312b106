//! The errors of closing a client.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use super::Cause;
use crate::client::ProducerRecord;

/// The reason for which a producer or a consumer was not closed cleanly.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CloseError {
    /// The producer gave messages up that Kafka had not acknowledged. Each `send` that still waited got an error.
    NotDelivered {
        /// The number of messages.
        messages: usize,
        /// The time for which it had tried.
        deadline: Duration,
        /// The addresses of the cluster.
        servers: String,
        /// The records, to be sent again or kept.
        records: Undelivered,
    },
    /// The transaction that was open could not be aborted in time. Kafka does so when `transaction.timeout.ms` is over,
    /// or a new producer of the same id is made.
    NotAborted {
        /// The `transactional.id`.
        id: String,
        /// The time for which it had tried.
        deadline: Duration,
    },
    /// The offsets of what was acknowledged last were not committed: the group receives it again.
    NotCommitted {
        /// The topic of the consumer.
        topic: String,
        /// The error of librdkafka.
        cause: Cause,
    },
    /// The consumer had not left its group in time. It goes on trying by itself; if it does not succeed, the group
    /// waits until `session.timeout.ms` is over, and may receive again what was acknowledged last.
    NotLeft {
        /// The topic of the consumer.
        topic: String,
        /// The time for which it had tried.
        deadline: Duration,
    },
}

/// The records that a producer gave up when it was closed, in no certain order between topics and partitions.
/// `Debug` shows how many they are.
#[derive(Clone, PartialEq, Eq)]
pub struct Undelivered(pub(in crate::client) Vec<ProducerRecord>);

impl Undelivered {
    /// The records.
    #[must_use]
    pub fn into_records(self) -> Vec<ProducerRecord> {
        self.0
    }

    /// The records.
    #[must_use]
    pub fn records(&self) -> &[ProducerRecord] {
        &self.0
    }
}

impl fmt::Debug for Undelivered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Undelivered").field("len", &self.0.len()).finish_non_exhaustive()
    }
}

impl fmt::Display for CloseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotDelivered { messages, deadline, servers, .. } => write!(
                f,
                "{messages} messages were not delivered to {servers} within {deadline:?}; send them again, or close \
                 with a longer deadline"
            ),
            Self::NotAborted { id, deadline } => {
                write!(
                    f,
                    "the open transaction of `{id}` could not be aborted within {deadline:?}; Kafka does so later"
                )
            }
            Self::NotCommitted { topic, cause } => write!(
                f,
                "the consumer of topic `{topic}` could not commit what was acknowledged, which the group receives again{}",
                cause.advice()
            ),
            Self::NotLeft { topic, deadline } => {
                write!(f, "the consumer of topic `{topic}` did not leave its group within {deadline:?}")
            }
        }
    }
}

impl Error for CloseError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::NotCommitted { cause, .. } => Some(cause.error()),
            Self::NotDelivered { .. } | Self::NotAborted { .. } | Self::NotLeft { .. } => None,
        }
    }
}
