//! The setting of where dead letters go.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::message::Topic;

/// The destination of messages that can't be handled: those that do not decode, and those whose handler fails on every
/// attempt or rejects them.
///
/// By default each goes to the dead-letter topic of its topic, `<topic>.dlq`, with its key, payload and headers unchanged
/// (a letter that is too large for its topic [loses headers](super::headers::CUT)) and with the [`headers`](super::headers) that say why. Its offset is stored once the dead letter is delivered. The
/// dead-letter topics must exist when the app starts, or be [created](Self::create) by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetters {
    pub(crate) destination: Destination,
    pub(crate) parking: Option<String>,
    pub(crate) create: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Destination {
    Suffix(String),
    Topic(String),
    Stop,
    Skip,
}

impl Default for DeadLetters {
    fn default() -> Self {
        Self::suffix(".dlq")
    }
}

impl DeadLetters {
    /// Sends dead letters to a topic for each topic: its name with this suffix.
    #[must_use]
    pub fn suffix(suffix: impl Into<String>) -> Self {
        Self { destination: Destination::Suffix(suffix.into()), parking: None, create: false }
    }

    /// Sends all dead letters to one topic, by its name without [a prefix](crate::client::Kafka::with_topic_prefix).
    #[must_use]
    pub fn topic(topic: impl Into<String>) -> Self {
        Self { destination: Destination::Topic(topic.into()), parking: None, create: false }
    }

    /// Sends no dead letters: the app stops with an error at a message that can't be handled.
    #[must_use]
    pub fn stop() -> Self {
        Self { destination: Destination::Stop, parking: None, create: false }
    }

    /// Sends no dead letters: a message that can't be handled is logged and skipped. It is lost to this group.
    #[must_use]
    pub fn skip() -> Self {
        Self { destination: Destination::Skip, parking: None, create: false }
    }

    /// Sends a dead letter that its topic refuses to this topic instead, by its name without a prefix. It must exist when the
    /// app starts, or be [created](Self::create) by it, and have a larger `max.message.bytes` to be of use for large
    /// messages. By default, and where this topic refuses it as well, the app stops with an error at such a message.
    ///
    /// A letter that is too large for its topic is sent again with fewer [headers](super::headers::CUT) before that.
    #[must_use]
    pub fn park_refused(self, topic: impl Into<String>) -> Self {
        Self { parking: Some(topic.into()), ..self }
    }

    /// Creates dead-letter topics that do not exist when the app starts, with as many partitions and replicas as the
    /// schema declares for the topic itself (the broker's default where it declares none), with room for the headers of a
    /// letter over the `max.message.bytes` that the schema declares, and no other configuration.
    #[must_use]
    pub fn create(self) -> Self {
        Self { create: true, ..self }
    }

    /// Returns the dead-letter topic of a topic, by its name without a prefix; `None` where there is none.
    ///
    /// ```
    /// use thoth_messaging::Message;
    /// use thoth_messaging::app::DeadLetters;
    /// use thoth_messaging::messages::PackageReleased;
    ///
    /// let topic = DeadLetters::default().of(&PackageReleased::DESCRIPTOR.topic).expect("they are on by default");
    /// assert_eq!(topic.name, "thoth.package-release.package-released.dlq");
    /// ```
    #[must_use]
    pub fn of(&self, topic: &Topic) -> Option<Topic> {
        let name = match &self.destination {
            Destination::Suffix(suffix) => format!("{}{suffix}", topic.name),
            Destination::Topic(name) => name.clone(),
            Destination::Stop | Destination::Skip => return None,
        };
        Some(like(topic, name))
    }

    /// Returns the topic for letters that the dead-letter topic of a topic refuses.
    pub(crate) fn parking_of(&self, topic: &Topic) -> Option<Topic> {
        self.of(topic)?;
        self.parking.clone().map(|name| like(topic, name))
    }
}

/// The room for the headers that a letter has over its message, in bytes.
const HEADERS: u64 = 64 * 1024;

/// The property with the largest size of a batch, which may be a message alone.
const MAX_BYTES: &str = "max.message.bytes";

/// A topic of another name with as many partitions and replicas, for messages that have more headers.
pub(crate) fn like(topic: &Topic, name: String) -> Topic {
    let limit = limit(topic).map(|limit| (MAX_BYTES.into(), limit.saturating_add(HEADERS).to_string().into()));
    Topic {
        name: Cow::Owned(name),
        partitions: topic.partitions,
        replicas: topic.replicas,
        configuration: limit.into_iter().collect(),
        retry_delays: Cow::Borrowed(&[]),
        schema_id_location: None,
    }
}

/// The limit for messages that the schema of a topic declares.
fn limit(topic: &Topic) -> Option<u64> {
    topic.configuration.iter().find(|(property, _)| property == MAX_BYTES)?.1.parse().ok()
}

/// Returns topics that an app writes, each once: of several with one name the one for the largest messages.
pub(crate) fn each_once(topics: impl Iterator<Item = Topic>) -> impl Iterator<Item = Topic> {
    let mut by_name: BTreeMap<Cow<'static, str>, Topic> = BTreeMap::new();
    for topic in topics {
        match by_name.get(&topic.name) {
            Some(known) if limit(known) >= limit(&topic) => {}
            _ => drop(by_name.insert(topic.name.clone(), topic)),
        }
    }
    by_name.into_values()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dead_letter_topic_has_room_for_the_headers_of_the_largest_message() {
        let limited = |bytes: &str| {
            let mut topic = Topic::new("orders");
            topic.configuration = vec![(MAX_BYTES.into(), bytes.to_owned().into())].into();
            topic
        };
        let to_one = DeadLetters::topic("letters");
        let topics = [limited("2000"), Topic::new("others"), limited("3000"), limited("1000")];
        let created: Vec<_> = each_once(topics.iter().filter_map(|topic| to_one.of(topic))).collect();
        assert_eq!(created.len(), 1);
        assert_eq!(limit(&created[0]), Some(3000 + HEADERS));
        assert_eq!(to_one.of(&Topic::new("others")).unwrap().configuration.len(), 0);
    }
}
