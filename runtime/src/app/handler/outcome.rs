//! Outcomes of a handler: success, replies, failures.

use std::convert::Infallible;
use std::error::Error;
use std::fmt;
use std::time::Duration;

use crate::client::ProducerRecord;
use crate::error::EncodeError;
use crate::message::Encode;

/// The error of a handler. Every error type converts into it, and so do `anyhow::Error`, `String` and `&str`.
pub type BoxError = Box<dyn Error + Send + Sync>;

/// The outcome of an attempt to handle a message.
///
/// A handler returns one of these, or anything that [converts](IntoOutcome) into one: nothing, replies, or a `Result` of
/// them.
#[derive(Debug)]
#[non_exhaustive]
pub enum Outcome {
    /// The message is handled.
    Handled,
    /// The message is handled once these replies are delivered, each to the topic of its type.
    Reply(Vec<Reply>),
    /// The attempt failed. Another one follows, as the [`Retries`](crate::app::Retries) of the app say, and
    /// [what it decides on errors](crate::app::App::on_error).
    Failed(BoxError),
    /// The attempt failed. Another one follows after this time, if the [`Retries`](crate::app::Retries) have one left.
    RetryAfter(Duration),
    /// No attempt can succeed, for this reason, which the dead letter repeats.
    DeadLetter(String),
    /// The app stops, for this reason. The message is not handled, and is received again by the next run.
    Stop(String),
}

impl Outcome {
    /// Creates an outcome with one reply, which is sent to the topic of its type.
    #[must_use]
    pub fn reply(reply: impl IntoReply) -> Self {
        Self::Reply(vec![reply.into_reply()])
    }

    /// Creates the outcome of a failed attempt.
    #[must_use]
    pub fn failed(error: impl Into<BoxError>) -> Self {
        Self::Failed(error.into())
    }

    /// Creates the outcome of a message that can't be handled, with a reason.
    #[must_use]
    pub fn dead_letter(reason: impl fmt::Display) -> Self {
        Self::DeadLetter(reason.to_string())
    }

    /// Creates an outcome that stops the app, with a reason.
    #[must_use]
    pub fn stop(reason: impl fmt::Display) -> Self {
        Self::Stop(reason.to_string())
    }
}

/// A message that a handler sends, encoded. `Debug` shows neither key nor payload.
#[derive(Clone, Debug)]
pub struct Reply {
    pub(crate) record: Result<ProducerRecord, EncodeError>,
    /// It goes to the sender of a request.
    pub(crate) is_response: bool,
}

impl Reply {
    /// Adds the trace context of the current scope, as the producer does for all that is sent in it.
    pub(crate) fn traced(self) -> Self {
        Self { record: self.record.map(ProducerRecord::with_trace_headers), ..self }
    }
}

/// A conversion into a [`Reply`]: of a message of any kind, of a [`Response`](super::Response), or of a [`ProducerRecord`].
pub trait IntoReply {
    /// Encodes the message.
    fn into_reply(self) -> Reply;
}

impl<M: Encode> IntoReply for M {
    fn into_reply(self) -> Reply {
        Reply { record: ProducerRecord::of(&self), is_response: false }
    }
}

impl IntoReply for ProducerRecord {
    fn into_reply(self) -> Reply {
        Reply { record: Ok(self), is_response: false }
    }
}

/// A conversion into an [`Outcome`], for the return types of handlers.
///
/// `()` is [`Handled`](Outcome::Handled). A message, a `Vec` of messages, an `Option` of one and a tuple of up to four are
/// [replies](Outcome::Reply). The `Ok` of a `Result` is the outcome of its value, and `Err` is
/// [`Failed`](Outcome::Failed).
#[diagnostic::on_unimplemented(
    message = "a handler can't return `{Self}`",
    label = "no return value of a handler",
    note = "it returns `()`, messages to send, an `Outcome`, or a `Result` of one of them"
)]
pub trait IntoOutcome {
    /// The error that the return type may hold.
    type Error;

    /// Converts the return value.
    fn into_outcome(self) -> Outcome
    where
        Self::Error: HandlerError;
}

/// An error of a handler: each [`std::error::Error`], and `anyhow::Error`, `String` and `&str`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no error of a handler",
    label = "the error that a handler returns is none",
    note = "it implements `std::error::Error`, `Send` and `Sync`, or is a `String`, a `&str` or an `anyhow::Error`"
)]
pub trait HandlerError {
    /// Converts the error.
    fn into_error(self) -> BoxError;
}

#[diagnostic::do_not_recommend]
impl<E: Into<BoxError>> HandlerError for E {
    fn into_error(self) -> BoxError {
        self.into()
    }
}

impl IntoOutcome for Outcome {
    type Error = Infallible;

    fn into_outcome(self) -> Outcome {
        self
    }
}

impl IntoOutcome for () {
    type Error = Infallible;

    fn into_outcome(self) -> Outcome {
        Outcome::Handled
    }
}

#[diagnostic::do_not_recommend]
impl<M: IntoReply> IntoOutcome for M {
    type Error = Infallible;

    fn into_outcome(self) -> Outcome {
        Outcome::reply(self)
    }
}

impl<M: IntoReply> IntoOutcome for Vec<M> {
    type Error = Infallible;

    fn into_outcome(self) -> Outcome {
        Outcome::Reply(self.into_iter().map(M::into_reply).collect())
    }
}

impl<R: IntoOutcome> IntoOutcome for Option<R> {
    type Error = R::Error;

    fn into_outcome(self) -> Outcome
    where
        R::Error: HandlerError,
    {
        self.map_or(Outcome::Handled, R::into_outcome)
    }
}

impl<R: IntoOutcome<Error: HandlerError>, E> IntoOutcome for Result<R, E> {
    type Error = E;

    fn into_outcome(self) -> Outcome
    where
        E: HandlerError,
    {
        match self {
            Ok(value) => value.into_outcome(),
            Err(error) => Outcome::Failed(error.into_error()),
        }
    }
}

macro_rules! tuples {
    ($(($($message:ident),+))+) => {$(
        impl<$($message: IntoReply),+> IntoOutcome for ($($message,)+) {
            type Error = Infallible;

            fn into_outcome(self) -> Outcome {
                #[expect(non_snake_case, reason = "each is named after its type")]
                let ($($message,)+) = self;
                Outcome::Reply(vec![$($message.into_reply()),+])
            }
        }
    )+};
}

tuples! { (A, B) (A, B, C) (A, B, C, D) }
