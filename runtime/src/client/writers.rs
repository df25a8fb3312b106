//! The schemas that wrote the messages of a topic, as far as they are not those of its reader.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Mutex;

use metrics::counter;

use super::lock::lock;
use crate::message::{Decoder, Descriptor, SchemaId, TopicMessage, Writer};
use crate::metrics::OTHER_WRITERS;

/// The number of schemas of a topic that are told apart: others may write any id into their messages.
const MAX_WRITERS: u32 = 20;

/// The name of all further ones.
const FURTHER: &str = "further";

/// The writers of a topic.
#[derive(Debug, Default)]
pub(crate) struct Writers {
    /// The message types of the topic.
    known: Vec<Descriptor>,
    seen: Mutex<BTreeSet<SchemaId>>,
}

/// A message that was written by another schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OtherWriter {
    pub(crate) writer: Writer,
    /// The id of its schema; one word for all beyond a number of them.
    pub(crate) schema_id: Cow<'static, str>,
    /// Set for the first message of the schema.
    pub(crate) is_first: bool,
}

impl Writers {
    /// Creates the writers of a topic, by its name in the schemas, for a reader of these types.
    pub(crate) fn of<'d>(
        topic: &str,
        descriptors: impl IntoIterator<Item = &'d Descriptor>,
        topic_messages: impl IntoIterator<Item = &'static TopicMessage>,
    ) -> Self {
        let others = topic_messages.into_iter().map(|message| -> &'d Descriptor { message.descriptor() });
        let all = descriptors.into_iter().chain(others).filter(|descriptor| descriptor.topic.name == topic);
        Self { known: all.cloned().collect(), seen: Mutex::default() }
    }

    /// Creates the writers of a topic for a decoder.
    pub(crate) fn of_decoder(topic: &str, decoder: &impl Decoder) -> Self {
        Self::of(topic, decoder.descriptors(), decoder.topic_messages())
    }

    /// Compares the schema that wrote a message with those of the reader.
    pub(crate) fn writer(&self, id: SchemaId) -> Writer {
        self.known.iter().map(|descriptor| descriptor.writer(id)).min().unwrap_or(Writer::Unknown)
    }

    /// Notes the schema that wrote a message. None if it is one of the reader's.
    pub(crate) fn note(&self, id: SchemaId) -> Option<OtherWriter> {
        let writer = self.writer(id);
        if writer == Writer::Same {
            return None;
        }
        let mut seen = lock(&self.seen);
        let has_room = seen.len() < MAX_WRITERS as usize;
        let (is_named, is_first) = (has_room || seen.contains(&id), has_room && seen.insert(id));
        let schema_id = if is_named { id.to_string().into() } else { FURTHER.into() };
        Some(OtherWriter { writer, schema_id, is_first })
    }
}

impl OtherWriter {
    /// Counts a message.
    pub(crate) fn count(&self, group: &str, topic: &str) {
        let (writer, schema_id) = (self.writer.as_str(), self.schema_id.clone().into_owned());
        let labels = [("group", group.to_owned()), ("topic", topic.to_owned()), ("writer", writer.to_owned())];
        let labels = labels.into_iter().chain([("schema_id", schema_id)]).collect::<Vec<_>>();
        counter!(OTHER_WRITERS, &labels).increment(1);
    }

    /// Logs the first message.
    pub(crate) fn log(&self, topic: &str) {
        if self.is_first {
            let Self { writer, schema_id, .. } = self;
            tracing::warn!("topic `{topic}`: messages are written by the schema {schema_id}, which is {writer} here");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Guid, Schema, Topic};

    const GUID: &str = "0123abcd-ef45-6789-abcd-ef0123456789";

    #[test]
    fn a_schema_is_told_once_and_no_more_than_some() {
        static SCHEMA: Schema = Schema::new("a.json", "{}", "").with_guid(GUID);
        let descriptor = Descriptor::new("A", Topic::new("a"), &SCHEMA);
        let writers = Writers::of("a", [&descriptor], []);
        assert_eq!(writers.note(SchemaId::Guid(Guid::parse(GUID).unwrap())), None);
        for number in 0..MAX_WRITERS {
            let other =
                |is_first| OtherWriter { writer: Writer::Unknown, schema_id: number.to_string().into(), is_first };
            assert_eq!(writers.note(SchemaId::Number(number)), Some(other(true)));
            assert_eq!(writers.note(SchemaId::Number(number)), Some(other(false)));
        }
        let further = OtherWriter { writer: Writer::Unknown, schema_id: FURTHER.into(), is_first: false };
        assert_eq!(writers.note(SchemaId::Number(1000)), Some(further));
        assert_eq!(
            Writers::of("b", [&descriptor], []).writer(SchemaId::Guid(Guid::parse(GUID).unwrap())),
            Writer::Unknown
        );
    }
}
