//! Where messages go that can't be handled, and what is said of them there.

use std::borrow::Cow;
use std::fmt;
use std::time::{Duration, SystemTime};

use serde::Serialize;

use super::error::with_sources;
use crate::client::{Header, Record, SendError};
use crate::error::Violation;
use crate::message::Topic;

/// The names of the headers that a dead letter has beside those of its message.
///
/// A message that was sent again and failed again has them twice: the last ones count.
pub mod headers {
    /// Why, as one of the words of [`Reason`](super::Reason).
    pub const REASON: &str = "dlq.reason";
    /// The error in words: that of the decoder, without values of the payload, or that of the handler, as it says it.
    pub const ERROR: &str = "dlq.error";
    /// For what the schema refuses: a JSON array of objects with the members `instancePath`, `schemaPath`, `keyword` and
    /// `expected`, all strings; the first ones, in at most 16 KiB. No values of the payload.
    pub const VIOLATIONS: &str = "dlq.violations";
    /// The topic that the message was on, by its name on the cluster.
    pub const TOPIC: &str = "dlq.topic";
    /// The partition that it was on.
    pub const PARTITION: &str = "dlq.partition";
    /// Its offset there.
    pub const OFFSET: &str = "dlq.offset";
    /// Its timestamp there, where it had one: milliseconds since 1970.
    pub const TIMESTAMP: &str = "dlq.timestamp";
    /// How many attempts were made, from 1; 0 where no handler was asked.
    pub const ATTEMPTS: &str = "dlq.attempts";
    /// The consumer group of the app.
    pub const GROUP: &str = "dlq.group";
    /// When the dead letter was made: milliseconds since 1970.
    pub const TIME: &str = "dlq.time";
}

/// The most that is said of violations, in bytes: a dead letter must not be much larger than its message.
const MAX_TEXT: usize = 16 * 1024;

/// What becomes of messages that can't be handled: those that do not decode, and those whose handler fails on every
/// attempt or refuses them.
///
/// By default each goes to the dead-letter topic of its topic, `<topic>.dlq`, with key, payload and headers as they were
/// and with the [`headers`] that say why. Its offset is stored once the dead letter is delivered. The dead-letter topics
/// must exist when the app starts, or be [created](Self::create) by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetters {
    pub(super) destination: Destination,
    pub(super) create: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Destination {
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
    /// To a topic for each topic, with this at the end of its name.
    #[must_use]
    pub fn suffix(suffix: impl Into<String>) -> Self {
        Self { destination: Destination::Suffix(suffix.into()), create: false }
    }

    /// To one topic for all, by its name without [a prefix](crate::client::Kafka::with_topic_prefix).
    #[must_use]
    pub fn topic(topic: impl Into<String>) -> Self {
        Self { destination: Destination::Topic(topic.into()), create: false }
    }

    /// No dead letters: the app stops at a message that can't be handled, with an error, and does not go on behind it.
    #[must_use]
    pub fn stop() -> Self {
        Self { destination: Destination::Stop, create: false }
    }

    /// No dead letters: a message that can't be handled is logged and left behind. It is lost to this group.
    #[must_use]
    pub fn skip() -> Self {
        Self { destination: Destination::Skip, create: false }
    }

    /// With dead-letter topics created that do not exist when the app starts, with as many partitions and replicas as
    /// the schema says of the topic itself (the broker's default where it says nothing), and no other configuration.
    #[must_use]
    pub fn create(self) -> Self {
        Self { create: true, ..self }
    }

    /// The dead-letter topic of a topic, by its name without a prefix; `None` where there is none.
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
        Some(Topic {
            name: Cow::Owned(name),
            partitions: topic.partitions,
            replicas: topic.replicas,
            configuration: Cow::Borrowed(&[]),
        })
    }
}

/// Why a message is a dead letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// `not-json`: the payload is not JSON.
    NotJson,
    /// `invalid`: the schema refuses the payload.
    Invalid,
    /// `tombstone`: there is no payload, and the handler expects one.
    Tombstone,
    /// `failed`: the handler failed on every attempt, the last time with an error or the wish for another one.
    Failed,
    /// `panicked`: the handler failed on every attempt, the last time with a panic.
    Panicked,
    /// `timed-out`: the handler failed on every attempt, the last time because it took longer than
    /// [`App::attempt_timeout`](super::App::attempt_timeout).
    TimedOut,
    /// `reply-failed`: a reply of the handler could not be sent.
    ReplyFailed,
    /// `rejected`: the handler said so.
    Rejected,
}

impl Reason {
    const ALL: [Self; 8] = [
        Self::NotJson,
        Self::Invalid,
        Self::Tombstone,
        Self::Failed,
        Self::Panicked,
        Self::TimedOut,
        Self::ReplyFailed,
        Self::Rejected,
    ];

    /// The reason as the header [`REASON`](headers::REASON) says it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotJson => "not-json",
            Self::Invalid => "invalid",
            Self::Tombstone => "tombstone",
            Self::Failed => "failed",
            Self::Panicked => "panicked",
            Self::TimedOut => "timed-out",
            Self::ReplyFailed => "reply-failed",
            Self::Rejected => "rejected",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What is said of a message that can't be handled.
#[derive(Clone, Debug)]
pub(crate) struct Cause {
    pub(crate) reason: Reason,
    pub(crate) error: String,
    pub(crate) violations: Vec<Violation>,
}

impl Cause {
    pub(crate) fn new(reason: Reason, error: impl Into<String>) -> Self {
        Self { reason, error: error.into(), violations: Vec::new() }
    }

    /// That a reply was not sent.
    pub(crate) fn of_reply(error: &SendError) -> Self {
        let violations = match error {
            SendError::Encode(refused) => refused.violations().to_vec(),
            _ => Vec::new(),
        };
        Self {
            reason: Reason::ReplyFailed,
            error: format!("a reply was not sent: {}", with_sources(error)),
            violations,
        }
    }

    /// The headers of the message, and those of its dead letter.
    pub(crate) fn headers(&self, record: &Record, attempts: u32, group: &str) -> Vec<Header> {
        let mut all = record.headers().to_vec();
        let mut add = |name: &str, value: String| all.push(Header::new(name, value));
        add(headers::REASON, self.reason.to_string());
        add(headers::ERROR, shortened(&self.error).to_owned());
        if !self.violations.is_empty() {
            add(headers::VIOLATIONS, listed(&self.violations));
        }
        add(headers::TOPIC, record.topic().to_owned());
        add(headers::PARTITION, record.partition().to_string());
        add(headers::OFFSET, record.offset().to_string());
        if let Some(timestamp) = record.timestamp() {
            add(headers::TIMESTAMP, milliseconds(timestamp));
        }
        add(headers::ATTEMPTS, attempts.to_string());
        add(headers::GROUP, group.to_owned());
        add(headers::TIME, milliseconds(SystemTime::now()));
        all
    }
}

#[derive(Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listed<'a> {
    instance_path: Cow<'a, str>,
    schema_path: Cow<'a, str>,
    keyword: Cow<'a, str>,
    expected: Cow<'a, str>,
}

/// As many violations as there is room for, as JSON.
fn listed(violations: &[Violation]) -> String {
    let mut text = String::from("[");
    for violation in violations {
        let listed = Listed {
            instance_path: (&violation.instance_path).into(),
            schema_path: (&violation.schema_path).into(),
            keyword: (&violation.keyword).into(),
            expected: (&violation.expected).into(),
        };
        // Four strings can always be written.
        let Ok(listed) = serde_json::to_string(&listed) else { continue };
        if text.len() + listed.len() + 2 > MAX_TEXT {
            break;
        }
        if text.len() > 1 {
            text.push(',');
        }
        text.push_str(&listed);
    }
    text.push(']');
    text
}

fn shortened(text: &str) -> &str {
    let end = (0..=text.len().min(MAX_TEXT)).rev().find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or_default()]
}

fn milliseconds(time: SystemTime) -> String {
    time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_millis().to_string()
}

/// A dead letter, as its headers tell of it.
#[derive(Debug)]
#[non_exhaustive]
pub struct DeadLetter {
    /// The record on the dead-letter topic, with key and payload as they were.
    pub record: Record,
    /// Why it is here.
    pub reason: Reason,
    /// The error in words.
    pub error: String,
    /// What the schema refuses of it.
    pub violations: Vec<Violation>,
    /// The topic that it was on, by its name on the cluster.
    pub topic: String,
    /// The partition that it was on.
    pub partition: i32,
    /// Its offset there.
    pub offset: i64,
    /// Its timestamp there.
    pub timestamp: Option<SystemTime>,
    /// How many attempts were made; 0 where no handler was asked.
    pub attempts: u32,
    /// The consumer group that could not handle it.
    pub group: String,
    /// When it became a dead letter.
    pub time: SystemTime,
}

impl DeadLetter {
    /// Reads a record of a dead-letter topic.
    ///
    /// # Errors
    ///
    /// The record, where it has not the headers of a dead letter.
    pub fn read(record: Record) -> Result<Self, Box<Record>> {
        match Self::said_of(&record) {
            Some(said) => Ok(said(record)),
            None => Err(Box::new(record)),
        }
    }

    fn said_of(record: &Record) -> Option<impl FnOnce(Record) -> Self + use<>> {
        let word = text(record, headers::REASON)?;
        let reason = Reason::ALL.into_iter().find(|reason| reason.as_str() == word)?;
        let error = text(record, headers::ERROR)?.to_owned();
        let violations = text(record, headers::VIOLATIONS).map_or(Some(Vec::new()), read_violations)?;
        let topic = text(record, headers::TOPIC)?.to_owned();
        let partition = text(record, headers::PARTITION)?.parse().ok()?;
        let offset = text(record, headers::OFFSET)?.parse().ok()?;
        let timestamp = text(record, headers::TIMESTAMP).and_then(time);
        let attempts = text(record, headers::ATTEMPTS)?.parse().ok()?;
        let group = text(record, headers::GROUP)?.to_owned();
        let time = time(text(record, headers::TIME)?)?;
        Some(move |record| Self {
            record,
            reason,
            error,
            violations,
            topic,
            partition,
            offset,
            timestamp,
            attempts,
            group,
            time,
        })
    }
}

fn text<'a>(record: &'a Record, name: &str) -> Option<&'a str> {
    let header = record.headers().iter().rfind(|header| header.name == name)?;
    std::str::from_utf8(header.value.as_deref()?).ok()
}

fn read_violations(text: &str) -> Option<Vec<Violation>> {
    let listed: Vec<Listed<'_>> = serde_json::from_str(text).ok()?;
    let violation = |listed: Listed<'_>| Violation {
        instance_path: listed.instance_path.into_owned(),
        schema_path: listed.schema_path.into_owned(),
        keyword: listed.keyword.into_owned(),
        expected: listed.expected.into_owned(),
    };
    Some(listed.into_iter().map(violation).collect())
}

fn time(milliseconds: &str) -> Option<SystemTime> {
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(milliseconds.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn violations_are_json_within_bounds_and_read_back() {
        let violation = |n: usize| Violation {
            instance_path: format!("/lines/{n}"),
            schema_path: "order.schema.json#/properties/lines/items/type".to_owned(),
            keyword: "type".to_owned(),
            expected: "a \"string\"".to_owned(),
        };
        let many: Vec<_> = (0..1000).map(violation).collect();
        let text = listed(&many);
        assert!(text.len() <= MAX_TEXT);
        let read = read_violations(&text).unwrap();
        assert!(read.len() > 100 && read[..] == many[..read.len()]);
        assert_eq!(read_violations(&listed(&many[..2])).unwrap(), many[..2]);
    }

    #[test]
    fn a_long_error_is_cut_between_characters() {
        let text = "é".repeat(MAX_TEXT);
        assert_eq!(shortened(&text).len(), MAX_TEXT);
        assert_eq!(shortened(&text[..1 + 'é'.len_utf8() - 1]), "é");
        assert_eq!(shortened(&format!("x{text}")).len(), MAX_TEXT - 1);
    }
}
