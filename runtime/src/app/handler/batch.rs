//! Handlers of several messages at once.

use std::time::Duration;

use super::Context;
use super::extract::{FromContext, State};
use super::outcome::{BoxError, HandlerError, Outcome};

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
    /// The messages, where an argument of one of them can't be extracted.
    #[doc(hidden)]
    fn extract(messages: Vec<Self::Message>, contexts: &[Context<S>]) -> Result<Self, NotExtracted<Self::Message>>;
}

/// The messages of a batch, one of which lacks an argument.
#[doc(hidden)]
#[derive(Debug)]
pub struct NotExtracted<M> {
    pub(super) messages: Vec<M>,
    /// The number of the message that lacks it.
    pub(super) number: usize,
    /// The outcome of that message.
    pub(super) outcome: Outcome,
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
        #[allow(non_snake_case, reason = "each is named after its type; there may be none")]
        impl<M, S, $($extractor: FromBatch<S>),*> BatchArguments<S> for (Vec<M>, $($extractor,)*) {
            type Message = M;

            fn extract(messages: Vec<M>, contexts: &[Context<S>]) -> Result<Self, NotExtracted<M>> {
                let _ = contexts;
                $(let $extractor = match $extractor::from_batch(contexts) {
                    Ok(extracted) => extracted,
                    Err((number, outcome)) => return Err(NotExtracted { messages, number, outcome }),
                };)*
                Ok((messages, $($extractor,)*))
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
