//! From a record to the handler of its topic, without the types of either.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;

use super::batch_call::CallBatch;
use super::configured::HandlerOptions;
use super::function::{Handler, HandlerArguments, HandlerFuture};
use super::input::PayloadDecoder;
use super::layer::{LayerFn, Next, call, with_state};
use super::outcome::{HandlerError, IntoOutcome, Outcome};
use super::{Attempt, Context};
use crate::app::dead_letter::{FailureCause, Reason};
use crate::app::policy::HandlerSettings;
use crate::client::Record;
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

    /// Tells whether the payload of a record is an input of the handler.
    fn accepts(&self, topic: &str, record: &Record) -> bool;

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

/// A decoder, and the function that is called with the messages that it decodes, in its layers: the route of a call of
/// [`App::handle`](crate::app::App::handle) and those beside it.
pub(crate) struct DecodedRoute<D, F> {
    pub(super) decoder: D,
    settings: HandlerSettings,
    layers: Vec<LayerFn>,
    pub(super) function: Arc<F>,
}

/// A handler and its state, without the types of its arguments.
pub(crate) trait Function<M>: Send + Sync + Sized + 'static {
    /// Calls the handler with a message.
    fn call(&self, message: M, attempt: Attempt) -> CalledFuture;

    /// Returns the calls with several messages, if it takes batches.
    fn batches<D: PayloadDecoder<Input = M>>(route: &DecodedRoute<D, Self>) -> Option<&dyn CallBatch> {
        let _ = route;
        None
    }
}

impl<D, F> DecodedRoute<D, F> {
    pub(super) fn new<S: Send + Sync + 'static>(
        decoder: D,
        options: HandlerOptions<S>,
        state: &Arc<S>,
        function: F,
    ) -> Self {
        let HandlerOptions { settings, layers } = options;
        let layers = layers.into_iter().map(|layer| with_state(layer, Arc::clone(state))).collect();
        Self { decoder, settings, layers, function: Arc::new(function) }
    }

    /// Returns the layers of the app and of the handler, if there are any.
    pub(super) fn layers_around(&self, attempt: &Attempt) -> Option<Arc<[LayerFn]>> {
        if self.layers.is_empty() {
            return attempt.layers.clone();
        }
        let outer = attempt.layers.as_deref().unwrap_or_default();
        Some(outer.iter().chain(&self.layers).cloned().collect())
    }

    /// Calls the handler with a message, in its layers.
    fn call_with<M: Send + 'static>(&self, message: M, attempt: Attempt) -> CalledFuture
    where
        F: Function<M>,
    {
        let Some(layers) = self.layers_around(&attempt) else { return self.function.call(message, attempt) };
        let function = Arc::clone(&self.function);
        Next::call(layers, attempt, move |attempt| function.call(message, attempt))
    }
}

impl<D: PayloadDecoder, F> DecodedRoute<D, F> {
    /// Returns the name of the message that is expected on a topic, for errors.
    fn name_on(&self, topic: &str) -> String {
        let descriptors = self.decoder.descriptors();
        let on_topic = descriptors.iter().find(|descriptor| descriptor.topic.name == topic);
        on_topic.or(descriptors.first()).map(|descriptor| descriptor.name.to_string()).unwrap_or_default()
    }
}

impl<D: PayloadDecoder, F: Function<D::Input>> Route for DecodedRoute<D, F> {
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
        let message = match attempt.record.unframed() {
            Ok(payload) => self.decoder.decode(topic, payload),
            Err(reason) => Err(DecodeError::of_frame(&self.name_on(topic), reason)),
        };
        decoded(message).map(|message| self.call_with(message, attempt))
    }

    fn try_call(&self, topic: &str, attempt: &Attempt) -> Option<CalledFuture> {
        let message = self.decoder.try_decode(topic, attempt.record.unframed().ok()?)?;
        Some(self.call_with(message, attempt.clone()))
    }

    fn accepts(&self, topic: &str, record: &Record) -> bool {
        record.unframed().is_ok_and(|payload| self.decoder.try_decode(topic, payload).is_some())
    }

    fn batches(&self) -> Option<&dyn CallBatch> {
        F::batches(self)
    }
}

/// A handler of single messages and its state.
pub(crate) struct SingleFunction<H, A, S> {
    handler: H,
    state: Arc<S>,
    arguments: PhantomData<fn(A)>,
}

impl<D, H: Handler<A, S>, A, S: Send + Sync + 'static> DecodedRoute<D, SingleFunction<H, A, S>> {
    pub(crate) fn of_messages(decoder: D, handler: H, state: &Arc<S>) -> Self {
        let options = handler.options();
        let function = SingleFunction { handler, state: Arc::clone(state), arguments: PhantomData };
        Self::new(decoder, options, state, function)
    }
}

impl<H, A, S> Function<A::Message> for SingleFunction<H, A, S>
where
    H: Handler<A, S, Future: HandlerFuture<Value: IntoOutcome<Error: HandlerError>> + Send + 'static>
        + Send
        + Sync
        + 'static,
    A: HandlerArguments<S> + 'static,
    S: Send + Sync + 'static,
{
    fn call(&self, message: A::Message, attempt: Attempt) -> CalledFuture {
        call(&self.handler, message, &Context { state: Arc::clone(&self.state), attempt })
    }
}
