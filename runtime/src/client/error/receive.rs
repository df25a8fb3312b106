//! The errors of consumers.

use std::error::Error;
use std::fmt;

use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};

use super::{Cause, Need, no_broker, unknown_topic};
use crate::client::client_errors::ClientErrors;
use crate::client::consumer::record::Record;
use crate::client::topic_lookup::NotFound;
use crate::error::DecodeError;

/// The reason for which a consumer has no message to give.
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
    /// The topic was deleted and made anew, which the consumer notices within some seconds: its offsets are those of other
    /// messages now. The consumer gives nothing more. When it is closed or dropped, its group begins the topic at its
    /// start, on the partitions that it has: messages that it has given already are received again.
    TopicReplaced {
        /// Its name on the cluster.
        topic: String,
    },
    /// No broker could be reached, or all refused the client. The consumer tries again when it is asked again.
    Unreachable {
        /// The addresses that were tried.
        servers: String,
        /// The last reason, as `Connection refused`.
        reason: Option<String>,
        /// The error of librdkafka.
        cause: Cause,
    },
    /// Kafka refused something that a person must put right. The consumer goes on.
    Kafka {
        /// The topic of the consumer.
        topic: String,
        /// The error of librdkafka.
        cause: Cause,
    },
    /// The consumer cannot go on; it gives nothing more.
    Fatal {
        /// The topic of the consumer.
        topic: String,
        /// The error of librdkafka.
        cause: Cause,
    },
}

/// The rights that a consumer needs.
pub(in crate::client) fn needs<'n>(topic: &'n str, group: &'n str) -> [Need<'n>; 2] {
    [(Code::TopicAuthorizationFailed, "Read", topic), (Code::GroupAuthorizationFailed, "Read", group)]
}

/// A record whose payload is no message of the type that was asked for.
#[derive(Debug)]
#[non_exhaustive]
pub struct InvalidRecord {
    /// The record, as it is on the topic.
    pub record: Record,
    /// The reason for which its payload was refused.
    pub error: DecodeError,
}

impl InvalidRecord {
    /// Acknowledges the record, so that the group goes on behind it, as [`Record::ack`].
    pub fn ack(self) {
        self.record.ack();
    }
}

impl ReceiveError {
    /// The error of a consumer whose client was polled; `None` where librdkafka recovers by itself, which the client's context
    /// has logged.
    pub(in crate::client) fn from_poll(
        error: KafkaError,
        topic: &str,
        group: &str,
        servers: &str,
        errors: &ClientErrors,
    ) -> Option<Self> {
        let is_fatal = matches!(error, KafkaError::MessageConsumptionFatal(_));
        let is_end = matches!(error, KafkaError::PartitionEOF(_));
        let cause = Cause::new(error).needing(&needs(topic, group));
        let topic = topic.to_owned();
        match cause.code() {
            _ if is_end => None,
            _ if is_fatal => Some(Self::Fatal { topic, cause }),
            // All brokers: one alone may be the one that is wrong, and that passes.
            Some(Code::AllBrokersDown) => errors.recent_refusal().map(|(reason, cause)| {
                let reason = Some(reason);
                Self::Unreachable { servers: servers.to_owned(), reason, cause }
            }),
            // The topic has fewer partitions than before, or is gone, which is reported as well.
            Some(Code::UnknownPartition) => None,
            Some(Code::UnknownTopic | Code::UnknownTopicOrPartition) => Some(Self::UnknownTopic { topic }),
            _ if cause.is_transient() || cause.is_refusal() => None,
            _ => Some(Self::Kafka { topic, cause }),
        }
    }

    /// The error of a consumer whose topic was not found.
    pub(in crate::client) fn not_found(why: NotFound, topic: &str, servers: &str, errors: &ClientErrors) -> Self {
        match why {
            NotFound::Unknown => Self::UnknownTopic { topic: topic.to_owned() },
            NotFound::Unreachable(cause) => {
                let (reason, cause) = errors.explain(cause);
                Self::Unreachable { servers: servers.to_owned(), reason, cause }
            }
            NotFound::Refused(cause) => {
                Self::Kafka { topic: topic.to_owned(), cause: cause.needing(&needs(topic, "")) }
            }
        }
    }

    /// True if asking the consumer again may succeed by itself.
    #[must_use]
    pub fn is_retriable(&self) -> bool {
        match self {
            Self::Unreachable { cause, .. } => !cause.is_refusal(),
            Self::Kafka { cause, .. } => cause.is_transient(),
            Self::Invalid(_)
            | Self::Tombstone(_)
            | Self::UnknownTopic { .. }
            | Self::TopicReplaced { .. }
            | Self::Fatal { .. } => false,
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
            Self::TopicReplaced { topic } => write!(
                f,
                "topic `{topic}` was deleted and made anew while it was read; make a new consumer, which begins at its start"
            ),
            Self::Unreachable { servers, reason, cause } => no_broker(f, servers, reason.as_deref(), cause),
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
            Self::Tombstone(_) | Self::UnknownTopic { .. } | Self::TopicReplaced { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn polled(code: Code, errors: &ClientErrors) -> Option<ReceiveError> {
        ReceiveError::from_poll(KafkaError::MessageConsumption(code), "orders", "shop", "kafka:9092", errors)
    }

    #[test]
    fn a_broker_that_refuses_the_client_is_an_error_once_all_are_down() {
        let errors = ClientErrors::default();
        errors.report(&KafkaError::Global(Code::BrokerTransportFailure), "kafka:9092: Connection refused");
        assert!(polled(Code::AllBrokersDown, &errors).is_none(), "they may be up again soon");
        errors.report(&KafkaError::Global(Code::Authentication), "kafka:9092: Invalid username or password");
        errors.report(&KafkaError::Global(Code::BrokerTransportFailure), "kafka:9093: Connection refused");
        assert!(polled(Code::Authentication, &errors).is_none(), "other brokers may");
        let error = polled(Code::AllBrokersDown, &errors).unwrap();
        assert!(matches!(error, ReceiveError::Unreachable { .. }) && !error.is_retriable(), "{error:?}");
        let text = error.to_string();
        assert!(text.contains("lets this client in (kafka:9092: Invalid username or password)"), "{text}");
    }

    #[test]
    fn a_partition_that_is_gone_is_reported_by_its_topic() {
        let errors = ClientErrors::default();
        assert!(polled(Code::UnknownPartition, &errors).is_none());
        assert!(matches!(polled(Code::UnknownTopicOrPartition, &errors), Some(ReceiveError::UnknownTopic { .. })));
        let denied = polled(Code::TopicAuthorizationFailed, &errors);
        assert!(matches!(denied, Some(ReceiveError::Kafka { .. })), "{denied:?}");
    }

    #[test]
    fn a_missing_right_is_named_with_what_it_is_on() {
        for (code, right) in [
            (Code::TopicAuthorizationFailed, "`Read` on the topic `orders`"),
            (Code::GroupAuthorizationFailed, "`Read` on the group `shop`"),
        ] {
            let text = polled(code, &ClientErrors::default()).unwrap().to_string();
            assert!(text.contains(right), "{text}");
        }
    }
}
