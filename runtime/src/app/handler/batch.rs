//! Handlers of several messages at once.

use std::future::{Future, ready};
use std::marker::PhantomData;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use super::configured::HandlerOptions;
use super::extract::{FromContext, State};
use super::function::{Handler, HandlerFuture};
use super::input::PayloadDecoder;
use super::outcome::{BoxError, HandlerError, Outcome};
use super::route::{CalledFuture, Callee, DecodedRoute};
use super::{Attempt, Context};
use crate::client::Record;

/// The size of the batches of a handler: see [`App::handle_batch`](crate::app::App::handle_batch).
///
/// A batch is complete with 500 messages, or 100 ms after its first one, unless something else is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Batch {
    pub(crate) max_messages: usize,
    pub(crate) max_wait: Duration,
}

impl Default for Batch {
    fn default() -> Self {
        Self { max_messages: 500, max_wait: Duration::from_millis(100) }
    }
}

impl Batch {
    /// Sets the largest number of messages; at least one.
    #[must_use]
    pub fn max_messages(self, messages: usize) -> Self {
        Self { max_messages: messages.max(1), ..self }
    }

    /// Returns the size that is collected for two handlers: the larger one, in the shorter time.
    pub(crate) fn and(self, other: Self) -> Self {
        Self { max_messages: self.max_messages.max(other.max_messages), max_wait: self.max_wait.min(other.max_wait) }
    }

    /// Sets the longest time for which the first message of a batch waits for others. Without any, a batch is what there is.
    #[must_use]
    pub fn max_wait(self, wait: Duration) -> Self {
        Self { max_wait: wait, ..self }
    }
}

/// The arguments of a batch handler: a `Vec` of messages, and extractors, [`State`] or a `Vec` of those of each message.
#[diagnostic::on_unimplemented(
    message = "`{Self}` are no arguments of a batch handler in an app whose state is `{S}`",
    label = "not a function of a `Vec` of messages and extractors",
    note = "a batch handler is an `async fn(Vec<Message>)`; `State<S>` and `Vec`s of extractors may stand behind the messages"
)]
pub trait BatchArguments<S>: Sized {
    /// The message type.
    type Message;

    /// Extracts all arguments but the messages.
    ///
    /// # Errors
    ///
    /// The outcome of the first message whose argument can't be extracted, and its number.
    #[doc(hidden)]
    fn extract(messages: Vec<Self::Message>, contexts: &[Context<S>]) -> Result<Self, (usize, Outcome)>;
}

/// An argument of a batch handler behind the messages: [`State`], or a `Vec` with an [extractor](FromContext) of each message.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no extractor of a batch in an app whose state is `{S}`",
    note = "behind the messages stand `State<S>`, `Vec<Context<S>>`, `Vec<Key>`, `Vec<Headers>` and `Vec<Metadata>`"
)]
pub trait FromBatch<S>: Sized {
    /// Extracts the argument, from the contexts of all messages.
    ///
    /// # Errors
    ///
    /// The outcome of the first message for which there is none, and its number.
    fn from_batch(contexts: &[Context<S>]) -> Result<Self, (usize, Outcome)>;
}

impl<S> FromBatch<S> for State<S> {
    fn from_batch(contexts: &[Context<S>]) -> Result<Self, (usize, Outcome)> {
        let context = contexts.first().ok_or_else(|| (0, Outcome::failed("a batch without messages")))?;
        Self::from_context(context).map_err(|outcome| (0, outcome))
    }
}

impl<S, E: FromContext<S>> FromBatch<S> for Vec<E> {
    fn from_batch(contexts: &[Context<S>]) -> Result<Self, (usize, Outcome)> {
        let extract = |(number, context)| E::from_context(context).map_err(|outcome| (number, outcome));
        contexts.iter().enumerate().map(extract).collect()
    }
}

macro_rules! arguments {
    ($(($($extractor:ident),*))*) => {$(
        impl<M, S, $($extractor: FromBatch<S>),*> BatchArguments<S> for (Vec<M>, $($extractor,)*) {
            type Message = M;

            fn extract(messages: Vec<M>, contexts: &[Context<S>]) -> Result<Self, (usize, Outcome)> {
                let _ = contexts;
                Ok((messages, $($extractor::from_batch(contexts)?,)*))
            }
        }
    )*};
}

arguments! { () (A) (A, B) (A, B, C) (A, B, C, D) }

/// A conversion into the outcomes of a batch, for the return types of batch handlers.
///
/// `()` says that all messages are handled. The `Err` of a `Result` is a failed attempt at all of them. A `Vec` has the
/// [`Outcome`] of each, in their order; messages behind the last one that has an outcome are not handled, and come again.
#[diagnostic::on_unimplemented(
    message = "a batch handler can't return `{Self}`",
    note = "it returns `()`, a `Vec<Outcome>`, or a `Result` of one of them"
)]
pub trait IntoOutcomes {
    /// The error that the return type may hold.
    type Error;

    /// Converts the return value.
    #[doc(hidden)]
    fn into_outcomes(self) -> Outcomes
    where
        Self::Error: HandlerError;
}

/// The outcomes of a batch.
#[doc(hidden)]
#[derive(Debug)]
pub enum Outcomes {
    /// All messages are handled.
    Handled,
    /// The outcomes of the first messages.
    Each(Vec<Outcome>),
    /// The attempt at all of them failed.
    Failed(BoxError),
}

impl IntoOutcomes for () {
    type Error = std::convert::Infallible;

    fn into_outcomes(self) -> Outcomes {
        Outcomes::Handled
    }
}

impl IntoOutcomes for Vec<Outcome> {
    type Error = std::convert::Infallible;

    fn into_outcomes(self) -> Outcomes {
        Outcomes::Each(self)
    }
}

impl<R: IntoOutcomes<Error: HandlerError>, E> IntoOutcomes for Result<R, E> {
    type Error = E;

    fn into_outcomes(self) -> Outcomes
    where
        E: HandlerError,
    {
        match self {
            Ok(value) => value.into_outcomes(),
            Err(error) => Outcomes::Failed(error.into_error()),
        }
    }
}

/// A handler of batches.
pub(crate) trait CallBatch: Send + Sync {
    fn batch(&self) -> Batch;

    /// Tells whether layers were given to the handler.
    fn has_layers(&self) -> bool;

    /// Decodes payloads, of a topic by its name in the schema, and calls the handler with those that are its messages.
    fn call_batch(&self, topic: &str, attempts: &[Attempt]) -> CalledBatch;
}

/// A batch, and the call of its handler.
pub(crate) struct CalledBatch {
    /// For each payload, whether the handler was called with it.
    pub(crate) accepted: Vec<bool>,
    /// `None` if there are none.
    pub(crate) future: Option<OutcomesFuture>,
}

type OutcomesFuture = Pin<Box<dyn Future<Output = Outcomes> + Send>>;

/// A batch handler and its state.
pub(crate) struct BatchFunction<H, A, S> {
    handler: H,
    state: Arc<S>,
    batch: Batch,
    has_layers: bool,
    arguments: PhantomData<fn(A)>,
}

impl<D, H: Handler<A, S>, A, S> DecodedRoute<D, BatchFunction<H, A, S>> {
    pub(crate) fn of_batches(decoder: D, handler: H, state: Arc<S>, batch: Batch) -> Self {
        let HandlerOptions { settings, layers } = handler.options();
        let has_layers = !layers.is_empty();
        Self { decoder, settings, callee: BatchFunction { handler, state, batch, has_layers, arguments: PhantomData } }
    }
}

impl<H, A, S> BatchFunction<H, A, S>
where
    H: Handler<A, S, Future: HandlerFuture<Value: IntoOutcomes<Error: HandlerError>> + Send + 'static>,
    A: BatchArguments<S>,
{
    /// Calls the handler.
    ///
    /// # Errors
    ///
    /// The number of a message that lacks an argument, and its outcome.
    fn call_with(&self, messages: Vec<A::Message>, attempts: Vec<Attempt>) -> Result<OutcomesFuture, (usize, Outcome)> {
        let with_state = |attempt| Context { state: Arc::clone(&self.state), attempt };
        let contexts: Vec<_> = attempts.into_iter().map(with_state).collect();
        let called = self.handler.call(A::extract(messages, &contexts)?);
        let records: Vec<_> = contexts.into_iter().map(|context| context.attempt.record).collect();
        Ok(Box::pin(async move { called.await.into_outcomes().addressed(&records) }))
    }
}

impl<H, A, S> Callee<A::Message> for BatchFunction<H, A, S>
where
    H: Handler<A, S, Future: HandlerFuture<Value: IntoOutcomes<Error: HandlerError>> + Send + 'static> + Send + Sync,
    A: BatchArguments<S>,
    S: Send + Sync + 'static,
{
    fn call(&self, message: A::Message, attempt: Attempt) -> CalledFuture {
        match self.call_with(vec![message], vec![attempt]) {
            Ok(outcomes) => Box::pin(async { outcomes.await.of_one() }),
            Err((_, outcome)) => Box::pin(ready(outcome)),
        }
    }

    fn batches<D: PayloadDecoder<Input = A::Message>>(route: &DecodedRoute<D, Self>) -> Option<&dyn CallBatch> {
        Some(route)
    }
}

impl<D, H, A, S> CallBatch for DecodedRoute<D, BatchFunction<H, A, S>>
where
    D: PayloadDecoder,
    H: Handler<A, S, Future: HandlerFuture<Value: IntoOutcomes<Error: HandlerError>> + Send + 'static> + Send + Sync,
    A: BatchArguments<S, Message = D::Input>,
    S: Send + Sync + 'static,
{
    fn batch(&self) -> Batch {
        self.callee.batch
    }

    fn has_layers(&self) -> bool {
        self.callee.has_layers
    }

    fn call_batch(&self, topic: &str, attempts: &[Attempt]) -> CalledBatch {
        let mut accepted = vec![true; attempts.len()];
        loop {
            let (mut messages, mut with_message) = (Vec::new(), Vec::new());
            for (number, attempt) in attempts.iter().enumerate().filter(|(number, _)| accepted[*number]) {
                if let Some(message) = self.decoder.try_decode(topic, attempt.record.payload()) {
                    messages.push(message);
                    with_message.push((number, attempt.clone()));
                }
            }
            accepted.fill(false);
            for (number, _) in &with_message {
                accepted[*number] = true;
            }
            if messages.is_empty() {
                return CalledBatch { accepted, future: None };
            }
            let (numbers, attempts): (Vec<_>, Vec<_>) = with_message.into_iter().unzip();
            match self.callee.call_with(messages, attempts) {
                Ok(future) => return CalledBatch { accepted, future: Some(future) },
                // It is attempted alone, and has its outcome then.
                Err((lacking, _)) => match numbers.get(lacking) {
                    Some(number) => accepted[*number] = false,
                    None => return CalledBatch { accepted: vec![false; accepted.len()], future: None },
                },
            }
        }
    }
}

impl Outcomes {
    /// Addresses the responses to each message.
    fn addressed(self, messages: &[Arc<Record>]) -> Self {
        let Self::Each(mut outcomes) = self else { return self };
        for (outcome, message) in outcomes.iter_mut().zip(messages) {
            *outcome = mem::replace(outcome, Outcome::Handled).addressed(message);
        }
        Self::Each(outcomes)
    }

    /// Returns the outcome of a batch of one message.
    fn of_one(self) -> Outcome {
        match self {
            Self::Handled => Outcome::Handled,
            Self::Each(outcomes) => outcomes.into_iter().next().unwrap_or_else(|| Outcome::failed(NO_OUTCOME)),
            Self::Failed(error) => Outcome::Failed(error),
        }
    }
}

/// The error of a batch handler that returns no outcomes.
pub(crate) const NO_OUTCOME: &str = "the handler returned no outcome";
