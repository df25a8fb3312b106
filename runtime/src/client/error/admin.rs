//! The errors of administration.

use std::error::Error;
use std::fmt;

use super::{Cause, ConfigError, because, no_broker};

/// The reason for which a request of administration failed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AdminError {
    /// The settings make no client.
    Config(ConfigError),
    /// No broker could be reached, or all refused the client.
    Unreachable {
        /// The addresses that were tried.
        servers: String,
        /// The last reason, as `Connection refused`.
        reason: Option<String>,
        /// The error of librdkafka.
        cause: Cause,
    },
    /// Kafka did not create a topic.
    NotCreated {
        /// Its name on the cluster.
        topic: String,
        /// The reason, in the broker's words.
        reason: Option<String>,
        /// The error of librdkafka.
        cause: Cause,
    },
    /// Kafka did not alter a topic.
    NotAltered {
        /// Its name on the cluster.
        topic: String,
        /// The reason, in the broker's words.
        reason: Option<String>,
        /// The error of librdkafka.
        cause: Cause,
    },
    /// Kafka refused a request about a consumer group.
    Group {
        /// Its name.
        group: String,
        /// The error of librdkafka.
        cause: Cause,
    },
    /// Kafka does not tell the offsets of a topic.
    Offsets {
        /// Its name on the cluster.
        topic: String,
        /// The error of librdkafka.
        cause: Cause,
    },
    /// The cluster has no controller, which creates and alters topics: as the Kafka in a process, which is for tests.
    NoController {
        /// The addresses of the cluster.
        servers: String,
    },
    /// Kafka did not carry out the request.
    Kafka {
        /// The error of librdkafka.
        cause: Cause,
    },
}

impl AdminError {
    /// True if the same call may succeed later.
    #[must_use]
    pub fn is_retriable(&self) -> bool {
        match self {
            Self::Config(_) | Self::NoController { .. } => false,
            Self::Unreachable { cause, .. } => !cause.is_refusal(),
            Self::NotCreated { cause, .. }
            | Self::NotAltered { cause, .. }
            | Self::Group { cause, .. }
            | Self::Offsets { cause, .. }
            | Self::Kafka { cause } => cause.is_transient(),
        }
    }
}

impl fmt::Display for AdminError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(error) => error.fmt(f),
            Self::Unreachable { servers, reason, cause } => no_broker(f, servers, reason.as_deref(), cause),
            Self::NotCreated { topic, reason, cause } => {
                write!(f, "Kafka did not create topic `{topic}`")?;
                because(f, reason.as_deref())?;
                f.write_str(&cause.advice())
            }
            Self::NotAltered { topic, reason, cause } => {
                write!(f, "Kafka did not alter topic `{topic}`")?;
                because(f, reason.as_deref())?;
                f.write_str(&cause.advice())
            }
            Self::Group { group, cause } => {
                write!(f, "Kafka refused a request about the group `{group}`{}", cause.advice())
            }
            Self::Offsets { topic, cause } => {
                write!(f, "Kafka does not tell the offsets of topic `{topic}`{}", cause.advice())
            }
            Self::NoController { servers } => write!(
                f,
                "the Kafka at {servers} has no controller, and so no administration of topics; an in-process Kafka has the \
                 topics that `create_topic`, or `thoth-messaging dev`, gave it at its start"
            ),
            Self::Kafka { cause } => write!(f, "Kafka did not carry out an administration request{}", cause.advice()),
        }
    }
}

impl Error for AdminError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Config(error) => error.source(),
            Self::NoController { .. } => None,
            Self::Unreachable { cause, .. }
            | Self::NotCreated { cause, .. }
            | Self::NotAltered { cause, .. }
            | Self::Group { cause, .. }
            | Self::Offsets { cause, .. }
            | Self::Kafka { cause } => Some(cause.error()),
        }
    }
}
