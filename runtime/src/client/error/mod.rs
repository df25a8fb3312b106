//! The errors of the client, one for each operation.
//!
//! An error says what failed, where, and what to do. What librdkafka said is its
//! [`source`](Error::source), and no text repeats a key or a payload.

use std::error::Error;
use std::fmt;

use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};

mod admin;
mod close;
mod config;
mod position;
mod receive;
mod send;
mod transaction;

pub use self::admin::AdminError;
pub use self::close::{CloseError, Undelivered};
pub use self::config::{ConfigError, Setting};
pub use self::position::PositionError;
pub use self::receive::{InvalidRecord, ReceiveError};
pub use self::send::{SendError, SizeLimit};
pub use self::transaction::{AbortReason, TransactionError};

/// An error of librdkafka. It is available, as a `KafkaError`, from the [`source`](Error::source) of the error that holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause(Box<KafkaError>);

impl Cause {
    pub(crate) fn new(error: KafkaError) -> Self {
        Self(Box::new(error))
    }

    pub(crate) fn error(&self) -> &(dyn Error + 'static) {
        self.0.as_ref()
    }

    pub(in crate::client) fn code(&self) -> Option<Code> {
        match self.0.as_ref() {
            KafkaError::AdminOp(code) => Some(*code),
            error => error.rdkafka_error_code(),
        }
    }

    /// True if the same call may succeed later by itself.
    pub(in crate::client) fn is_transient(&self) -> bool {
        self.code().is_some_and(|code| TRANSIENT.contains(&code))
    }

    /// True if a broker refused the client: its credentials or a certificate are wrong.
    pub(in crate::client) fn is_refusal(&self) -> bool {
        self.code().is_some_and(|code| REFUSALS.contains(&code))
    }

    /// Advice, after a semicolon; empty where a person can do nothing.
    pub(super) fn advice(&self) -> &'static str {
        match self.code() {
            Some(Code::TopicAuthorizationFailed) => "; give the user the right to it (an ACL on the topic)",
            Some(Code::GroupAuthorizationFailed) => "; give the user the right to the group (an ACL on the group)",
            Some(Code::ClusterAuthorizationFailed) => "; give the user the right to it (an ACL on the cluster)",
            Some(Code::SaslAuthenticationFailed | Code::Authentication | Code::UnsupportedSASLMechanism) => {
                "; check `sasl.mechanism`, `sasl.username` and `sasl.password`"
            }
            Some(Code::SSL) => "; check `security.protocol` and the `ssl.` properties",
            Some(Code::InvalidTopic) => "; a topic name has up to 249 letters, digits, `.`, `_` and `-`",
            Some(Code::NotEnoughReplicas | Code::NotEnoughReplicasAfterAppend) => {
                "; fewer brokers are up than the topic's `min.insync.replicas`"
            }
            Some(Code::Fatal) => "; make a new client",
            Some(Code::TransactionalIdAuthorizationFailed) => "; give the user the right to it (an ACL on the id)",
            Some(Code::UnsupportedFeature | Code::UnsupportedVersion) => "; the cluster does not serve this request",
            _ => "",
        }
    }
}

/// The errors after which librdkafka retries by itself, or a retry may succeed.
const TRANSIENT: &[Code] = &[
    Code::AllBrokersDown,
    Code::BrokerNotAvailable,
    Code::BrokerTransportFailure,
    Code::CoordinatorLoadInProgress,
    Code::CoordinatorNotAvailable,
    Code::FencedLeaderEpoch,
    Code::IllegalGeneration,
    Code::KafkaStorageError,
    Code::LeaderNotAvailable,
    Code::MessageTimedOut,
    Code::NetworkException,
    Code::NotCoordinator,
    Code::NotController,
    Code::NotEnoughReplicas,
    Code::NotEnoughReplicasAfterAppend,
    Code::NotLeaderForPartition,
    Code::OffsetNotAvailable,
    Code::OperationTimedOut,
    Code::PollExceeded,
    Code::RebalanceInProgress,
    Code::ReplicaNotAvailable,
    Code::RequestTimedOut,
    Code::Resolve,
    Code::ThrottlingQuotaExceeded,
    Code::TimedOutQueue,
    Code::UnknownLeaderEpoch,
    Code::UnknownMemberId,
    Code::UnstableOffsetCommit,
    Code::WaitingForCoordinator,
];

/// The errors that last until somebody changes a password or a certificate.
const REFUSALS: &[Code] = &[
    Code::Authentication,
    Code::IllegalSASLState,
    Code::SaslAuthenticationFailed,
    Code::SSL,
    Code::UnsupportedSASLMechanism,
];

fn unknown_topic(f: &mut fmt::Formatter<'_>, topic: &str) -> fmt::Result {
    write!(
        f,
        "topic `{topic}` does not exist; check its name and THOTH_DEPLOYMENT_NAME, or create it with \
         `Kafka::admin().create_topic(…)`"
    )
}

fn no_broker(f: &mut fmt::Formatter<'_>, servers: &str, reason: Option<&str>, cause: &Cause) -> fmt::Result {
    if cause.is_refusal() {
        write!(f, "no Kafka broker at {servers} lets this client in")?;
        because(f, reason)?;
        return f.write_str(cause.advice());
    }
    write!(f, "no Kafka broker answered at {servers}")?;
    because(f, reason)?;
    f.write_str("; check that Kafka is up, the addresses (KAFKA_BOOTSTRAP_SERVERS) and `security.protocol`")
}

fn because(f: &mut fmt::Formatter<'_>, reason: Option<&str>) -> fmt::Result {
    reason.map_or(Ok(()), |reason| write!(f, " ({reason})"))
}
