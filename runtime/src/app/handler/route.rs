//! From a record to the handler of its topic, without the types of either.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;

use super::batch::CallBatch;
use super::configured::HandlerOptions;
use super::function::{Handler, HandlerArguments, HandlerFuture};
use super::input::PayloadDecoder;
use super::layer::{LayerFn, Next, call, with_state};
use super::outcome::{HandlerError, IntoOutcome, Outcome};
use super::{Attempt, Context};
use crate::app::dead_letter::{FailureCause, Reason};
use crate::app::policy::HandlerSettings;
use crate::error::DecodeError;
use crate::message::{Descriptor, TopicMessage};

/// A handler and its message types.
pub(crate) trait Route: Send + Sync {
    /// The message types.
    fn descriptors(&self) -> Vec<&Descriptor>;

    /// All message types of its topics that have several, as far as they are known.
    fn topic_messages(&self) -> Vec<&'static TopicMessage>;

    /// The settings of the handler.
    fn settings(&self) -> &HandlerSettings;

    /// Decodes the payload, of a topic by its name in the schema, and calls the handler.
    ///
    /// # Errors
    ///
    /// The reason for which it is not called.
    fn call(&self, topic: &str, attempt: Attempt) -> Result<CalledFuture, NotCalled>;

    /// Does the same; `None` if the payload is no input of the handler.
    fn try_call(&self, topic: &str, attempt: &Attempt) -> Option<CalledFuture>;

    /// Tells whether the payload is an input of the handler.
    fn accepts(&self, topic: &str, payload: Option<&[u8]>) -> bool;

    /// Returns the calls of the handler with several messages, if it takes batches.
    fn batches(&self) -> Option<&dyn CallBatch> {
        None
    }
}

/// Returns the message of a payload that was decoded.
///
/// # Errors
///
/// The reason why there is none.
fn decoded<M>(message: Result<Option<M>, DecodeError>) -> Result<M, NotCalled> {
    let cause = match message {
        Ok(Some(message)) => return Ok(message),
        Ok(None) => FailureCause::new(Reason::Tombstone, "there is no payload (a tombstone)"),
        Err(error) => FailureCause::of_payload(&error),
    };
    Err(NotCalled::DeadLetter(cause))
}

/// A handler that was called.
pub(crate) type CalledFuture = Pin<Box<dyn Future<Output = Outcome> + Send>>;

/// The handler of a topic that was called, by its number among those of the topic.
pub(crate) struct Called {
    pub(crate) handler: usize,
    pub(crate) future: CalledFuture,
}

/// The reason for which no handler is called.
pub(crate) enum NotCalled {
    /// The payload is no message of the topic, or of one whose messages without a handler are dead letters.
    DeadLetter(FailureCause),
    /// The message has no handler, and is skipped.
    Skipped,
}

/// A decoder, and what is called with the messages that it decodes: the route of a call of
/// [`App::handle`](crate::app::App::handle) and those beside it.
pub(crate) struct DecodedRoute<D, C> {
    pub(super) decoder: D,
    pub(super) settings: HandlerSettings,
    pub(super) callee: C,
}

/// A handler that is called with a message.
pub(crate) trait Callee<M>: Send + Sync + Sized {
    fn call(&self, message: M, attempt: Attempt) -> CalledFuture;

    /// Returns the calls with several messages, if it takes batches.
    fn batches<D: PayloadDecoder<Input = M>>(route: &DecodedRoute<D, Self>) -> Option<&dyn CallBatch> {
        let _ = route;
        None
    }
}

impl<D: PayloadDecoder, C: Callee<D::Input>> Route for DecodedRoute<D, C> {
    fn descriptors(&self) -> Vec<&Descriptor> {
        self.decoder.descriptors()
    }

    fn topic_messages(&self) -> Vec<&'static TopicMessage> {
        self.decoder.topic_messages()
    }

    fn settings(&self) -> &HandlerSettings {
        &self.settings
    }

    fn call(&self, topic: &str, attempt: Attempt) -> Result<CalledFuture, NotCalled> {
        let payload = attempt.record.payload();
        decoded(self.decoder.decode(topic, payload)).map(|message| self.callee.call(message, attempt))
    }

    fn try_call(&self, topic: &str, attempt: &Attempt) -> Option<CalledFuture> {
        let message = self.decoder.try_decode(topic, attempt.record.payload())?;
        Some(self.callee.call(message, attempt.clone()))
    }

    fn accepts(&self, topic: &str, payload: Option<&[u8]>) -> bool {
        self.decoder.try_decode(topic, payload).is_some()
    }

    fn batches(&self) -> Option<&dyn CallBatch> {
        C::batches(self)
    }
}

/// A handler of single messages in its layers.
pub(crate) struct Layered<H, A, S> {
    layers: Vec<LayerFn>,
    function: Arc<Function<H, A, S>>,
}

struct Function<H, A, S> {
    handler: H,
    state: Arc<S>,
    arguments: PhantomData<fn(A)>,
}

impl<D, H, A, S> DecodedRoute<D, Layered<H, A, S>>
where
    H: Handler<A, S>,
    S: Send + Sync + 'static,
{
    pub(crate) fn new(decoder: D, handler: H, state: Arc<S>) -> Self {
        let HandlerOptions { settings, layers } = handler.options();
        let layers = layers.into_iter().map(|layer| with_state(layer, Arc::clone(&state))).collect();
        let function = Arc::new(Function { handler, state, arguments: PhantomData });
        Self { decoder, settings, callee: Layered { layers, function } }
    }
}

impl<H, A, S> Function<H, A, S>
where
    H: Handler<A, S, Future: HandlerFuture<Value: IntoOutcome<Error: HandlerError>> + Send + 'static>,
    A: HandlerArguments<S>,
{
    fn call(&self, message: A::Message, attempt: Attempt) -> CalledFuture {
        call(&self.handler, message, &Context { state: Arc::clone(&self.state), attempt })
    }
}

impl<H, A, S> Callee<A::Message> for Layered<H, A, S>
where
    H: Handler<A, S, Future: HandlerFuture<Value: IntoOutcome<Error: HandlerError>> + Send + 'static>
        + Send
        + Sync
        + 'static,
    A: HandlerArguments<S, Message: Send> + 'static,
    S: Send + Sync + 'static,
{
    fn call(&self, message: A::Message, attempt: Attempt) -> CalledFuture {
        let outer = attempt.layers.as_deref().unwrap_or_default();
        if outer.is_empty() && self.layers.is_empty() {
            return self.function.call(message, attempt);
        }
        let layers = outer.iter().chain(&self.layers).cloned().collect();
        let function = Arc::clone(&self.function);
        Next::call(layers, attempt, move |attempt| function.call(message, attempt))
    }
}
