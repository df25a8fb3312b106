//! Message types of one topic: one beside `PackageReleased` that has a handler, and one that has none.

use std::sync::LazyLock;

use crate::error::DecodeError;
use crate::message::{Decoder, Descriptor, Message, TopicMessage, read};
use crate::messages::{InspectionCompleted, PackageReleased, ThothRepoInit};

/// Returns the descriptor of a type as if it were on the topic of `PackageReleased`.
fn on_topic<T: Message>() -> Descriptor {
    Descriptor { topic: PackageReleased::DESCRIPTOR.topic.clone(), ..T::DESCRIPTOR.clone() }
}

static OTHER: LazyLock<Descriptor> = LazyLock::new(on_topic::<ThothRepoInit>);
static WITHOUT_HANDLER: LazyLock<Descriptor> = LazyLock::new(on_topic::<InspectionCompleted>);
static MESSAGES: LazyLock<[TopicMessage; 3]> = LazyLock::new(|| {
    [
        TopicMessage::of::<PackageReleased>(),
        TopicMessage::new(&OTHER, |payload| read::<ThothRepoInit>(payload).is_some()),
        TopicMessage::new(&WITHOUT_HANDLER, |payload| read::<InspectionCompleted>(payload).is_some()),
    ]
});

/// Decodes the other type that has a handler.
pub(super) struct Other;

impl Decoder for Other {
    type Message = ThothRepoInit;

    fn descriptor(&self) -> &Descriptor {
        &OTHER
    }

    fn decode(&self, payload: &[u8]) -> Result<ThothRepoInit, DecodeError> {
        ThothRepoInit::decode(payload)
    }

    fn topic_messages(&self) -> Vec<&'static TopicMessage> {
        MESSAGES.iter().collect()
    }
}

pub(super) fn other(number: usize) -> Vec<u8> {
    format!(r#"{{"component_name": "c", "service_version": "1", "project_url": "{number}"}}"#).into_bytes()
}

pub(super) fn without_handler(number: usize) -> Vec<u8> {
    format!(r#"{{"component_name": "c", "service_version": "1", "inspection_id": "{number}"}}"#).into_bytes()
}
