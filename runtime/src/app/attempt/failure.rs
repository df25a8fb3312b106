//! Failures of attempts.

use std::time::Duration;

use crate::app::dead_letter::{FailureCause, LetterForm};
use crate::client::SendError;

/// The failure of an attempt.
pub(crate) enum AttemptFailure {
    /// Another attempt may succeed, after this backoff, if it is given.
    Retriable { cause: FailureCause, backoff: Option<Duration> },
    /// The handler failed with an error that is not tried again.
    Permanent(FailureCause),
    /// The handler succeeded, and no attempt could send its replies.
    Final(FailureCause),
    /// The handler succeeded, and Kafka refused the batch that a reply was in. It may not refuse the reply alone.
    Batch(FailureCause),
    /// The payload is no message of its topic, and no handler was called.
    Undecodable(FailureCause),
    /// The handler rejected the message.
    Rejected(FailureCause),
    /// The handler asked for the app to stop.
    Stop(String),
}

/// The failure of a message whose transaction was aborted. The message is received again, and goes on from there.
#[derive(Clone)]
pub(crate) enum PriorFailure {
    /// Kafka refused a reply, after so many attempts; another one may succeed. Or it went to a retry topic in the transaction.
    Retriable { attempts: u32, cause: FailureCause, backoff: Option<Duration> },
    /// It is to be a dead letter, of this form.
    DeadLetter { attempts: u32, cause: FailureCause, form: LetterForm },
}

impl AttemptFailure {
    pub(crate) fn retriable(cause: FailureCause) -> Self {
        Self::Retriable { cause, backoff: None }
    }

    /// Creates the failure of an attempt whose reply was not sent. Another attempt may send it, unless the reply is the cause: a
    /// topic that does not exist may be created, and a right that is missing may be granted.
    pub(crate) fn of_reply(error: &SendError) -> Self {
        let cause = FailureCause::of_reply(error);
        match error {
            SendError::TooLarge { limit: None, .. } => Self::Batch(cause),
            error if error.is_of_message() => Self::Final(cause),
            _ => Self::retriable(cause),
        }
    }

    /// Creates the failure of an attempt whose response was not sent. Its topic is one of the sender of the request, who is gone
    /// if the topic is: nobody waits for it.
    pub(crate) fn of_response(error: &SendError) -> Self {
        match error {
            SendError::UnknownTopic { .. } => Self::Final(FailureCause::of_reply(error)),
            error => Self::of_reply(error),
        }
    }

    /// Tells whether the breaker counts the attempt as failed.
    pub(crate) fn counts_for_breaker(&self) -> bool {
        match self {
            Self::Retriable { .. } | Self::Permanent(_) | Self::Final(_) | Self::Batch(_) | Self::Undecodable(_) => {
                true
            }
            Self::Rejected(_) | Self::Stop(_) => false,
        }
    }
}

impl PriorFailure {
    /// Creates the failure of an attempt whose reply Kafka refused in the transaction.
    pub(crate) fn of_reply(error: &SendError, attempts: u32) -> Self {
        let cause = FailureCause::of_reply(error);
        if error.is_of_message() {
            Self::DeadLetter { attempts, cause, form: LetterForm::default() }
        } else {
            Self::Retriable { attempts, cause, backoff: None }
        }
    }
}
