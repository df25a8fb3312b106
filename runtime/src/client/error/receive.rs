//! Why a consumer has no message to give.

use std::error::Error;
use std::fmt;

use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};

use super::{Cause, no_broker, unknown_topic};
use crate::client::record::Record;
use crate::client::reports::Reports;
use crate::client::topics::NotFound;
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
    /// The topic was deleted and made anew, as the consumer finds out within some seconds: its offsets are those of other
    /// messages now. The consumer gives nothing more. When it is closed or dropped, its group begins the topic at its
    /// start, on the partitions that it has: messages that it has given already come again.
    TopicReplaced {
        /// Its name on the cluster.
        topic: String,
    },
    /// No broker could be reached, or none lets the client in. The consumer tries again when it is asked again.
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
    /// Acknowledges the record, so that the group goes on behind it, as [`Record::ack`].
    pub fn ack(self) {
        self.record.ack();
    }
}

impl ReceiveError {
    /// What a consumer has to say of an error of librdkafka's: nothing of what that gets over by itself and the client's
    /// context has logged.
    pub(in crate::client) fn heard(error: KafkaError, topic: &str, servers: &str, reports: &Reports) -> Option<Self> {
        let topic = topic.to_owned();
        let is_fatal = matches!(error, KafkaError::MessageConsumptionFatal(_));
        let is_end = matches!(error, KafkaError::PartitionEOF(_));
        let cause = Cause::from(error);
        match cause.code() {
            _ if is_end => None,
            _ if is_fatal => Some(Self::Fatal { topic, cause }),
            // All brokers: one alone may be the one that is wrong, and that passes.
            Some(Code::AllBrokersDown) => reports.recent_refusal().map(|(reason, cause)| {
                let reason = Some(reason);
                Self::Unreachable { servers: servers.to_owned(), reason, cause }
            }),
            // The topic has fewer partitions than before, or is gone, which is told as well.
            Some(Code::UnknownPartition) => None,
            Some(Code::UnknownTopic | Code::UnknownTopicOrPartition) => Some(Self::UnknownTopic { topic }),
            _ if cause.is_transient() || cause.is_refusal() => None,
            _ => Some(Self::Kafka { topic, cause }),
        }
    }

    /// Why there is no consumer of a topic.
    pub(in crate::client) fn not_found(why: NotFound, topic: &str, servers: &str, reports: &Reports) -> Self {
        match why {
            NotFound::Unknown => Self::UnknownTopic { topic: topic.to_owned() },
            NotFound::Unreachable(cause) => {
                let (reason, cause) = reports.why(cause);
                Self::Unreachable { servers: servers.to_owned(), reason, cause }
            }
            NotFound::Refused(cause) => Self::Kafka { topic: topic.to_owned(), cause },
        }
    }

    /// Whether asking the consumer again may work, without anybody doing anything.
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

    fn heard(code: Code, reports: &Reports) -> Option<ReceiveError> {
        ReceiveError::heard(KafkaError::MessageConsumption(code), "orders", "kafka:9092", reports)
    }

    #[test]
    fn a_broker_that_does_not_let_the_client_in_is_an_error_when_no_other_one_does() {
        let reports = Reports::default();
        reports.hear(&KafkaError::Global(Code::BrokerTransportFailure), "kafka:9092: Connection refused");
        assert!(heard(Code::AllBrokersDown, &reports).is_none(), "they may be up again soon");
        reports.hear(&KafkaError::Global(Code::Authentication), "kafka:9092: Invalid username or password");
        reports.hear(&KafkaError::Global(Code::BrokerTransportFailure), "kafka:9093: Connection refused");
        assert!(heard(Code::Authentication, &reports).is_none(), "other brokers may");
        let error = heard(Code::AllBrokersDown, &reports).unwrap();
        assert!(matches!(error, ReceiveError::Unreachable { .. }) && !error.is_retriable(), "{error:?}");
        let text = error.to_string();
        assert!(text.contains("lets this client in (kafka:9092: Invalid username or password)"), "{text}");
    }

    #[test]
    fn a_partition_that_is_gone_is_told_of_by_its_topic() {
        let reports = Reports::default();
        assert!(heard(Code::UnknownPartition, &reports).is_none());
        assert!(matches!(heard(Code::UnknownTopicOrPartition, &reports), Some(ReceiveError::UnknownTopic { .. })));
        let denied = heard(Code::TopicAuthorizationFailed, &reports);
        assert!(matches!(denied, Some(ReceiveError::Kafka { .. })), "{denied:?}");
    }
}
