//! Whether a topic and its messages fit.

use thoth_messaging_documents::pointer::segments;

use super::Subject;
use crate::diagnostic::Diagnostic;
use crate::model::{KeyWay, MessageDef};

pub(super) fn optional_key(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for (document, message) in subject.messages() {
        let Some((pointer, way)) = message.key.as_ref().and_then(|key| Some((key.pointer.as_deref()?, &key.way)))
        else {
            continue;
        };
        let Some(step) = optional_step(way) else { continue };
        let name = segments(pointer).nth(step).unwrap_or_default();
        found.push(
            Diagnostic::warning(
                "L0202",
                format!("the key `{pointer}` leads through `{name}`, which may be absent or null"),
                document.locate("/x-kafka/key"),
            )
            .help(
                "make it required and not null: a message without key goes to any partition, out of the order of \
                 the others",
            ),
        );
    }
}

/// The first part of the way that may not be there.
fn optional_step(way: &KeyWay) -> Option<usize> {
    match way {
        KeyWay::Fields(steps) => steps.iter().position(|step| step.optional),
        KeyWay::Variants(ways) => ways.iter().filter_map(optional_step).min(),
        KeyWay::Message | KeyWay::Nothing => None,
    }
}

pub(super) fn compacted_without_key(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for (document, message) in subject.messages() {
        let Some(policy) = configured(message, "cleanup.policy") else { continue };
        let is_compacted = policy.split(',').any(|policy| policy.trim() == "compact");
        let has_key = document.kafka.as_ref().is_some_and(|kafka| kafka.key.is_some());
        if is_compacted && !has_key {
            found.push(
                Diagnostic::warning(
                    "L0203",
                    "the topic is compacted, and this message has no key",
                    document.locate_first(&["/x-kafka/topicConfiguration/cleanup.policy", "/x-kafka"]),
                )
                .help("name the `key` that the last message is kept of: Kafka refuses a message without one here"),
            );
        }
    }
}

pub(super) fn too_few_replicas(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    const MINIMUM: &str = "min.insync.replicas";
    for (document, message) in subject.messages() {
        let minimum = configured(message, MINIMUM).and_then(|minimum| minimum.parse::<i32>().ok());
        let (Some(replicas), Some(minimum)) = (message.replicas, minimum) else { continue };
        if minimum > replicas {
            let pointer = format!("/x-kafka/topicConfiguration/{MINIMUM}");
            found.push(
                Diagnostic::warning(
                    "L0205",
                    format!("{minimum} replicas have to be in sync, and the topic has {replicas}"),
                    document.locate_first(&[&pointer, "/x-kafka"]),
                )
                .help(format!(
                    "set `{MINIMUM}` to less than `replicas`: as it stands, Kafka refuses every send with `acks=all`"
                )),
            );
        }
    }
}

/// Returns what the files of a topic say of it.
pub(super) fn configured<'a>(message: &'a MessageDef, property: &str) -> Option<&'a str> {
    let mut configuration = message.configuration.iter();
    configuration.find(|(name, _)| name == property).map(|(_, value)| value.as_str())
}
