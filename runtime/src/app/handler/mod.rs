//! Handlers: async functions from a message to an outcome.
//!
//! A [`Route`] erases the types of a handler: how a payload becomes its input ([`HandlerInput`], or any
//! [`Decoder`](crate::Decoder)), the function itself ([`Handler`]), and its state. All that the rest of the app sees is an
//! [`Outcome`], or the [`FailureCause`](crate::app::dead_letter::FailureCause) of a payload that is no message.

mod input;
mod outcome;
mod route;

use std::fmt;
use std::future::Future;
use std::sync::Arc;

pub use self::input::HandlerInput;
pub(crate) use self::input::{DecoderInput, PayloadDecoder, TypedInput};
pub use self::outcome::{BoxError, IntoOutcome, IntoReply, Outcome, Reply};
pub(crate) use self::route::{HandlerFuture, HandlerRoute, Route, TopicHandler};
use crate::client::{Producer, Record};

/// Handles messages: an async function of a message, or of a message and its [`Context`].
///
/// Functions and closures implement it; there is no reason to implement it by hand. `A` is the list of their arguments. A
/// handler is called from many tasks at once, one for each partition or key.
///
/// ```
/// use thoth_messaging::app::{Context, Outcome};
/// use thoth_messaging::messages::PackageReleased;
/// # struct Database;
/// # impl Database { async fn insert(&self, _: &str) -> Result<(), std::io::Error> { Ok(()) } }
///
/// async fn on_released(released: PackageReleased, context: Context<Database>) -> Result<(), std::io::Error> {
///     context.state().insert(&released.package_name).await
/// }
///
/// async fn on_released_without_context(released: PackageReleased) -> Outcome {
///     if released.package_name.is_empty() { Outcome::dead_letter("no name") } else { Outcome::Handled }
/// }
/// # let kafka = thoth_messaging::Kafka::new("localhost:9092");
/// # thoth_messaging::App::new(&kafka).handle(on_released_without_context).state(Database).handle(on_released);
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no handler",
    note = "a handler is an `async fn(Message)` or `async fn(Message, Context<State>)` whose future is `Send`; the state \
            is the one of the app, set before with `.state(…)`"
)]
pub trait Handler<A, S>: Send + Sync + 'static {
    /// The input: a message type, or an `Option` of one.
    type Message: Send + 'static;

    /// Handles a message.
    fn call(&self, message: Self::Message, context: Context<S>) -> impl Future<Output = Outcome> + Send;
}

impl<F, Fut, M, S> Handler<(M,), S> for F
where
    F: Fn(M) -> Fut + Send + Sync + 'static,
    Fut: Future<Output: IntoOutcome> + Send,
    M: Send + 'static,
    S: Send + Sync + 'static,
{
    type Message = M;

    async fn call(&self, message: M, _: Context<S>) -> Outcome {
        self(message).await.into_outcome()
    }
}

impl<F, Fut, M, S> Handler<(M, Context<S>), S> for F
where
    F: Fn(M, Context<S>) -> Fut + Send + Sync + 'static,
    Fut: Future<Output: IntoOutcome> + Send,
    M: Send + 'static,
    S: Send + Sync + 'static,
{
    type Message = M;

    async fn call(&self, message: M, context: Context<S>) -> Outcome {
        self(message, context).await.into_outcome()
    }
}

/// The second argument of a handler: the state of the app, and the record of the message. Cheap to clone.
pub struct Context<S> {
    state: Arc<S>,
    attempt: Attempt,
}

/// An attempt to handle a record.
#[derive(Clone)]
pub(crate) struct Attempt {
    pub(crate) record: Arc<Record>,
    /// From 1.
    pub(crate) number: u32,
    pub(crate) producer: Producer,
}

impl<S> Context<S> {
    /// Returns the state of the app, which all its handlers share.
    #[must_use]
    pub fn state(&self) -> &S {
        &self.state
    }

    /// Returns the record: topic, partition, offset, timestamp, key, headers and the payload as it was sent.
    #[must_use]
    pub fn record(&self) -> &Record {
        &self.attempt.record
    }

    /// Returns the number of this attempt, from 1. A first attempt does not mean that the message was never handled
    /// before: it is received again after a crash.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.attempt.number
    }

    /// Returns the producer of the app, for messages that are to be sent whether or not the handler succeeds. Messages
    /// that depend on its success are returned as replies instead.
    #[must_use]
    pub fn producer(&self) -> &Producer {
        &self.attempt.producer
    }
}

impl<S> Clone for Context<S> {
    fn clone(&self) -> Self {
        Self { state: Arc::clone(&self.state), attempt: self.attempt.clone() }
    }
}

impl<S> fmt::Debug for Context<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Attempt { record, number, .. } = &self.attempt;
        f.debug_struct("Context").field("record", record).field("attempt", number).finish_non_exhaustive()
    }
}
