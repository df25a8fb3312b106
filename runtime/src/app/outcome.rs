//! What a handler says of a message.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use crate::client::{ProducerRecord, TraceContext};
use crate::error::EncodeError;
use crate::message::Encode;

/// The error of a handler: whatever converts into it, as every error type, `anyhow::Error`, `String` and `&str` do.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// What a handler says of a message.
///
/// A handler may return one of these, or what [becomes](IntoOutcome) one: nothing, replies, or a `Result` of any of
/// them.
#[derive(Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// It is handled.
    Done,
    /// It is handled as soon as these are delivered, each to the topic of its type.
    Reply(Vec<Reply>),
    /// The attempt failed. Another one follows, as the app's [`Retries`](super::Retries) say.
    Failed(BoxError),
    /// The attempt failed, and another one is to follow after this time, if the [`Retries`](super::Retries) have one left.
    RetryAfter(Duration),
    /// It can't ever be handled, for this reason, which its dead letter repeats.
    DeadLetter(String),
    /// The app is to stop, for this reason. The message is not handled, and comes again.
    Stop(String),
}

impl Outcome {
    /// A reply, sent to the topic of its type.
    #[must_use]
    pub fn reply(reply: impl IntoReply) -> Self {
        Self::Reply(vec![reply.into_reply()])
    }

    /// A failed attempt.
    #[must_use]
    pub fn failed(error: impl Into<BoxError>) -> Self {
        Self::Failed(error.into())
    }

    /// A dead letter, with a reason.
    #[must_use]
    pub fn dead_letter(reason: impl fmt::Display) -> Self {
        Self::DeadLetter(reason.to_string())
    }

    /// The end of the app, with a reason.
    #[must_use]
    pub fn stop(reason: impl fmt::Display) -> Self {
        Self::Stop(reason.to_string())
    }
}

/// A message that a handler sends, encoded. `Debug` shows neither key nor payload.
#[derive(Clone, Debug)]
pub struct Reply(pub(super) Result<ProducerRecord, EncodeError>);

impl Reply {
    /// With the trace of the scope that this is called in, as whatever is sent there has it.
    pub(super) fn traced(self) -> Self {
        Self(self.0.map(TraceContext::inject))
    }
}

/// What a handler may send: a message of any kind, or a [`ProducerRecord`].
pub trait IntoReply {
    /// The reply.
    fn into_reply(self) -> Reply;
}

impl<M: Encode> IntoReply for M {
    fn into_reply(self) -> Reply {
        Reply(ProducerRecord::of(&self))
    }
}

impl IntoReply for ProducerRecord {
    fn into_reply(self) -> Reply {
        Reply(Ok(self))
    }
}

/// What a handler may return.
///
/// `()` is [`Done`](Outcome::Done). A message, a `Vec` of messages, an `Option` of one and a tuple of up to four are
/// [replies](Outcome::Reply). Of a `Result`, `Ok` is what is in it, and `Err` is [`Failed`](Outcome::Failed).
#[diagnostic::on_unimplemented(
    message = "a handler can't return `{Self}`",
    note = "it returns `()`, messages to send, an `Outcome`, or a `Result` of one of them"
)]
pub trait IntoOutcome {
    /// The outcome.
    fn into_outcome(self) -> Outcome;
}

impl IntoOutcome for Outcome {
    fn into_outcome(self) -> Outcome {
        self
    }
}

impl IntoOutcome for () {
    fn into_outcome(self) -> Outcome {
        Outcome::Done
    }
}

impl<M: IntoReply> IntoOutcome for M {
    fn into_outcome(self) -> Outcome {
        Outcome::reply(self)
    }
}

impl<M: IntoReply> IntoOutcome for Vec<M> {
    fn into_outcome(self) -> Outcome {
        Outcome::Reply(self.into_iter().map(M::into_reply).collect())
    }
}

impl<R: IntoOutcome> IntoOutcome for Option<R> {
    fn into_outcome(self) -> Outcome {
        self.map_or(Outcome::Done, R::into_outcome)
    }
}

impl<R: IntoOutcome, E: Into<BoxError>> IntoOutcome for Result<R, E> {
    fn into_outcome(self) -> Outcome {
        match self {
            Ok(value) => value.into_outcome(),
            Err(error) => Outcome::failed(error),
        }
    }
}

macro_rules! tuples {
    ($(($($message:ident),+))+) => {$(
        impl<$($message: IntoReply),+> IntoOutcome for ($($message,)+) {
            fn into_outcome(self) -> Outcome {
                #[expect(non_snake_case, reason = "each is named after its type")]
                let ($($message,)+) = self;
                Outcome::Reply(vec![$($message.into_reply()),+])
            }
        }
    )+};
}

tuples! { (A, B) (A, B, C) (A, B, C, D) }
