//! Reasons why a message can't be handled.

use std::error::Error;
use std::fmt;

use crate::client::SendError;
use crate::error::{DecodeError, Violation};
use crate::visible::visible;

/// The reason why a message is a dead letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// `not-json`: the payload is not JSON.
    NotJson,
    /// `invalid`: the payload is not valid under the schema.
    Invalid,
    /// `bad-frame`: the record names the schema that wrote its payload in a way that can't be read: see
    /// [`FrameError`](crate::message::FrameError).
    BadFrame,
    /// `tombstone`: there is no payload, and the handler takes no tombstones.
    Tombstone,
    /// `no-handler`: the message is one of its topic, and has no handler: see
    /// [`OtherMessages::DeadLetter`](crate::app::OtherMessages::DeadLetter).
    NoHandler,
    /// `failed`: the handler failed on every attempt, the last time with an error or by asking for another attempt; or
    /// with an error that is [not tried again](crate::app::App::on_error).
    Failed,
    /// `panicked`: the handler failed on every attempt, the last time with a panic.
    Panicked,
    /// `timed-out`: the handler failed on every attempt, the last time because it took longer than
    /// [`App::attempt_timeout`](crate::app::App::attempt_timeout).
    TimedOut,
    /// `reply-failed`: a reply of the handler could not be sent.
    ReplyFailed,
    /// `rejected`: the handler returned [`Outcome::DeadLetter`](crate::app::Outcome::DeadLetter).
    Rejected,
}

impl Reason {
    /// All reasons.
    pub const ALL: &[Self] = &[
        Self::NotJson,
        Self::Invalid,
        Self::BadFrame,
        Self::Tombstone,
        Self::NoHandler,
        Self::Failed,
        Self::Panicked,
        Self::TimedOut,
        Self::ReplyFailed,
        Self::Rejected,
    ];

    /// Returns the word for the reason in the header [`REASON`](super::headers::REASON).
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotJson => "not-json",
            Self::Invalid => "invalid",
            Self::BadFrame => "bad-frame",
            Self::Tombstone => "tombstone",
            Self::NoHandler => "no-handler",
            Self::Failed => "failed",
            Self::Panicked => "panicked",
            Self::TimedOut => "timed-out",
            Self::ReplyFailed => "reply-failed",
            Self::Rejected => "rejected",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The cause of a failed attempt: a reason, the error in words, and the violations of the schema, if there are any.
#[derive(Clone, Debug)]
pub(crate) struct FailureCause {
    pub(crate) reason: Reason,
    pub(crate) error: String,
    pub(crate) violations: Vec<Violation>,
}

impl FailureCause {
    pub(crate) fn new(reason: Reason, error: impl Into<String>) -> Self {
        Self { reason, error: error.into(), violations: Vec::new() }
    }

    /// Creates the cause of a payload that does not decode.
    pub(crate) fn of_payload(error: &DecodeError) -> Self {
        let reason = match error {
            DecodeError::NotJson { .. } => Reason::NotJson,
            DecodeError::Invalid { .. } => Reason::Invalid,
            DecodeError::Frame { .. } => Reason::BadFrame,
        };
        Self { reason, error: error.to_string(), violations: error.violations().to_vec() }
    }

    /// Creates the cause of a reply that was not sent.
    pub(crate) fn of_reply(error: &SendError) -> Self {
        let violations = match error {
            SendError::Encode(refused) => refused.violations().to_vec(),
            _ => Vec::new(),
        };
        let text = format!("a reply was not sent: {}", error_chain(error));
        Self { reason: Reason::ReplyFailed, error: text, violations }
    }
}

impl fmt::Display for FailureCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.reason, visible(&self.error))
    }
}

/// Formats an error and its sources in one line, whatever a handler put in it.
pub(crate) fn error_chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    visible(&text).into_owned()
}
