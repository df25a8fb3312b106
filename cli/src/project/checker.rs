//! Checkers of the payloads of messages and topics.

use serde_json::{Value, json};
use thoth_messaging::dynamic::{Checker, Document};

use super::Project;
use super::documents::{Documents, compile};
use super::find::Found;
use super::message::Message;
use crate::failure::Failure;

/// The name of the schema of all messages of a topic, beside those of the messages.
const TOPIC: &str = "topic";

impl Project {
    /// The checker of a message, or of any message of a topic.
    pub(crate) fn checker(&self, found: &Found<'_>, formats: bool) -> Result<Checker, Failure> {
        match found {
            Found::Message(message) => self.message_checker(message, formats),
            Found::Topic(topic) => match self.on_topic(topic).as_slice() {
                [message] => self.message_checker(message, formats),
                messages => self.topic_checker(topic, messages, formats),
            },
        }
    }

    /// The messages on a topic.
    pub(crate) fn on_topic(&self, topic: &str) -> Vec<&Message> {
        self.messages.iter().filter(|message| message.topic == topic).collect()
    }

    pub(crate) fn message_checker(&self, message: &Message, formats: bool) -> Result<Checker, Failure> {
        compile(message.name(), documents(self.documents(message.folder)), &message.file, formats)
    }

    /// The checker of what any of some messages accepts. Messages of several folders find the files of all of these; of files
    /// with one name, that of the first folder.
    pub(crate) fn topic_checker(&self, topic: &str, messages: &[&Message], formats: bool) -> Result<Checker, Failure> {
        let mut all = Documents::new();
        for message in messages {
            for (name, document) in self.documents(message.folder) {
                all.entry(name.clone()).or_insert_with(|| document.clone());
            }
        }
        let branches: Vec<Value> = messages.iter().map(|message| json!({"$ref": message.file})).collect();
        let any = Document { uris: vec![TOPIC.to_owned()], contents: json!({"anyOf": branches}) };
        compile(topic, documents(&all).into_iter().chain([any]), TOPIC, formats)
    }
}

fn documents(documents: &Documents) -> Vec<Document> {
    let document =
        |(name, contents): (&String, &Value)| Document { uris: vec![name.clone()], contents: contents.clone() };
    documents.iter().map(document).collect()
}
