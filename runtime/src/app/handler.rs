//! What handles messages, and what it is given.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use super::outcome::{IntoOutcome, Outcome};
use crate::client::{Producer, Record};

/// Handles messages: an async function of a message, or of a message and its [`Context`].
///
/// It is implemented for functions and closures, and there is no reason to implement it by hand. `A` is the list of their
/// arguments. A handler is called from many tasks at once, one for each partition or key.
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
///     if released.package_name.is_empty() { Outcome::dead_letter("no name") } else { Outcome::Done }
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
    /// What it handles: a message type, or an `Option` of one.
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

/// What a handler is given beside the message. Cheap to clone.
pub struct Context<S> {
    pub(super) state: Arc<S>,
    pub(super) delivery: Delivery,
}

/// An attempt to handle a record.
#[derive(Clone)]
pub(crate) struct Delivery {
    pub(crate) record: Arc<Record>,
    pub(crate) attempt: u32,
    pub(crate) producer: Producer,
}

impl<S> Context<S> {
    /// The state of the app, which all handlers share.
    #[must_use]
    pub fn state(&self) -> &S {
        &self.state
    }

    /// The record: topic, partition, offset, timestamp, key, headers and the payload as it was sent.
    #[must_use]
    pub fn record(&self) -> &Record {
        &self.delivery.record
    }

    /// Which attempt this is, from 1. The first one does not mean that the message was never handled before: it comes
    /// again after a crash.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.delivery.attempt
    }

    /// The producer of the app, for what is to be sent in any case. What is to be sent only if the handler succeeds, it
    /// returns.
    #[must_use]
    pub fn producer(&self) -> &Producer {
        &self.delivery.producer
    }
}

impl<S> Clone for Context<S> {
    fn clone(&self) -> Self {
        Self { state: Arc::clone(&self.state), delivery: self.delivery.clone() }
    }
}

impl<S> fmt::Debug for Context<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Delivery { record, attempt, .. } = &self.delivery;
        f.debug_struct("Context").field("record", record).field("attempt", attempt).finish_non_exhaustive()
    }
}
