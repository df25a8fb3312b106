//! Topics as channels, with Kafka's bindings.

use serde_json::{Map, Value, json};

use super::components::Components;
use crate::project::Project;
use crate::project::message::Message;

/// The version of Kafka's bindings.
const BINDING: &str = "0.5.0";

/// The members of `x-kafka` that the binding of a channel has, too.
const BOUND: [&str; 3] = ["partitions", "replicas", "topicConfiguration"];

/// Those of them that the topic of the dead letters shares.
const SHARED: [&str; 2] = ["partitions", "replicas"];

/// The channels of a project, by the names of the topics.
pub(super) fn channels(project: &Project, components: &Components, dead_letters: bool) -> Value {
    let mut channels = Map::new();
    for (index, message) in project.messages.iter().enumerate() {
        let channel = channels.entry(message.topic.clone()).or_insert_with(|| channel(&message.topic));
        bind(channel, message, &BOUND);
        let name = components.name(index);
        channel["messages"][name] = json!({ "$ref": format!("#/components/messages/{}", escaped(name)) });
    }
    if dead_letters {
        for message in &project.messages {
            let topic = format!("{}.dlq", message.topic);
            let channel = channels.entry(topic.clone()).or_insert_with(|| letters(&topic, &message.topic));
            bind(channel, message, &SHARED);
        }
    }
    Value::Object(channels)
}

/// The reference to a message of a channel.
pub(super) fn message_of(topic: &str, name: &str) -> Value {
    json!({ "$ref": format!("#/channels/{}/messages/{}", escaped(topic), escaped(name)) })
}

/// The reference to a channel.
pub(super) fn reference(topic: &str) -> Value {
    json!({ "$ref": format!("#/channels/{}", escaped(topic)) })
}

fn channel(topic: &str) -> Value {
    let binding = json!({ "topic": topic, "bindingVersion": BINDING });
    json!({ "address": topic, "messages": {}, "bindings": { "kafka": binding } })
}

/// Adds to the binding of a channel what a message says of its topic: one of several may say it for all.
fn bind(channel: &mut Value, message: &Message, names: &[&str]) {
    for name in names {
        if let Some(value) = message.kafka.get(*name) {
            channel["bindings"]["kafka"][*name] = value.clone();
        }
    }
}

/// The channel of the dead letters of a topic.
fn letters(topic: &str, of: &str) -> Value {
    let mut channel = channel(topic);
    channel["title"] = format!("Dead letters of {of}").into();
    channel["description"] =
        "Messages that could not be handled, with their bytes untouched and the reason in headers.".into();
    channel
}

/// A name as a token of a JSON Pointer.
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
