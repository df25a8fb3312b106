//! All message types of a set of schemas, found by name or by topic.

use std::fmt;

use crate::error::{DecodeError, EncodeError};
use crate::message::{Decoder, Descriptor, Encode, Message};

/// The message types of a set of schemas. The generator makes one for each set: for the messages of Thoth it is
/// [`messages::REGISTRY`](crate::messages::REGISTRY).
///
/// ```
/// use thoth_messaging::messages::REGISTRY;
///
/// let entry = REGISTRY.by_name("ThothRepoInit").expect("a message of Thoth");
/// assert_eq!(entry.descriptor().topic.name, "thoth.repo-init");
/// assert!(entry.check(b"{}").is_err());
/// ```
#[derive(Debug)]
pub struct Registry {
    entries: &'static [Entry],
}

impl Registry {
    /// A registry of these types.
    #[must_use]
    pub const fn new(entries: &'static [Entry]) -> Self {
        Self { entries }
    }

    /// The types, ordered by name.
    pub fn iter(&self) -> std::slice::Iter<'static, Entry> {
        self.entries.iter()
    }

    /// The type of a name.
    #[must_use]
    pub fn by_name(&self, name: &str) -> Option<&'static Entry> {
        self.iter().find(|entry| entry.descriptor.name == name)
    }

    /// The types on a topic, by its name in the schemas, without a prefix.
    pub fn by_topic(&self, topic: &str) -> impl Iterator<Item = &'static Entry> {
        self.iter().filter(move |entry| entry.descriptor.topic.name == topic)
    }
}

impl<'a> IntoIterator for &'a Registry {
    type Item = &'a Entry;
    type IntoIter = std::slice::Iter<'a, Entry>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.iter()
    }
}

/// A message type without its Rust type.
///
/// A consumer can read it, by [`Kafka::consumer_of`](crate::client::Kafka::consumer_of), and a producer can send what
/// it decodes.
pub struct Entry {
    descriptor: &'static Descriptor,
    decode: Decode,
}

type Decode = fn(&[u8]) -> Result<Box<dyn Encode>, DecodeError>;

impl Entry {
    /// The entry of a type.
    #[must_use]
    pub const fn of<T: Message>() -> Self {
        Self { descriptor: T::DESCRIPTOR, decode: |payload| Ok(Box::new(T::decode(payload)?)) }
    }

    /// The descriptor of the message.
    #[must_use]
    pub const fn descriptor(&self) -> &'static Descriptor {
        self.descriptor
    }

    /// The message in a payload: a value of the Rust type, of which only sending is left.
    ///
    /// # Errors
    ///
    /// Those of [`Message::decode`].
    pub fn decode(&self, payload: &[u8]) -> Result<Box<dyn Encode>, DecodeError> {
        (self.decode)(payload)
    }

    /// Decodes a payload, and says only whether it is one of this type.
    ///
    /// # Errors
    ///
    /// Those of [`Message::decode`].
    pub fn check(&self, payload: &[u8]) -> Result<(), DecodeError> {
        self.decode(payload).map(drop)
    }

    /// Decodes a payload and encodes it again: what a producer of this type writes of it.
    ///
    /// # Errors
    ///
    /// Those of [`Message::decode`] and [`Message::encode`].
    pub fn reencode(&self, payload: &[u8]) -> Result<Vec<u8>, ReencodeError> {
        Ok(self.decode(payload)?.encode()?)
    }
}

impl Decoder for &'static Entry {
    type Message = Box<dyn Encode>;

    fn descriptor(&self) -> &Descriptor {
        self.descriptor
    }

    fn decode(&self, payload: &[u8]) -> Result<Box<dyn Encode>, DecodeError> {
        Entry::decode(self, payload)
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entry").field("descriptor", self.descriptor).finish_non_exhaustive()
    }
}

/// The errors of [`Entry::reencode`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReencodeError {
    /// The payload is not one of the type.
    Decode(DecodeError),
    /// The message can't be written.
    Encode(EncodeError),
}

impl From<DecodeError> for ReencodeError {
    fn from(error: DecodeError) -> Self {
        Self::Decode(error)
    }
}

impl From<EncodeError> for ReencodeError {
    fn from(error: EncodeError) -> Self {
        Self::Encode(error)
    }
}

impl fmt::Display for ReencodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Decode(error) => error.fmt(f),
            Self::Encode(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ReencodeError {}
