//! Messages: types with a topic, and perhaps a key.

use std::collections::BTreeMap;
use std::time::Duration;

use super::key;
use crate::diagnostic::Diagnostic;
use crate::model::{Key, KeyWay, MessageDef, SharedTopic, TypeDef, TypeId};
use crate::resolve::Resolved;

/// The messages, by the names of their types.
pub(super) fn messages(
    resolved: &Resolved,
    roots: &[(usize, TypeId)],
    types: &[TypeDef],
    numbers: &BTreeMap<usize, usize>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<MessageDef> {
    let mut messages = Vec::new();
    for (number, type_id) in roots {
        let document = &resolved.documents[*number];
        // What one file says of a topic goes for all messages on it.
        let shared = resolved.documents.iter().find(|topic| topic.files.contains(number));
        let Some(kafka) = &shared.unwrap_or(document).kafka else { continue };
        let configuration = kafka.topic_configuration.iter();
        messages.push(MessageDef {
            type_id: *type_id,
            topic: kafka.topic.clone(),
            partitions: kafka.partitions,
            replicas: kafka.replicas,
            configuration: configuration.map(|(name, value)| (name.clone(), value.text())).collect(),
            retry_delays: kafka.retry_delays().unwrap_or_default().into_iter().map(millis).collect(),
            schema_id_location: kafka.schema_id_location,
            shared_topic: shared_topic(resolved, *number, roots, types),
            key: key_of(resolved, *number, types, *type_id, diagnostics),
            schema: numbers[number],
        });
    }
    messages.sort_by(|a, b| types[a.type_id.0].name.cmp(&types[b.type_id.0].name));
    messages
}

/// A delay, of a day at most.
fn millis(delay: Duration) -> u64 {
    u64::try_from(delay.as_millis()).unwrap_or(u64::MAX)
}

/// The part of a document in a topic with several messages, by the names of their types.
fn shared_topic(
    resolved: &Resolved,
    number: usize,
    roots: &[(usize, TypeId)],
    types: &[TypeDef],
) -> Option<SharedTopic> {
    let files = &resolved.documents[number].files;
    if files.is_empty() {
        let (_, type_id) = roots.iter().find(|(topic, _)| resolved.documents[*topic].files.contains(&number))?;
        return Some(SharedTopic::Message(*type_id));
    }
    let messages = roots.iter().filter(|(number, _)| files.contains(number)).map(|(_, type_id)| *type_id);
    let mut messages: Vec<TypeId> = messages.collect();
    messages.sort_by(|a, b| types[a.0].name.cmp(&types[b.0].name));
    Some(SharedTopic::Enum(messages))
}

/// The key of a message: what `x-kafka` names, or for a topic, what its messages name.
fn key_of(
    resolved: &Resolved,
    number: usize,
    types: &[TypeDef],
    id: TypeId,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Key> {
    let document = &resolved.documents[number];
    if document.files.is_empty() {
        let pointer = document.kafka.as_ref()?.key.as_deref()?;
        return key::resolve(document, types, id, pointer, diagnostics);
    }
    let keys = document.files.iter().map(|file| resolved.documents[*file].kafka.as_ref()?.key.as_ref());
    let keys: Vec<Option<&String>> = keys.collect();
    let (first, others) = keys.split_first()?;
    if keys.iter().all(Option::is_none) {
        return None;
    }
    let pointer = first.filter(|_| others.iter().all(|other| other == first)).cloned();
    Some(Key { pointer, way: KeyWay::Variants(keys.iter().map(|_| KeyWay::Message).collect()) })
}
