//! Messages of several topics as one Rust type.

use std::fmt;

use crate::error::DecodeError;
use crate::message::{Descriptor, Incoming, Message, Typed};

/// Reads messages of several types, from one or several topics, as one Rust type `M`: a consumer of it is one member of
/// a group for all of them.
///
/// ```
/// use thoth_messaging::{Incoming, Several};
/// use thoth_messaging::messages::{PackageReleased, ThothRepoInit};
///
/// enum Event {
///     Released(PackageReleased),
///     Init(ThothRepoInit),
/// }
///
/// let events = Several::of(Event::Released).and(Event::Init);
/// assert_eq!(events.descriptors().len(), 2);
/// // let mut consumer = kafka.consumer_of(events)?;
/// ```
///
/// Of several types on one topic, a payload is of the first that accepts it, in the order in which they were given. The
/// generated enum of a topic goes by the constant property that tells its messages apart, and is the better choice.
pub struct Several<M> {
    first: Part<M>,
    others: Vec<Part<M>>,
}

type Part<M> = Box<dyn Incoming<Message = M>>;

impl<M: Send + 'static> Several<M> {
    /// Messages of a generated type, made into an `M`.
    pub fn of<T: Message>(into: impl Fn(T) -> M + Send + Sync + 'static) -> Self {
        Self::of_incoming(Typed::new(), into)
    }

    /// Messages of any type, as one of `message_factory`, made into an `M`.
    pub fn of_incoming<I: Incoming>(incoming: I, into: impl Fn(I::Message) -> M + Send + Sync + 'static) -> Self {
        Self { first: Box::new(Into { incoming, into }), others: Vec::new() }
    }

    /// With messages of one more generated type.
    #[must_use]
    pub fn and<T: Message>(self, into: impl Fn(T) -> M + Send + Sync + 'static) -> Self {
        self.and_incoming(Typed::new(), into)
    }

    /// With messages of any one more type.
    #[must_use]
    pub fn and_incoming<I: Incoming>(
        mut self,
        incoming: I,
        into: impl Fn(I::Message) -> M + Send + Sync + 'static,
    ) -> Self {
        self.others.push(Box::new(Into { incoming, into }));
        self
    }

    fn parts(&self) -> impl Iterator<Item = &Part<M>> {
        std::iter::once(&self.first).chain(&self.others)
    }
}

impl<M: Send + 'static> Incoming for Several<M> {
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
        let on_topic = |part: &&Part<M>| part.descriptors().iter().any(|it| it.topic.name == topic);
        let mut refused = None;
        for part in self.parts().filter(on_topic) {
            match part.decode_from(topic, payload) {
                Ok(message) => return Ok(message),
                Err(error) => refused = refused.or(Some(error)),
            }
        }
        refused.map_or_else(|| self.first.decode(payload), Err)
    }
}

impl<M: Send + 'static> fmt::Debug for Several<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.descriptors().iter().map(|descriptor| &descriptor.name)).finish()
    }
}

/// Makes other messages of those that it reads.
struct Into<I, F> {
    incoming: I,
    into: F,
}

impl<I, F, M> Incoming for Into<I, F>
where
    I: Incoming,
    F: Fn(I::Message) -> M + Send + Sync + 'static,
    M: Send + 'static,
{
    type Message = M;

    fn descriptor(&self) -> &Descriptor {
        self.incoming.descriptor()
    }

    fn descriptors(&self) -> Vec<&Descriptor> {
        self.incoming.descriptors()
    }

    fn decode(&self, payload: &[u8]) -> Result<M, DecodeError> {
        self.incoming.decode(payload).map(&self.into)
    }

    fn decode_from(&self, topic: &str, payload: &[u8]) -> Result<M, DecodeError> {
        self.incoming.decode_from(topic, payload).map(&self.into)
    }
}
