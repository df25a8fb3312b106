//! The errors of positions.

use std::error::Error;
use std::fmt;

use super::Cause;
use crate::client::topic_partition::TopicPartition;

/// The reason for which a consumer does not seek, or can't tell its position.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PositionError {
    /// It does not have the partition: it never had, or another member of the group has it now.
    NotAssigned {
        /// The partition.
        partition: TopicPartition,
    },
    /// Kafka refused it, or did not answer.
    Kafka {
        /// The error of librdkafka.
        cause: Cause,
    },
}

impl PositionError {
    /// True if the same call may succeed later.
    #[must_use]
    pub fn is_retriable(&self) -> bool {
        matches!(self, Self::Kafka { cause } if cause.is_transient())
    }
}

impl fmt::Display for PositionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAssigned { partition } => {
                write!(f, "{partition} is not assigned to this consumer; `assigned` waits for its partitions")
            }
            Self::Kafka { cause } => write!(f, "Kafka did not tell or change a position{}", cause.advice()),
        }
    }
}

impl Error for PositionError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::NotAssigned { .. } => None,
            Self::Kafka { cause } => Some(cause.error()),
        }
    }
}
