//! Messages whose schema is known at run time only.
//!
//! [`message_factory`] makes a [`MessageType`] of a topic and a schema. It is sent, received and refused like a
//! generated type, by the same producer and consumer; only the checks come from a validator that is compiled when the
//! program runs. [`MessageType::promote`] writes the schema file that makes it a generated type.

mod branch;
mod bundle;
mod checker;
mod files;
mod promote;
mod quick;
mod sensitive;
mod source;
mod topic;
mod validate;
mod words;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub(crate) use bundle::bundle;
pub use checker::Checker;
pub use files::Document;
pub use source::{FieldType, SchemaSource, schema_of};
pub(crate) use validate::{Compiled, cut_at_sensitive, violations};

use crate::error::{DecodeError, EncodeError};
use crate::message::{Decoder, Descriptor, Encode, SchemaIdLocation, Topic};
use crate::visible::visible;
use crate::wire;

/// Makes a message type of a topic and a schema.
///
/// `schema` is anything that is one: a [`Value`], a schema text, a [`Path`](std::path::Path) to a schema file,
/// `(field, type)` pairs, or [`schema_of`] a Rust type. Where the schema has an `x-kafka` object, its partitions,
/// replicas, configuration and key are taken from there; `topic` wins over its topic. A schema that refers to other
/// files is not taken: it has to be one document.
///
/// The name of the type is the schema's `title`, or follows from the topic.
///
/// ```
/// use serde_json::json;
/// use thoth_messaging::Encode;
/// use thoth_messaging::dynamic::message_factory;
///
/// let build_failed = message_factory("ci.build-failed", [("commit", "string"), ("exit_code", "integer")])?
///     .with_partitions(3)
///     .with_key("/commit");
///
/// let message = build_failed.message(&json!({"commit": "8f2c1d0", "exit_code": 1}))?;
/// assert_eq!(message.key().as_deref(), Some("8f2c1d0"));
///
/// let refused = build_failed.message(&json!({"commit": "8f2c1d0", "exit_code": "one"})).unwrap_err();
/// assert_eq!(refused.violations()[0].instance_path, "/exit_code");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`FactoryError`] where the topic or the schema can't be used.
pub fn message_factory(topic: &str, schema: impl SchemaSource) -> Result<MessageType, FactoryError> {
    topic::check_name(topic)?;
    let (schema, text) = schema.into_schema_and_text()?;
    let descriptor = topic::describe(topic, &schema, text)?;
    let checker = Arc::new(Checker::of_document(descriptor.name.to_string(), &schema, false)?);
    Ok(MessageType { inner: Arc::new(Inner { descriptor, schema, checker }) })
}

/// A message type made at run time. Cheap to clone.
#[derive(Clone)]
pub struct MessageType {
    inner: Arc<Inner>,
}

#[derive(Clone)]
struct Inner {
    descriptor: Descriptor,
    schema: Value,
    checker: Arc<Checker>,
}

impl MessageType {
    /// With a number of partitions, for when the topic is created.
    #[must_use]
    pub fn with_partitions(self, partitions: i32) -> Self {
        self.map_topic(|topic| topic.with_partitions(partitions))
    }

    /// With a number of replicas, for when the topic is created.
    #[must_use]
    pub fn with_replicas(self, replicas: i32) -> Self {
        self.map_topic(|topic| topic.with_replicas(replicas))
    }

    /// With the JSON Pointer of the message key in the payload. Where nothing stands there, the message has no key.
    #[must_use]
    pub fn with_key(mut self, pointer: impl Into<String>) -> Self {
        Arc::make_mut(&mut self.inner).descriptor.key = Some(Cow::Owned(pointer.into()));
        self
    }

    /// With the GUID of its schema in the header of each message that is sent.
    ///
    /// ```
    /// use thoth_messaging::{Decoder, message_factory};
    ///
    /// let started = message_factory("ops.started", [("host", "string")])?.with_schema_guid();
    /// assert!(started.descriptor().schema.guid.is_some());
    /// # Ok::<(), thoth_messaging::dynamic::FactoryError>(())
    /// ```
    #[must_use]
    pub fn with_schema_guid(self) -> Self {
        self.map_topic(|topic| topic.with_schema_id_location(SchemaIdLocation::Header))
    }

    /// With the number that a registry gave its schema before the payload of each message that is sent.
    #[must_use]
    pub fn with_schema_number(mut self, number: u32) -> Self {
        Arc::make_mut(&mut self.inner).descriptor.schema.to_mut().id = Some(number);
        self.map_topic(|topic| topic.with_schema_id_location(SchemaIdLocation::Payload))
    }

    /// With `format` refusing values, in place of the annotation that it is by default: those of its schema that
    /// generated types assert too, as `uuid` or `date-time`.
    ///
    /// ```
    /// use thoth_messaging::message_factory;
    /// use thoth_messaging::serde_json::json;
    ///
    /// let schema = json!({"type": "object", "properties": {"at": {"type": "string", "format": "date-time"}}});
    /// let started = message_factory("ops.started", schema)?.with_formats()?;
    /// assert!(started.message(&json!({"at": "2026-01-31T08:00:00Z"})).is_ok());
    /// assert!(started.message(&json!({"at": "in the morning"})).is_err());
    /// # Ok::<(), thoth_messaging::dynamic::FactoryError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`FactoryError::Schema`] where the schema can't be compiled so.
    pub fn with_formats(mut self) -> Result<Self, FactoryError> {
        let inner = Arc::make_mut(&mut self.inner);
        inner.checker = Arc::new(Checker::of_document(inner.descriptor.name.to_string(), &inner.schema, true)?);
        inner.descriptor.schema.to_mut().formats = true;
        Ok(self)
    }

    fn map_topic(mut self, change: impl FnOnce(Topic) -> Topic) -> Self {
        let inner = Arc::make_mut(&mut self.inner);
        inner.descriptor.topic = change(inner.descriptor.topic.clone());
        self
    }

    /// The schema that messages are checked against.
    #[must_use]
    pub fn schema(&self) -> &Value {
        &self.inner.schema
    }

    /// A message of this type.
    ///
    /// # Errors
    ///
    /// [`EncodeError::Invalid`] with every violation, where the schema refuses the contents.
    pub fn message(&self, contents: &impl Serialize) -> Result<DynamicMessage, EncodeError> {
        let contents = serde_json::to_value(contents).map_err(|error| EncodeError::Invalid {
            message: self.name().to_owned(),
            violations: vec![crate::error::Violation {
                instance_path: String::new(),
                schema_path: String::new(),
                keyword: "type".to_owned(),
                expected: format!("contents that can be written as JSON: {error}"),
            }],
        })?;
        let message = DynamicMessage { message_type: self.clone(), contents };
        message.check()?;
        Ok(message)
    }

    fn name(&self) -> &str {
        &self.inner.descriptor.name
    }
}

impl Decoder for MessageType {
    type Message = DynamicMessage;

    fn descriptor(&self) -> &Descriptor {
        &self.inner.descriptor
    }

    fn decode(&self, payload: &[u8]) -> Result<DynamicMessage, DecodeError> {
        let contents = self.inner.checker.decode(payload)?;
        Ok(DynamicMessage { message_type: self.clone(), contents })
    }
}

impl fmt::Debug for MessageType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MessageType").field("descriptor", &self.inner.descriptor).finish_non_exhaustive()
    }
}

/// A message whose type was made at run time. It is valid when it is made, and checked again when it is encoded.
#[derive(Clone)]
pub struct DynamicMessage {
    message_type: MessageType,
    contents: Value,
}

impl DynamicMessage {
    /// The type of the message.
    #[must_use]
    pub fn message_type(&self) -> &MessageType {
        &self.message_type
    }

    /// Returns what the message says.
    #[must_use]
    pub fn contents(&self) -> &Value {
        &self.contents
    }

    /// Returns what the message says, to be changed. What the schema refuses shows when the message is encoded.
    pub fn contents_mut(&mut self) -> &mut Value {
        &mut self.contents
    }

    /// Returns what the message says, as a Rust type.
    ///
    /// # Errors
    ///
    /// Where `T` does not take what the schema allows.
    pub fn to<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        T::deserialize(&self.contents)
    }

    fn check(&self) -> Result<(), EncodeError> {
        let message = || self.message_type.name().to_owned();
        let checked = self.message_type.inner.checker.check_value(&self.contents);
        checked.map_err(|violations| EncodeError::Invalid { message: message(), violations })
    }
}

impl Encode for DynamicMessage {
    fn descriptor(&self) -> &Descriptor {
        &self.message_type.inner.descriptor
    }

    fn key(&self) -> Option<Cow<'_, str>> {
        wire::key_at(&self.contents, self.descriptor().key.as_deref()?)
    }

    fn encode(&self) -> Result<Vec<u8>, EncodeError> {
        self.check()?;
        Ok(self.contents.to_string().into_bytes())
    }
}

impl fmt::Debug for DynamicMessage {
    /// Without the contents: payload values stay out of logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DynamicMessage").field("type", &self.message_type.name()).finish_non_exhaustive()
    }
}

/// Why no message type could be made.
#[derive(Debug)]
#[non_exhaustive]
pub enum FactoryError {
    /// The topic has a name that Kafka refuses.
    Topic {
        /// The name.
        topic: String,
        /// What Kafka refuses about it.
        reason: &'static str,
    },
    /// The schema can't be read: no such file, or not JSON.
    Unreadable {
        /// The file, or `the schema text`.
        origin: String,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The schema is JSON, but not a valid JSON Schema, or it refers to what it does not hold.
    Schema {
        /// JSON Pointer of the place in the schema.
        place: String,
        /// What is wrong there.
        reason: String,
    },
    /// The `x-kafka` object of the schema is not one.
    Kafka {
        /// What is wrong.
        reason: String,
    },
    /// A type name in `(field, type)` pairs is not known.
    FieldType {
        /// The field.
        field: String,
        /// The name of the type.
        name: String,
    },
}

impl fmt::Display for FactoryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Topic { topic, reason } => write!(f, "`{}` can't be the name of a topic: {reason}", visible(topic)),
            Self::Unreadable { origin, source } => {
                write!(f, "can't read {}: {}", visible(origin), visible(&source.to_string()))
            }
            Self::Schema { place, reason } => {
                write!(f, "not a usable JSON Schema: {}, at `#{}`", visible(reason), visible(place))
            }
            Self::Kafka { reason } => write!(f, "`x-kafka` of the schema can't be used: {}", visible(reason)),
            Self::FieldType { field, name } => {
                let (field, name) = (visible(field), visible(name));
                write!(f, "field `{field}` has the unknown type `{name}`: write one of {}", FieldType::NAMES.join(", "))
            }
        }
    }
}

impl std::error::Error for FactoryError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unreadable { source, .. } => Some(source.as_ref()),
            _ => None,
        }
    }
}
