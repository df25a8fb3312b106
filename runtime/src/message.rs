//! What a message type is: its data, its topic, its key, and the schema that it came from.

mod schema;
mod writer;

use std::borrow::Cow;
use std::mem;
use std::sync::Arc;
use std::time::Duration;

use crate::error::{DecodeError, EncodeError};
use crate::wire;

pub use crate::guid::Guid;
pub use crate::schema_id::{FrameError, KEY_SCHEMA_ID, SchemaId, SchemaIdLocation, VALUE_SCHEMA_ID};
pub use schema::{Schema, SchemaVersion};
pub use writer::Writer;

/// A generated type whose values are messages on a Kafka topic.
///
/// The code generator implements this for each schema file with an `x-kafka` object. There is no reason to implement
/// it by hand: a schema that is not known at compile time is what
/// [`message_factory`](crate::dynamic::message_factory) is for.
///
/// ```
/// use thoth_messaging::Message;
/// use thoth_messaging::messages::PackageReleased;
///
/// let payload = br#"{"component_name": "cli", "service_version": "1.0", "package_name": "flask",
///                    "package_version": "3.1.0", "index_url": "https://pypi.org/simple"}"#;
/// let released = PackageReleased::decode(payload)?;
/// assert_eq!(released.package_name, "flask");
/// assert_eq!(released.key().as_deref(), Some("flask"));
/// assert_eq!(PackageReleased::DESCRIPTOR.topic.name, "thoth.package-release.package-released");
/// # Ok::<(), thoth_messaging::DecodeError>(())
/// ```
pub trait Message: wire::Type + Send + Sync + 'static {
    /// What is known of the message without a value of it: name, topic, key and schema.
    const DESCRIPTOR: &'static Descriptor;

    /// The message key: what stands at the pointer `key` of `x-kafka`, as text. `None` where the schema names no key
    /// and where the keyed member is absent or null.
    fn key(&self) -> Option<Cow<'_, str>> {
        None
    }

    /// The descriptor of the value's own message type: for the generated enum of a topic, that of its variant.
    fn value_descriptor(&self) -> &'static Descriptor {
        Self::DESCRIPTOR
    }

    /// The message in a payload: in its JSON text, without the prefix that names a schema.
    ///
    /// It succeeds exactly when the payload is valid under the schema, but for the documented limits: an integer beyond its
    /// Rust type, a number with digits that no 64-bit float has, more than 127 levels of nesting.
    ///
    /// `serde_json::from_slice` and `from_str` say the same, as they give the text of the payload. Behind
    /// `serde_json::from_value`, and behind other formats, numbers are what these made of them: a `Value` holds
    /// `0.30000000000000000001` as 0.3.
    ///
    /// # Errors
    ///
    /// [`DecodeError::NotJson`] where the payload is not JSON, [`DecodeError::Invalid`] where the schema refuses it:
    /// with every violation when the feature `dynamic` is on, with the first one otherwise.
    fn decode(payload: &[u8]) -> Result<Self, DecodeError> {
        // UTF-8 is checked for the whole payload at once, which is faster than for each string in it.
        let text = wire::utf8(&Self::DESCRIPTOR.name, payload)?;
        wire::read_text(text).map_err(|error| wire::explain_decode(Self::DESCRIPTOR, text, &error))
    }

    /// The payload of the message: JSON, valid under the schema.
    ///
    /// # Errors
    ///
    /// [`EncodeError::Invalid`] where a field holds what the schema refuses, as a text longer than its `maxLength`.
    fn encode(&self) -> Result<Vec<u8>, EncodeError> {
        wire::write_bytes(self).map_err(|error| wire::explain_encode(self, &error))
    }

    /// All message types of its topic, where there are several: this one among them, unless it is the generated enum over
    /// them.
    #[must_use]
    fn topic_messages() -> &'static [TopicMessage] {
        &[]
    }
}

/// One of the message types of a topic that has several: see [`Message::topic_messages`].
#[derive(Debug)]
pub struct TopicMessage {
    descriptor: &'static Descriptor,
    accepts: fn(&[u8]) -> bool,
}

impl TopicMessage {
    /// The message type `T`.
    #[must_use]
    pub const fn of<T: Message>() -> Self {
        Self::new(T::DESCRIPTOR, |payload| read::<T>(payload).is_some())
    }

    /// A message type, and the function that tells whether a payload is such a message.
    #[must_use]
    pub const fn new(descriptor: &'static Descriptor, accepts: fn(&[u8]) -> bool) -> Self {
        Self { descriptor, accepts }
    }

    /// Returns the descriptor of the message.
    #[must_use]
    pub const fn descriptor(&self) -> &'static Descriptor {
        self.descriptor
    }

    /// Tells whether a payload is such a message.
    #[must_use]
    pub fn accepts(&self, payload: &[u8]) -> bool {
        (self.accepts)(payload)
    }
}

/// Reads a payload, if it is such a message. If it is not, that costs no more than reading it up to there.
pub(crate) fn read<T: Message>(payload: &[u8]) -> Option<T> {
    wire::read_text(std::str::from_utf8(payload).ok()?).ok()
}

/// A value that encodes to the payload of a message: a [`Message`] or a
/// [`DynamicMessage`](crate::dynamic::DynamicMessage). Producers send it.
pub trait Encode: Send + Sync {
    /// Returns the descriptor of its message type: its topic above all.
    fn descriptor(&self) -> &Descriptor;

    /// Returns the descriptor of the value's own message type, as [`Message::value_descriptor`].
    fn value_descriptor(&self) -> &Descriptor {
        self.descriptor()
    }

    /// Returns the message key, as [`Message::key`].
    fn key(&self) -> Option<Cow<'_, str>>;

    /// Encodes the payload, as [`Message::encode`].
    ///
    /// # Errors
    ///
    /// [`EncodeError::Invalid`] if the message is not valid under its schema.
    fn encode(&self) -> Result<Vec<u8>, EncodeError>;
}

impl<T: Message> Encode for T {
    fn descriptor(&self) -> &Descriptor {
        T::DESCRIPTOR
    }

    fn value_descriptor(&self) -> &Descriptor {
        Message::value_descriptor(self)
    }

    fn key(&self) -> Option<Cow<'_, str>> {
        Message::key(self)
    }

    fn encode(&self) -> Result<Vec<u8>, EncodeError> {
        Message::encode(self)
    }
}

impl Encode for Box<dyn Encode> {
    fn descriptor(&self) -> &Descriptor {
        self.as_ref().descriptor()
    }

    fn value_descriptor(&self) -> &Descriptor {
        self.as_ref().value_descriptor()
    }

    fn key(&self) -> Option<Cow<'_, str>> {
        self.as_ref().key()
    }

    fn encode(&self) -> Result<Vec<u8>, EncodeError> {
        self.as_ref().encode()
    }
}

/// Decodes payloads into messages: of a generated type ([`Typed`]), of a
/// [`MessageType`](crate::dynamic::MessageType) made at run time, or of [several types](crate::OneOf). Consumers and handlers
/// read by it.
pub trait Decoder: Send + Sync + 'static {
    /// The type of its messages.
    type Message: Send + 'static;

    /// Returns the descriptor of its message type: its topic above all.
    fn descriptor(&self) -> &Descriptor;

    /// Decodes a payload, as [`Message::decode`].
    ///
    /// # Errors
    ///
    /// [`DecodeError`] if the payload is no such message.
    fn decode(&self, payload: &[u8]) -> Result<Self::Message, DecodeError>;

    /// Returns the descriptors of all its message types, which may be on several topics: see [`OneOf`](crate::OneOf).
    fn descriptors(&self) -> Vec<&Descriptor> {
        vec![self.descriptor()]
    }

    /// Decodes a payload from one of its topics, which is given by its name in the schema.
    ///
    /// # Errors
    ///
    /// As [`decode`](Self::decode).
    fn decode_from(&self, topic: &str, payload: &[u8]) -> Result<Self::Message, DecodeError> {
        let _ = topic;
        self.decode(payload)
    }

    /// Decodes a payload from one of its topics, if it is such a message: without the violations if it is not, which may be
    /// cheaper where a payload is of one of several types.
    fn try_decode_from(&self, topic: &str, payload: &[u8]) -> Option<Self::Message> {
        self.decode_from(topic, payload).ok()
    }

    /// Returns all message types of its topics that have several, as [`Message::topic_messages`], as far as they are known.
    fn topic_messages(&self) -> Vec<&'static TopicMessage> {
        Vec::new()
    }
}

impl<D: Decoder> Decoder for Arc<D> {
    type Message = D::Message;

    fn descriptor(&self) -> &Descriptor {
        D::descriptor(self)
    }

    fn decode(&self, payload: &[u8]) -> Result<D::Message, DecodeError> {
        D::decode(self, payload)
    }

    fn descriptors(&self) -> Vec<&Descriptor> {
        D::descriptors(self)
    }

    fn decode_from(&self, topic: &str, payload: &[u8]) -> Result<D::Message, DecodeError> {
        D::decode_from(self, topic, payload)
    }

    fn try_decode_from(&self, topic: &str, payload: &[u8]) -> Option<D::Message> {
        D::try_decode_from(self, topic, payload)
    }

    fn topic_messages(&self) -> Vec<&'static TopicMessage> {
        D::topic_messages(self)
    }
}

/// Decodes the generated type `T`: the [`Decoder`] of a type that is known at compile time.
#[derive(Debug)]
pub struct Typed<T>(std::marker::PhantomData<fn() -> T>);

impl<T> Typed<T> {
    /// Creates a decoder of `T`.
    #[must_use]
    pub const fn new() -> Self {
        Self(std::marker::PhantomData)
    }
}

impl<T> Default for Typed<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Message> Decoder for Typed<T> {
    type Message = T;

    fn descriptor(&self) -> &Descriptor {
        T::DESCRIPTOR
    }

    fn decode(&self, payload: &[u8]) -> Result<T, DecodeError> {
        T::decode(payload)
    }

    fn try_decode_from(&self, _: &str, payload: &[u8]) -> Option<T> {
        read(payload)
    }

    fn topic_messages(&self) -> Vec<&'static TopicMessage> {
        T::topic_messages().iter().collect()
    }
}

/// What is known of a message type without a value of it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Descriptor {
    /// The name of the type, unique in its set of schemas.
    pub name: Cow<'static, str>,
    /// The topic that the messages are on.
    pub topic: Topic,
    /// The JSON Pointer (RFC 6901) of the message key in the payload.
    pub key: Option<Cow<'static, str>>,
    /// The schema that the type was made from.
    pub schema: Cow<'static, Schema>,
}

impl Descriptor {
    /// The descriptor of a message without a key.
    #[must_use]
    pub const fn new(name: &'static str, topic: Topic, schema: &'static Schema) -> Self {
        Self { name: Cow::Borrowed(name), topic, key: None, schema: Cow::Borrowed(schema) }
    }

    /// With the JSON Pointer of the message key.
    #[must_use]
    pub const fn with_key(mut self, pointer: &'static str) -> Self {
        // A plain assignment would drop the old value, which a `const fn` must not.
        mem::forget(self.key.replace(Cow::Borrowed(pointer)));
        self
    }
}

/// A property of a topic and its value, as `("retention.ms", "3888000000")`.
pub type TopicProperty = (Cow<'static, str>, Cow<'static, str>);

/// A topic as its schema declares it, in the terms of AsyncAPI's Kafka channel binding.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Topic {
    /// The name in the schema. The name on the cluster may have a prefix: see
    /// [`Kafka::topic_name`](crate::client::Kafka::topic_name).
    pub name: Cow<'static, str>,
    /// How many partitions to create it with; the broker's default where absent.
    pub partitions: Option<i32>,
    /// How many replicas to create it with; the broker's default where absent.
    pub replicas: Option<i32>,
    /// Kafka's topic configuration, each value as Kafka's tools write it.
    pub configuration: Cow<'static, [TopicProperty]>,
    /// The delays of its retry topics, the shortest first: see
    #[cfg_attr(feature = "client", doc = "[`RetryTopics`](crate::app::RetryTopics).")]
    #[cfg_attr(not(feature = "client"), doc = "`RetryTopics`.")]
    pub retry_delays: Cow<'static, [Duration]>,
    /// The place of the id by which a message names the schema that wrote it; none where absent.
    pub schema_id_location: Option<SchemaIdLocation>,
}

impl Topic {
    /// A topic with the broker's defaults.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self {
            name: Cow::Borrowed(name),
            partitions: None,
            replicas: None,
            configuration: Cow::Borrowed(&[]),
            retry_delays: Cow::Borrowed(&[]),
            schema_id_location: None,
        }
    }

    /// With a number of partitions.
    #[must_use]
    pub const fn with_partitions(mut self, partitions: i32) -> Self {
        self.partitions = Some(partitions);
        self
    }

    /// With a number of replicas.
    #[must_use]
    pub const fn with_replicas(mut self, replicas: i32) -> Self {
        self.replicas = Some(replicas);
        self
    }

    /// With topic configuration.
    #[must_use]
    pub const fn with_configuration(mut self, configuration: &'static [TopicProperty]) -> Self {
        mem::forget(mem::replace(&mut self.configuration, Cow::Borrowed(configuration)));
        self
    }

    /// With retry topics, by their delays.
    #[must_use]
    pub const fn with_retry_delays(mut self, delays: &'static [Duration]) -> Self {
        mem::forget(mem::replace(&mut self.retry_delays, Cow::Borrowed(delays)));
        self
    }

    /// With a place for the id of the schema that wrote a message.
    #[must_use]
    pub const fn with_schema_id_location(mut self, location: SchemaIdLocation) -> Self {
        self.schema_id_location = Some(location);
        self
    }
}

/// A property of a topic, for generated code.
#[doc(hidden)]
#[must_use]
pub const fn property(name: &'static str, value: &'static str) -> TopicProperty {
    (Cow::Borrowed(name), Cow::Borrowed(value))
}

/// The delay of a retry topic, for generated code.
#[doc(hidden)]
#[must_use]
pub const fn delay(millis: u64) -> Duration {
    Duration::from_millis(millis)
}
