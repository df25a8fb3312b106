//! The errors of sends.

use std::error::Error;
use std::fmt;

use super::{Cause, ErrorKind, because, no_broker, unknown_topic};
use crate::error::EncodeError;

/// The reason for which a message was not sent.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SendError {
    /// The schema refuses the message.
    Encode(EncodeError),
    /// The topic does not exist.
    UnknownTopic {
        /// Its name on the cluster.
        topic: String,
    },
    /// The message is larger than is allowed.
    TooLarge {
        /// The topic that it was for.
        topic: String,
        /// Key, payload and headers, in bytes.
        size: usize,
        /// The limit; `None` where it is the broker that refused the message, which does not tell its limit.
        limit: Option<usize>,
        /// The origin of the limit.
        set_by: SizeLimit,
    },
    /// No broker could be reached, or all refused the client.
    Unreachable {
        /// The addresses that were tried.
        servers: String,
        /// The last reason, as `Connection refused`.
        reason: Option<String>,
        /// The error of librdkafka.
        cause: Cause,
    },
    /// The message was not acknowledged within `delivery.timeout.ms`. It may be on the topic nonetheless, if only the
    /// acknowledgement was lost.
    TimedOut {
        /// The topic that it was for.
        topic: String,
        /// The addresses of the cluster.
        servers: String,
        /// The last reason, as `Connection refused`.
        reason: Option<String>,
        /// The error of librdkafka.
        cause: Cause,
    },
    /// The producer was closed before the message was delivered.
    Closed {
        /// The topic that it was for.
        topic: String,
    },
    /// The transaction that the message was sent in had failed, or was aborted before the message was delivered.
    Aborted {
        /// The topic that it was for.
        topic: String,
    },
    /// Kafka refused the message.
    Kafka {
        /// The topic that it was for.
        topic: String,
        /// The error of librdkafka.
        cause: Cause,
    },
}

/// The origin of a limit for the size of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SizeLimit {
    /// The producer, by `message.max.bytes`.
    Producer,
    /// The topic, by `max.message.bytes`.
    Topic,
}

impl SendError {
    /// True if the same message may be delivered when it is sent again.
    #[must_use]
    pub fn is_retriable(&self) -> bool {
        match self {
            Self::TimedOut { .. } | Self::Aborted { .. } => true,
            Self::Unreachable { cause, .. } => !cause.is_refusal(),
            Self::Kafka { cause, .. } => cause.is_transient(),
            Self::Encode(_) | Self::UnknownTopic { .. } | Self::TooLarge { .. } | Self::Closed { .. } => false,
        }
    }
}

impl SendError {
    /// True if it is the message that can't be sent, as long as the topic and the settings are what they are. Everything else is
    /// trouble of the cluster, of its topics, rights and connections.
    pub(crate) fn is_of_message(&self) -> bool {
        match self {
            Self::Encode(_) | Self::TooLarge { .. } => true,
            Self::Kafka { cause, .. } => cause.kind() == ErrorKind::Message,
            Self::UnknownTopic { .. }
            | Self::Unreachable { .. }
            | Self::TimedOut { .. }
            | Self::Closed { .. }
            | Self::Aborted { .. } => false,
        }
    }

    /// True if the topic does not exist, or the user has no right to it.
    pub(in crate::client) fn is_of_topic(&self) -> bool {
        match self {
            Self::UnknownTopic { .. } => true,
            Self::Kafka { cause, .. } => matches!(cause.kind(), ErrorKind::Right | ErrorKind::Missing),
            _ => false,
        }
    }

    /// The variant, as a word for a span.
    pub(in crate::client) fn word(&self) -> &'static str {
        match self {
            Self::Encode(_) => "invalid",
            Self::UnknownTopic { .. } => "unknown-topic",
            Self::TooLarge { .. } => "too-large",
            Self::Unreachable { .. } => "unreachable",
            Self::TimedOut { .. } => "timed-out",
            Self::Closed { .. } => "closed",
            Self::Aborted { .. } => "aborted",
            Self::Kafka { .. } => "kafka",
        }
    }
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Encode(error) => error.fmt(f),
            Self::UnknownTopic { topic } => unknown_topic(f, topic),
            Self::TooLarge { topic, size, limit: Some(limit), set_by: SizeLimit::Topic } => write!(
                f,
                "a message for topic `{topic}` has {size} bytes, over the {limit} of the topic's `max.message.bytes` \
                 in the schema; raise it there and on the cluster, or compress (`compression.type`)"
            ),
            Self::TooLarge { topic, size, limit: Some(limit), set_by: SizeLimit::Producer } => write!(
                f,
                "a message for topic `{topic}` has {size} bytes, over the {limit} of `message.max.bytes`, which counts \
                 Kafka's own framing too; raise it, and the topic's `max.message.bytes`"
            ),
            Self::TooLarge { topic, size, limit: None, .. } => write!(
                f,
                "a message for topic `{topic}` has {size} bytes, and the broker refused it, or the batch that it was in, as \
                 too large; raise the topic's `max.message.bytes`, or lower `batch.size` to it"
            ),
            Self::Unreachable { servers, reason, cause } => no_broker(f, servers, reason.as_deref(), cause),
            Self::TimedOut { topic, servers, reason, .. } => {
                write!(f, "a message for topic `{topic}` on {servers} was not acknowledged in `delivery.timeout.ms`")?;
                because(f, reason.as_deref())?;
                f.write_str("; it may have been written all the same")
            }
            Self::Closed { topic } => {
                write!(f, "a message for topic `{topic}` was not delivered before the producer was closed")
            }
            Self::Aborted { topic } => {
                write!(f, "a message for topic `{topic}` was not delivered, because its transaction had failed")
            }
            Self::Kafka { topic, cause } => {
                write!(f, "Kafka refused a message for topic `{topic}`{}", cause.advice())
            }
        }
    }
}

impl Error for SendError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Encode(error) => error.source(),
            Self::Unreachable { cause, .. } | Self::TimedOut { cause, .. } | Self::Kafka { cause, .. } => {
                Some(cause.error())
            }
            Self::UnknownTopic { .. } | Self::TooLarge { .. } | Self::Closed { .. } | Self::Aborted { .. } => None,
        }
    }
}
