//! Failures of attempts.

use std::time::Duration;

use crate::app::dead_letter::FailureCause;
use crate::client::SendError;

/// The failure of an attempt.
pub(crate) enum AttemptFailure {
    /// Another attempt may succeed, after this backoff, if it is given.
    Retriable { cause: FailureCause, backoff: Option<Duration> },
    /// The handler succeeded, and no attempt could send its replies.
    Final(FailureCause),
    /// The payload is no message of its topic, and no handler was called.
    Undecodable(FailureCause),
    /// The handler rejected the message.
    Rejected(FailureCause),
    /// The handler asked for the app to stop.
    Stop(String),
}

/// The failure of a message whose transaction was aborted because of it. The message is received again.
pub(crate) struct PriorFailure {
    /// The number of attempts that were made before.
    pub(crate) attempts: u32,
    pub(crate) cause: FailureCause,
    /// No other attempt would succeed.
    pub(crate) is_final: bool,
}

impl AttemptFailure {
    pub(crate) fn retriable(cause: FailureCause) -> Self {
        Self::Retriable { cause, backoff: None }
    }

    /// Creates the failure of an attempt whose reply was not sent.
    pub(crate) fn of_reply(error: &SendError) -> Self {
        let cause = FailureCause::of_reply(error);
        if may_be_sent_later(error) { Self::retriable(cause) } else { Self::Final(cause) }
    }

    /// Tells whether the breaker counts the attempt as failed.
    pub(crate) fn counts_for_breaker(&self) -> bool {
        match self {
            Self::Retriable { .. } | Self::Final(_) | Self::Undecodable(_) => true,
            Self::Rejected(_) | Self::Stop(_) => false,
        }
    }
}

impl PriorFailure {
    /// Creates the failure of an attempt whose reply Kafka refused in the transaction.
    pub(crate) fn of_reply(error: &SendError, attempts: u32) -> Self {
        Self { attempts, cause: FailureCause::of_reply(error), is_final: !may_be_sent_later(error) }
    }
}

impl From<PriorFailure> for AttemptFailure {
    fn from(PriorFailure { cause, is_final, .. }: PriorFailure) -> Self {
        if is_final { Self::Final(cause) } else { Self::retriable(cause) }
    }
}

/// Tells whether another attempt to send a reply may succeed. A topic that does not exist is no fault of the message, and
/// may be created again.
fn may_be_sent_later(error: &SendError) -> bool {
    error.is_retriable() || matches!(error, SendError::UnknownTopic { .. })
}
