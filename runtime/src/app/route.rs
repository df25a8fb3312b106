//! From a record to the handler of its topic.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;

use super::dead_letter::{Cause, Reason};
use super::handler::{Context, Delivery, Handler};
use super::outcome::Outcome;
use crate::error::DecodeError;
use crate::message::{Decoder, Descriptor, Message, Topic};

/// What a handler may expect of a topic: a [`Message`], which may be the enum of all messages of its topic, or an
/// `Option` of one, which is `None` for a tombstone.
pub trait HandlerInput: Sized + Send + 'static {
    /// The message type.
    type Message: Message;

    /// What a payload becomes, and what becomes of none, which is a tombstone.
    #[doc(hidden)]
    fn from_message(message: Option<Self::Message>) -> Option<Self>;
}

impl<T: Message> HandlerInput for T {
    type Message = T;

    fn from_message(message: Option<T>) -> Option<T> {
        message
    }
}

impl<T: Message> HandlerInput for Option<T> {
    type Message = T;

    fn from_message(message: Option<T>) -> Option<Self> {
        Some(message)
    }
}

/// A handler and its topics.
pub(crate) trait Route: Send + Sync {
    /// Each once.
    fn topics(&self) -> Vec<&Topic>;

    /// Decodes the payload, of a topic by its name in the schema; gives what handles it, or why there is nothing to handle.
    fn call(&self, topic: &str, delivery: Delivery) -> Result<Call<'_>, Cause>;
}

pub(crate) type Call<'a> = Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>;

/// Decodes payloads.
pub(crate) trait Reader: Send + Sync {
    type Message: Send + 'static;

    fn descriptors(&self) -> Vec<&Descriptor>;

    /// `None` for a tombstone that is not expected.
    fn read(&self, topic: &str, payload: Option<&[u8]>) -> Result<Option<Self::Message>, DecodeError>;
}

/// Reads what a handler of generated types expects.
pub(crate) struct Expecting<E>(PhantomData<fn() -> E>);

impl<E> Expecting<E> {
    pub(crate) fn new() -> Self {
        Self(PhantomData)
    }
}

impl<E: HandlerInput> Reader for Expecting<E> {
    type Message = E;

    fn descriptors(&self) -> Vec<&Descriptor> {
        vec![E::Message::DESCRIPTOR]
    }

    fn read(&self, _: &str, payload: Option<&[u8]>) -> Result<Option<E>, DecodeError> {
        payload.map(E::Message::decode).transpose().map(E::from_message)
    }
}

/// Reads any message type.
pub(crate) struct Reading<I>(pub(crate) I);

impl<I: Decoder> Reader for Reading<I> {
    type Message = I::Message;

    fn descriptors(&self) -> Vec<&Descriptor> {
        self.0.descriptors()
    }

    fn read(&self, topic: &str, payload: Option<&[u8]>) -> Result<Option<I::Message>, DecodeError> {
        payload.map(|payload| self.0.decode_from(topic, payload)).transpose()
    }
}

/// A route as it is added to an app.
pub(crate) struct Handled<R, H, A, S> {
    pub(crate) reader: R,
    pub(crate) handler: H,
    pub(crate) state: Arc<S>,
    pub(crate) arguments: PhantomData<fn(A)>,
}

impl<R, H, A, S> Route for Handled<R, H, A, S>
where
    R: Reader,
    H: Handler<A, S, Message = R::Message>,
    S: Send + Sync + 'static,
{
    fn topics(&self) -> Vec<&Topic> {
        let mut topics: Vec<&Topic> = Vec::new();
        for descriptor in self.reader.descriptors() {
            if topics.iter().all(|topic| topic.name != descriptor.topic.name) {
                topics.push(&descriptor.topic);
            }
        }
        topics
    }

    fn call(&self, topic: &str, delivery: Delivery) -> Result<Call<'_>, Cause> {
        let message = match self.reader.read(topic, delivery.record.payload()) {
            Ok(Some(message)) => message,
            Ok(None) => return Err(Cause::new(Reason::Tombstone, "there is no payload (a tombstone)")),
            Err(error) => return Err(Cause::from(&error)),
        };
        let context = Context { state: Arc::clone(&self.state), delivery };
        Ok(Box::pin(self.handler.call(message, context)))
    }
}

impl From<&DecodeError> for Cause {
    fn from(error: &DecodeError) -> Self {
        let reason = match error {
            DecodeError::NotJson { .. } => Reason::NotJson,
            DecodeError::Invalid { .. } => Reason::Invalid,
        };
        Self { reason, error: error.to_string(), violations: error.violations().to_vec() }
    }
}
