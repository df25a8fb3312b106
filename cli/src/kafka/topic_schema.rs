//! The schema of the payloads of a topic.

use serde_json::Value;
use thoth_messaging::dynamic::Checker;
use thoth_messaging::message::{SchemaId, SchemaIdLocation, Writer};
use thoth_messaging::{DecodeError, Descriptor, Topic};
use thoth_messaging_compat::Schema;

use super::sensitive::{Sensitive, Shape};
use crate::project::fields::declares;

/// The schema of the payloads of a topic.
pub(super) struct TopicSchema {
    /// The name in errors: that of the message, or of the topic where it has several.
    pub(super) name: String,
    /// The topic, by its name in the schema.
    pub(super) topic: Topic,
    pub(super) messages: Vec<MessageSchema>,
    /// Finds the violations of a payload that is none of several messages.
    pub(super) any: Option<Checker>,
    /// The one message of several that is asked for.
    pub(super) only: Option<usize>,
    pub(super) sensitive: Sensitive,
    /// The schemas of its messages.
    pub(super) schemas: Vec<Schema>,
}

/// The schema of one message of a topic.
pub(super) struct MessageSchema {
    /// The pointer of the key.
    pub(super) key: Option<String>,
    /// Its name, and the ids of its schema.
    pub(super) descriptor: Descriptor,
    pub(super) checker: Checker,
}

impl TopicSchema {
    /// The message that a payload is.
    pub(super) fn check(&self, payload: &[u8]) -> Result<&MessageSchema, DecodeError> {
        let [message] = self.messages.as_slice() else {
            let fits = self.messages.iter().find(|message| message.checker.check(payload).is_ok());
            let error = || self.any.as_ref().and_then(|any| any.check(payload).err());
            return fits.map_or_else(|| Err(error().unwrap_or_else(|| self.refused(payload))), Ok);
        };
        message.checker.check(payload).map(|()| message)
    }

    /// The violations of the first message, for a payload that is none of them though the checker of all accepts it.
    fn refused(&self, payload: &[u8]) -> DecodeError {
        let first = self.messages.first().and_then(|message| message.checker.check(payload).err());
        first.unwrap_or_else(|| DecodeError::Invalid { message: self.name.clone(), violations: Vec::new() })
    }

    /// Returns whether a message is one of those that are asked for.
    pub(super) fn wants(&self, message: &MessageSchema) -> bool {
        self.only.is_none_or(|only| std::ptr::eq(&raw const self.messages[only], message))
    }

    /// The message that a payload is, which has to be the one that is asked for, where one is.
    pub(super) fn check_wanted(&self, payload: &[u8]) -> Result<&MessageSchema, DecodeError> {
        match self.only {
            Some(only) => self.messages[only].checker.check(payload).map(|()| &self.messages[only]),
            None => self.check(payload),
        }
    }

    /// The shape of a payload: of several messages, a valid one has that of its own.
    pub(super) fn shape(&self, payload: &[u8]) -> Shape {
        if self.messages.len() > 1 && self.check(payload).is_ok() { Shape::Any } else { Shape::Due }
    }

    /// The message whose schema has an id, or had it in another version.
    pub(super) fn writer(&self, id: SchemaId) -> Option<(Writer, &str)> {
        let all = self.messages.iter().map(|message| (message.descriptor.writer(id), message));
        let known = all.filter(|(writer, _)| *writer != Writer::Unknown);
        known.min_by_key(|(writer, _)| *writer).map(|(writer, message)| (writer, &*message.descriptor.name))
    }

    /// The id that a message has, where its topic wants one.
    pub(super) fn id_to_write(&self, message: &MessageSchema) -> Option<SchemaId> {
        let schema = &message.descriptor.schema;
        match self.topic.schema_id_location? {
            SchemaIdLocation::Header => schema.guid.map(SchemaId::Guid),
            SchemaIdLocation::Payload => schema.id.map(SchemaId::Number),
            _ => None,
        }
    }

    /// Returns whether the schema of some message is about the place that a pointer leads to.
    pub(super) fn declares(&self, pointer: &str) -> bool {
        self.schemas.iter().any(|schema| declares(schema, pointer))
    }

    /// Returns whether the key of some message is a value that its schema calls sensitive.
    pub(super) fn has_sensitive_key(&self) -> bool {
        self.messages.iter().filter_map(|message| message.key.as_deref()).any(|key| self.sensitive.covers(key))
    }
}

impl MessageSchema {
    /// The key of a payload: a string as it is, another scalar as its JSON text.
    pub(super) fn key_of(&self, payload: &[u8]) -> Option<String> {
        let pointer = self.key.as_deref()?;
        let payload: Value = serde_json::from_slice(payload).ok()?;
        match payload.pointer(pointer)? {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        }
    }
}
