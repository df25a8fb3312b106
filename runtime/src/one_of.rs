//! Messages of several topics as one Rust type.

use std::fmt;

use crate::error::DecodeError;
use crate::message::{Decoder, Descriptor, Message, TopicMessage, Typed};

/// Reads messages of several types, from one or several topics, as one Rust type `M`: a consumer of it is one member of
/// a group for all of them.
///
/// ```
/// use thoth_messaging::{Decoder, OneOf};
/// use thoth_messaging::messages::{PackageReleased, ThothRepoInit};
///
/// enum Event {
///     Released(PackageReleased),
///     Init(ThothRepoInit),
/// }
///
/// let events = OneOf::of(Event::Released).and(Event::Init);
/// assert_eq!(events.descriptors().len(), 2);
/// // let mut consumer = kafka.consumer_of(events)?;
/// ```
///
/// Of several types on one topic, a payload is of the first that accepts it, in the order in which they were given. The
/// generated enum of a topic goes by the constant property that tells its messages apart, and is the better choice.
pub struct OneOf<M> {
    first: Part<M>,
    others: Vec<Part<M>>,
}

type Part<M> = Box<dyn Decoder<Message = M>>;

impl<M: Send + 'static> OneOf<M> {
    /// Messages of a generated type, made into an `M`.
    pub fn of<T: Message>(into: impl Fn(T) -> M + Send + Sync + 'static) -> Self {
        Self::of_decoder(Typed::new(), into)
    }

    /// Messages of any type, as one of `message_factory`, made into an `M`.
    pub fn of_decoder<I: Decoder>(decoder: I, into: impl Fn(I::Message) -> M + Send + Sync + 'static) -> Self {
        Self { first: Box::new(Into { decoder, into }), others: Vec::new() }
    }

    /// With messages of one more generated type.
    #[must_use]
    pub fn and<T: Message>(self, into: impl Fn(T) -> M + Send + Sync + 'static) -> Self {
        self.and_decoder(Typed::new(), into)
    }

    /// With messages of any one more type.
    #[must_use]
    pub fn and_decoder<I: Decoder>(
        mut self,
        decoder: I,
        into: impl Fn(I::Message) -> M + Send + Sync + 'static,
    ) -> Self {
        self.others.push(Box::new(Into { decoder, into }));
        self
    }

    fn parts(&self) -> impl Iterator<Item = &Part<M>> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// The parts for messages of a topic.
    fn parts_on(&self, topic: &str) -> impl Iterator<Item = &Part<M>> {
        self.parts().filter(move |part| part.descriptors().iter().any(|it| it.topic.name == topic))
    }
}

impl<M: Send + 'static> Decoder for OneOf<M> {
    type Message = M;

    /// That of the first type.
    fn descriptor(&self) -> &Descriptor {
        self.first.descriptor()
    }

    fn descriptors(&self) -> Vec<&Descriptor> {
        self.parts().flat_map(|part| part.descriptors()).collect()
    }

    /// The message in a payload of the first type's topic.
    fn decode(&self, payload: &[u8]) -> Result<M, DecodeError> {
        self.decode_from(&self.first.descriptor().topic.name, payload)
    }

    fn decode_from(&self, topic: &str, payload: &[u8]) -> Result<M, DecodeError> {
        if let Some(message) = self.try_decode_from(topic, payload) {
            return Ok(message);
        }
        self.parts_on(topic).next().unwrap_or(&self.first).decode_from(topic, payload)
    }

    fn try_decode_from(&self, topic: &str, payload: &[u8]) -> Option<M> {
        self.parts_on(topic).find_map(|part| part.try_decode_from(topic, payload))
    }

    fn topic_messages(&self) -> Vec<&'static TopicMessage> {
        self.parts().flat_map(|part| part.topic_messages()).collect()
    }
}

impl<M: Send + 'static> fmt::Debug for OneOf<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.descriptors().iter().map(|descriptor| &descriptor.name)).finish()
    }
}

/// Makes other messages of those that it reads.
struct Into<I, F> {
    decoder: I,
    into: F,
}

impl<I, F, M> Decoder for Into<I, F>
where
    I: Decoder,
    F: Fn(I::Message) -> M + Send + Sync + 'static,
    M: Send + 'static,
{
    type Message = M;

    fn descriptor(&self) -> &Descriptor {
        self.decoder.descriptor()
    }

    fn descriptors(&self) -> Vec<&Descriptor> {
        self.decoder.descriptors()
    }

    fn decode(&self, payload: &[u8]) -> Result<M, DecodeError> {
        self.decoder.decode(payload).map(&self.into)
    }

    fn decode_from(&self, topic: &str, payload: &[u8]) -> Result<M, DecodeError> {
        self.decoder.decode_from(topic, payload).map(&self.into)
    }

    fn try_decode_from(&self, topic: &str, payload: &[u8]) -> Option<M> {
        self.decoder.try_decode_from(topic, payload).map(&self.into)
    }

    fn topic_messages(&self) -> Vec<&'static TopicMessage> {
        self.decoder.topic_messages()
    }
}
