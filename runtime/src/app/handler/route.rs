//! From a record to the handler of its topic, without the types of either.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;

use super::input::PayloadDecoder;
use super::outcome::Outcome;
use super::{Attempt, Context, Handler};
use crate::app::dead_letter::{FailureCause, Reason};
use crate::message::Topic;

/// A handler and its topics.
pub(crate) trait Route: Send + Sync {
    /// The topics, each once.
    fn topics(&self) -> Vec<&Topic>;

    /// Decodes the payload, of a topic by its name in the schema, and returns the future of its handler.
    ///
    /// # Errors
    ///
    /// The cause, where the payload is no message of the topic.
    fn call(&self, topic: &str, attempt: Attempt) -> Result<HandlerFuture<'_>, FailureCause>;
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
}

impl<D, H, A, S> Route for HandlerRoute<D, H, A, S>
where
    D: PayloadDecoder,
    H: Handler<A, S, Message = D::Input>,
    S: Send + Sync + 'static,
{
    fn topics(&self) -> Vec<&Topic> {
        let mut topics: Vec<&Topic> = Vec::new();
        for descriptor in self.decoder.descriptors() {
            if topics.iter().all(|topic| topic.name != descriptor.topic.name) {
                topics.push(&descriptor.topic);
            }
        }
        topics
    }

    fn call(&self, topic: &str, attempt: Attempt) -> Result<HandlerFuture<'_>, FailureCause> {
        let message = match self.decoder.decode(topic, attempt.record.payload()) {
            Ok(Some(message)) => message,
            Ok(None) => return Err(FailureCause::new(Reason::Tombstone, "there is no payload (a tombstone)")),
            Err(error) => return Err(FailureCause::of_payload(&error)),
        };
        let context = Context { state: Arc::clone(&self.state), attempt };
        Ok(Box::pin(self.handler.call(message, context)))
    }
}
