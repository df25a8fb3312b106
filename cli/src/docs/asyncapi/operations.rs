//! The operations of the services: what each sends and receives on each topic.

use serde_json::{Map, Value, json};

use super::channels::{message_of, reference};
use super::components::Components;
use crate::project::Project;
use crate::services::{Named, Services};

/// The operations of services, by service, action and topic.
pub(super) fn operations(project: &Project, services: &Services<'_>, components: &Components) -> Value {
    let mut operations = Map::new();
    for (index, message) in project.messages.iter().enumerate() {
        let parties = services.parties(message);
        for (action, services) in [("send", parties.senders), ("receive", parties.receivers)] {
            for named in services {
                let id = format!("{}.{action}.{}", named.name, message.topic);
                let operation = operations.entry(id).or_insert_with(|| operation(named, action, &message.topic));
                if let Some(messages) = operation["messages"].as_array_mut() {
                    messages.push(message_of(&message.topic, components.name(index)));
                }
            }
        }
    }
    Value::Object(operations)
}

fn operation(named: Named<'_>, action: &str, topic: &str) -> Value {
    let service = named.service;
    let mut operation = json!({
        "action": action,
        "title": format!("{} {action}s {topic}", named.name),
        "channel": reference(topic),
        "messages": [],
        "tags": [{ "name": named.name }],
        "x-service": named.name,
    });
    for (name, value) in [("x-owner", &service.owner), ("x-contact", &service.contact)] {
        if let Some(value) = value {
            operation[name] = value.as_str().into();
        }
    }
    if let Some(group) = service.group.as_ref().filter(|_| action == "receive") {
        let group = json!({ "type": "string", "enum": [group] });
        operation["bindings"] = json!({ "kafka": { "groupId": group, "bindingVersion": "0.5.0" } });
    }
    operation
}
