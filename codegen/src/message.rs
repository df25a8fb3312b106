//! What there is to know of a message without reading its code.

use thoth_messaging_documents::{Identity, XKafka};

use crate::model::{MessageDef, Model};
use crate::registered::Registered;
use crate::resolve::Resolved;

/// A message: a schema file with `x-kafka`, and the type that was made of it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct MessageInfo {
    /// The Rust type.
    pub name: String,
    /// The file, by its name in the set.
    pub file: String,
    /// The file, as the user knows it.
    pub origin: String,
    /// The schema's `description`.
    pub description: Option<String>,
    /// Its topic.
    pub kafka: XKafka,
    /// The text and the GUID by which registries know its schema; none where it is nested deeper than they read.
    pub identity: Option<Identity>,
    /// Its versions in a registry, as the lock file has them.
    pub registered: Option<Registered>,
    /// The other files of the set that it refers to, and those they do, by name.
    pub files: Vec<String>,
}

/// A topic that several files name, and the enum over their messages.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct TopicInfo {
    /// The Rust type of the enum.
    pub name: String,
    /// The topic, with what the files say of it together.
    pub kafka: XKafka,
    /// The files of the messages, by their names in the set.
    pub messages: Vec<String>,
}

pub(crate) fn topics(model: &Model, resolved: &Resolved) -> Vec<TopicInfo> {
    let mut topics: Vec<_> = model.messages.iter().filter_map(|message| topic(message, model, resolved)).collect();
    topics.sort_by(|a, b| a.kafka.topic.cmp(&b.kafka.topic));
    topics
}

fn topic(message: &MessageDef, model: &Model, resolved: &Resolved) -> Option<TopicInfo> {
    let schema = model.schemas.get(message.schema)?;
    let document = resolved.documents.iter().find(|document| document.name == schema.name)?;
    if document.files.is_empty() {
        return None;
    }
    let files = document.files.iter().filter_map(|number| resolved.documents.get(*number));
    Some(TopicInfo {
        name: model.get(message.type_id).name.clone(),
        kafka: document.kafka.clone()?,
        messages: files.map(|file| file.name.clone()).collect(),
    })
}

pub(crate) fn messages(model: &Model, resolved: &Resolved) -> Vec<MessageInfo> {
    let mut messages: Vec<_> = model.messages.iter().filter_map(|message| info(message, model, resolved)).collect();
    messages.sort_by(|a, b| a.file.cmp(&b.file));
    messages
}

/// Nothing of a topic's enum: it has no file of its own.
fn info(message: &MessageDef, model: &Model, resolved: &Resolved) -> Option<MessageInfo> {
    let schema = model.schemas.get(message.schema)?;
    let document = resolved.documents.iter().find(|document| document.name == schema.name)?;
    if !document.files.is_empty() {
        return None;
    }
    let ty = model.get(message.type_id);
    let files = schema.references.iter().filter_map(|index| model.schemas.get(*index));
    Some(MessageInfo {
        name: ty.name.clone(),
        file: document.name.clone(),
        origin: document.source.origin.clone(),
        description: ty.description.clone(),
        kafka: document.kafka.clone()?,
        identity: schema.identity.clone(),
        registered: schema.registered.clone(),
        files: files.map(|file| file.name.clone()).collect(),
    })
}
