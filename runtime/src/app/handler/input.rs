//! From a payload to the input of a handler.

use std::marker::PhantomData;

use crate::error::DecodeError;
use crate::message::{Decoder, Descriptor, Message, TopicMessage, read};

/// An input of a handler: a [`Message`], which may be the generated enum of all messages of a topic, or an `Option` of
/// one, which is `None` for a tombstone (a record without a payload).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no message",
    label = "the first argument of the handler is no message",
    note = "the first argument of a handler is a generated message type, or an `Option` of one; messages of a type that is made at \
            run time are handled by `App::handle_of`"
)]
pub trait HandlerInput: Sized + Send + 'static {
    /// The message type.
    type Message: Message;

    /// Converts a decoded message, or `None` for a tombstone. Returns `None` where the handler does not take tombstones.
    #[doc(hidden)]
    fn from_message(message: Option<Self::Message>) -> Option<Self>;
}

#[diagnostic::do_not_recommend]
impl<T: Message> HandlerInput for T {
    type Message = T;

    fn from_message(message: Option<T>) -> Option<T> {
        message
    }
}

#[diagnostic::do_not_recommend]
impl<T: Message> HandlerInput for Option<T> {
    type Message = T;

    fn from_message(message: Option<T>) -> Option<Self> {
        Some(message)
    }
}

/// Decodes payloads into the input of a handler.
pub(crate) trait PayloadDecoder: Send + Sync {
    type Input: Send + 'static;

    fn descriptors(&self) -> Vec<&Descriptor>;

    /// Decodes a payload of a topic, which is given by its name in the schema. Returns `None` for a tombstone that the
    /// handler does not take.
    fn decode(&self, topic: &str, payload: Option<&[u8]>) -> Result<Option<Self::Input>, DecodeError>;

    /// Decodes a payload, if it is an input of the handler.
    fn try_decode(&self, topic: &str, payload: Option<&[u8]>) -> Option<Self::Input>;

    /// Returns all message types of its topics that have several.
    fn topic_messages(&self) -> Vec<&'static TopicMessage>;
}

/// Decodes the input of a handler of generated types.
pub(crate) struct TypedInput<T>(PhantomData<fn() -> T>);

impl<T> TypedInput<T> {
    pub(crate) fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T: HandlerInput> PayloadDecoder for TypedInput<T> {
    type Input = T;

    fn descriptors(&self) -> Vec<&Descriptor> {
        vec![T::Message::DESCRIPTOR]
    }

    fn decode(&self, _: &str, payload: Option<&[u8]>) -> Result<Option<T>, DecodeError> {
        payload.map(T::Message::decode).transpose().map(T::from_message)
    }

    fn try_decode(&self, _: &str, payload: Option<&[u8]>) -> Option<T> {
        match payload {
            Some(payload) => read(payload).and_then(|message| T::from_message(Some(message))),
            None => T::from_message(None),
        }
    }

    fn topic_messages(&self) -> Vec<&'static TopicMessage> {
        T::Message::topic_messages().iter().collect()
    }
}

/// Decodes the input of a handler by any [`Decoder`].
pub(crate) struct DecoderInput<D>(pub(crate) D);

impl<D: Decoder> PayloadDecoder for DecoderInput<D> {
    type Input = D::Message;

    fn descriptors(&self) -> Vec<&Descriptor> {
        self.0.descriptors()
    }

    fn decode(&self, topic: &str, payload: Option<&[u8]>) -> Result<Option<D::Message>, DecodeError> {
        payload.map(|payload| self.0.decode_from(topic, payload)).transpose()
    }

    fn try_decode(&self, topic: &str, payload: Option<&[u8]>) -> Option<D::Message> {
        self.0.try_decode_from(topic, payload?)
    }

    fn topic_messages(&self) -> Vec<&'static TopicMessage> {
        self.0.topic_messages()
    }
}
