//! The errors of the client, one for each operation.
//!
//! An error says what failed, where, and what to do. What librdkafka said is its
//! [`source`](Error::source), and no text repeats a key or a payload.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;

use rdkafka::error::{KafkaError, RDKafkaErrorCode as Code};

use crate::visible::visible;

mod admin;
mod close;
mod config;
mod kind;
mod position;
mod receive;
mod send;
mod transaction;

pub use self::admin::AdminError;
pub use self::close::{CloseError, Undelivered};
pub use self::config::{ConfigError, Setting};
use self::kind::ErrorKind;
pub use self::position::PositionError;
pub(in crate::client) use self::receive::needs;
pub use self::receive::{InvalidRecord, ReceiveError};
pub use self::send::{SendError, SizeLimit};
pub use self::transaction::{AbortReason, TransactionError};

/// An error of librdkafka. It is available, as a `KafkaError`, from the [`source`](Error::source) of the error that holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    error: Box<KafkaError>,
    /// What the user has to do about it, where that is more than the code says.
    remedy: Option<Box<str>>,
}

/// A right on something that an operation needs: the code of Kafka where it is missing, the operation as ACLs call it, and the
/// name of what it is a right on.
pub(in crate::client) type Need<'n> = (Code, &'static str, &'n str);

impl Cause {
    pub(crate) fn new(error: KafkaError) -> Self {
        Self { error: Box::new(error), remedy: None }
    }

    /// Names the right that is missing, of those that the operation needs.
    pub(in crate::client) fn needing(mut self, needs: &[Need<'_>]) -> Self {
        let code = self.code();
        self.remedy = needs.iter().find(|(missing, ..)| code == Some(*missing)).map(|need| right(*need).into());
        self
    }

    /// The error of a producer that can't go on, given the error that ended it.
    pub(in crate::client) fn ended_by((code, reason): (Code, String), topic: &str) -> Self {
        let remedy = match code {
            // An idempotent producer needs an id, which Kafka gives to those who may write to any topic.
            Code::ClusterAuthorizationFailed => {
                let right = right((Code::TopicAuthorizationFailed, "Write", topic));
                format!("{right}, and this program a new client after that")
            }
            _ => format!("make a new client ({})", visible(&reason)),
        };
        Self { error: Box::new(KafkaError::Global(Code::Fatal)), remedy: Some(remedy.into()) }
    }

    pub(crate) fn error(&self) -> &(dyn Error + 'static) {
        self.error.as_ref()
    }

    pub(in crate::client) fn code(&self) -> Option<Code> {
        match self.error.as_ref() {
            KafkaError::AdminOp(code) => Some(*code),
            error => error.rdkafka_error_code(),
        }
    }

    /// The kind of the error; that of [a person's work](ErrorKind::Lasting) where librdkafka gave no code.
    pub(in crate::client) fn kind(&self) -> ErrorKind {
        self.code().map_or(ErrorKind::Lasting, ErrorKind::of)
    }

    /// True if the same call may succeed later by itself.
    pub(in crate::client) fn is_transient(&self) -> bool {
        self.kind() == ErrorKind::Transient
    }

    /// True if a broker refused the client: its credentials or a certificate are wrong.
    pub(in crate::client) fn is_refusal(&self) -> bool {
        self.kind() == ErrorKind::Refusal
    }

    /// Advice, after a semicolon; empty where a person can do nothing.
    pub(super) fn advice(&self) -> Cow<'static, str> {
        if let Some(remedy) = &self.remedy {
            return format!("; {remedy}").into();
        }
        Cow::Borrowed(match self.code() {
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
            Some(Code::NonEmptyGroup | Code::UnknownMemberId) => "; the group has members: stop them first",
            Some(Code::GroupIdNotFound) => "; there is no such group",
            Some(Code::Fatal) => "; make a new client",
            Some(Code::TransactionalIdAuthorizationFailed) => "; give the user the right to it (an ACL on the id)",
            Some(Code::UnsupportedFeature | Code::UnsupportedVersion) => "; the cluster does not serve this request",
            _ => "",
        })
    }
}

/// A right that somebody has to give, as an ACL has it.
fn right((code, operation, name): Need<'_>) -> String {
    let resource = match code {
        Code::GroupAuthorizationFailed => "group",
        Code::TransactionalIdAuthorizationFailed => "transactional id",
        _ => "topic",
    };
    format!("this user needs the right `{operation}` on the {resource} `{name}` (an ACL)")
}

fn unknown_topic(f: &mut fmt::Formatter<'_>, topic: &str) -> fmt::Result {
    write!(
        f,
        "topic `{topic}` does not exist; check the name and THOTH_DEPLOYMENT_NAME, or create it with \
         `Kafka::admin().create_topic(…)`"
    )
}

fn no_broker(f: &mut fmt::Formatter<'_>, servers: &str, reason: Option<&str>, cause: &Cause) -> fmt::Result {
    if cause.is_refusal() {
        write!(f, "no Kafka broker at {servers} lets this client in")?;
        because(f, reason)?;
        return f.write_str(&cause.advice());
    }
    write!(f, "no Kafka broker answered at {servers}")?;
    because(f, reason)?;
    f.write_str("; check that Kafka is up, the addresses (KAFKA_BOOTSTRAP_SERVERS) and `security.protocol`")
}

fn because(f: &mut fmt::Formatter<'_>, reason: Option<&str>) -> fmt::Result {
    reason.map_or(Ok(()), |reason| write!(f, " ({reason})"))
}
