//! From a record to the handler of its topic, without the types of either.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;

use super::input::PayloadDecoder;
use super::outcome::Outcome;
use super::{Attempt, Context, Handler};
use crate::app::dead_letter::{FailureCause, Reason};
use crate::message::{Descriptor, TopicMessage};

/// A handler and its message types.
pub(crate) trait Route: Send + Sync {
    /// The message types.
    fn descriptors(&self) -> Vec<&Descriptor>;

    /// All message types of its topics that have several, as far as they are known.
    fn topic_messages(&self) -> Vec<&'static TopicMessage>;

    /// Decodes the payload, of a topic by its name in the schema, and returns the future of its handler.
    ///
    /// # Errors
    ///
    /// The reason for which there is none to call.
    fn call(&self, topic: &str, attempt: Attempt) -> Result<HandlerFuture<'_>, NotCalled>;

    /// Does the same; `None` if the payload is no input of its handler.
    fn try_call(&self, topic: &str, attempt: &Attempt) -> Option<HandlerFuture<'_>>;
}

/// The reason for which no handler is called.
pub(crate) enum NotCalled {
    /// The payload is no message of the topic, or of one whose messages without a handler are dead letters.
    DeadLetter(FailureCause),
    /// The message has no handler, and is skipped.
    Skipped,
}

pub(crate) type HandlerFuture<'a> = Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>;

/// The handler of a topic, and where its dead letters go.
#[derive(Clone)]
pub(crate) struct TopicHandler {
    pub(crate) route: Arc<dyn Route>,
    /// The name of the topic in the schema.
    pub(crate) topic: Arc<str>,
    /// The name of the dead-letter topic on the cluster.
    pub(crate) dead_letter_topic: Option<Arc<str>>,
}

/// A decoder, a handler and its state: the route of a call of [`App::handle`](crate::app::App::handle).
pub(crate) struct HandlerRoute<D, H, A, S> {
    decoder: D,
    handler: H,
    state: Arc<S>,
    arguments: PhantomData<fn(A)>,
}

impl<D, H, A, S> HandlerRoute<D, H, A, S> {
    pub(crate) fn new(decoder: D, handler: H, state: Arc<S>) -> Self {
        Self { decoder, handler, state, arguments: PhantomData }
    }

    fn call_with<'a>(&'a self, message: D::Input, attempt: Attempt) -> HandlerFuture<'a>
    where
        D: PayloadDecoder,
        H: Handler<A, S, Message = D::Input>,
        S: Send + Sync + 'static,
    {
        let context = Context { state: Arc::clone(&self.state), attempt };
        Box::pin(self.handler.call(message, context))
    }
}

impl<D, H, A, S> Route for HandlerRoute<D, H, A, S>
where
    D: PayloadDecoder,
    H: Handler<A, S, Message = D::Input>,
    S: Send + Sync + 'static,
{
    fn descriptors(&self) -> Vec<&Descriptor> {
        self.decoder.descriptors()
    }

    fn topic_messages(&self) -> Vec<&'static TopicMessage> {
        self.decoder.topic_messages()
    }

    fn call(&self, topic: &str, attempt: Attempt) -> Result<HandlerFuture<'_>, NotCalled> {
        let cause = match self.decoder.decode(topic, attempt.record.payload()) {
            Ok(Some(message)) => return Ok(self.call_with(message, attempt)),
            Ok(None) => FailureCause::new(Reason::Tombstone, "there is no payload (a tombstone)"),
            Err(error) => FailureCause::of_payload(&error),
        };
        Err(NotCalled::DeadLetter(cause))
    }

    fn try_call(&self, topic: &str, attempt: &Attempt) -> Option<HandlerFuture<'_>> {
        let message = self.decoder.try_decode(topic, attempt.record.payload())?;
        Some(self.call_with(message, attempt.clone()))
    }
}
