//! The record of a dead letter: written by an app, and read back.

use std::borrow::Cow;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use super::cause::{FailureCause, Reason};
use super::form::{Cut, LetterForm};
use super::headers;
use super::origin::Origin;
use crate::client::{Header, ProducerRecord, Record};
use crate::error::Violation;
use crate::message::{SchemaId, Writer};

/// The limit of the text of an error and of violations, in bytes: a dead letter must not be much larger than its message.
const MAX_TEXT: usize = 16 * 1024;

/// The limit of the text of an error in a letter that was too large.
const MAX_CUT_ERROR: usize = 256;

/// A dead letter, as its headers describe it.
#[derive(Debug)]
#[non_exhaustive]
pub struct DeadLetter {
    /// The record on the dead-letter topic, with key and payload unchanged.
    pub record: Record,
    /// The reason why the message is a dead letter.
    pub reason: Reason,
    /// The error in words.
    pub error: String,
    /// The violations of the schema.
    pub violations: Vec<Violation>,
    /// The id of the schema that wrote it, where it said.
    pub schema_id: Option<SchemaId>,
    /// That schema, compared with the handler's.
    pub writer: Option<Writer>,
    /// The topic that it was on, by its name on the cluster.
    pub topic: String,
    /// The partition that it was on.
    pub partition: i32,
    /// Its offset there.
    pub offset: i64,
    /// Its timestamp there.
    pub timestamp: Option<SystemTime>,
    /// The number of attempts; 0 where no handler was called.
    pub attempts: u32,
    /// The consumer group that could not handle it.
    pub group: String,
    /// The time at which it became a dead letter.
    pub time: SystemTime,
}

impl DeadLetter {
    /// Reads a record of a dead-letter topic.
    ///
    /// # Errors
    ///
    /// The record, where it lacks the headers of a dead letter.
    pub fn read(record: Record) -> Result<Self, Box<Record>> {
        match Self::from_headers(&record) {
            Some(complete) => Ok(complete(record)),
            None => Err(Box::new(record)),
        }
    }

    /// Creates the record of the dead letter of a message, after so many attempts.
    pub(crate) fn write(
        topic: &str,
        message: &Record,
        origin: &Origin,
        cause: &FailureCause,
        attempts: u32,
        group: &str,
        form: LetterForm,
    ) -> ProducerRecord {
        let headers = all_headers(origin, cause, attempts, group, form.cut);
        copied(topic, message).with_headers(headers)
    }

    /// Reads all but the record itself.
    fn from_headers(record: &Record) -> Option<impl FnOnce(Record) -> Self + use<>> {
        let word = text(record, headers::REASON)?;
        let reason = *Reason::ALL.iter().find(|reason| reason.as_str() == word)?;
        let error = text(record, headers::ERROR)?.to_owned();
        let violations = text(record, headers::VIOLATIONS).map_or(Some(Vec::new()), read_violations)?;
        let schema_id = text(record, headers::SCHEMA_ID).and_then(SchemaId::parse);
        let writer = text(record, headers::WRITER);
        let writer = writer.and_then(|word| Writer::ALL.iter().find(|writer| writer.as_str() == word).copied());
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
            schema_id,
            writer,
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

/// Creates a record for a topic on the cluster with the key and the payload of another one, and no headers.
pub(crate) fn copied(topic: &str, message: &Record) -> ProducerRecord {
    let mut copy = ProducerRecord::raw(topic);
    if let Some(key) = message.key() {
        copy = copy.with_key(key);
    }
    if let Some(payload) = message.payload() {
        copy = copy.with_payload(payload);
    }
    copy
}

/// Returns the headers of the message, and those of its dead letter.
fn all_headers(origin: &Origin, cause: &FailureCause, attempts: u32, group: &str, cut: Cut) -> Vec<Header> {
    let mut all = if cut == Cut::Headers { Vec::new() } else { origin.headers.clone() };
    let mut add = |name: &str, value: String| all.push(Header::new(name, value));
    add(headers::REASON, cause.reason.to_string());
    let max_error = if cut == Cut::Nothing { MAX_TEXT } else { MAX_CUT_ERROR };
    add(headers::ERROR, shortened(&cause.error, max_error).to_owned());
    if let Some(cut) = cut.word() {
        add(headers::CUT, cut.to_owned());
    } else if !cause.violations.is_empty() {
        add(headers::VIOLATIONS, violations_json(&cause.violations));
    }
    if let Some((schema_id, writer)) = origin.writer {
        add(headers::SCHEMA_ID, schema_id.to_string());
        add(headers::WRITER, writer.to_string());
    }
    add(headers::TOPIC, origin.topic.clone());
    add(headers::PARTITION, origin.partition.to_string());
    add(headers::OFFSET, origin.offset.to_string());
    if let Some(timestamp) = origin.timestamp {
        add(headers::TIMESTAMP, milliseconds(timestamp));
    }
    add(headers::ATTEMPTS, attempts.to_string());
    add(headers::GROUP, group.to_owned());
    add(headers::TIME, milliseconds(SystemTime::now()));
    all
}

/// A violation in the header [`VIOLATIONS`](headers::VIOLATIONS).
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ListedViolation<'a> {
    instance_path: Cow<'a, str>,
    schema_path: Cow<'a, str>,
    keyword: Cow<'a, str>,
    expected: Cow<'a, str>,
}

/// Formats as many violations as the limit allows, as JSON.
fn violations_json(violations: &[Violation]) -> String {
    let mut text = String::from("[");
    for violation in violations {
        let listed = ListedViolation {
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

/// Returns the beginning of a text, up to so many bytes.
pub(crate) fn shortened(text: &str, max: usize) -> &str {
    let end = (0..=text.len().min(max)).rev().find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or_default()]
}

/// Formats a time in milliseconds since 1970.
pub(crate) fn milliseconds(time: SystemTime) -> String {
    time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_millis().to_string()
}

/// Returns the last header of a name, if it is UTF-8.
pub(crate) fn text<'a>(record: &'a Record, name: &str) -> Option<&'a str> {
    let header = record.headers().iter().rfind(|header| header.name == name)?;
    std::str::from_utf8(header.value.as_deref()?).ok()
}

fn read_violations(text: &str) -> Option<Vec<Violation>> {
    let listed: Vec<ListedViolation<'_>> = serde_json::from_str(text).ok()?;
    let violation = |listed: ListedViolation<'_>| Violation {
        instance_path: listed.instance_path.into_owned(),
        schema_path: listed.schema_path.into_owned(),
        keyword: listed.keyword.into_owned(),
        expected: listed.expected.into_owned(),
    };
    Some(listed.into_iter().map(violation).collect())
}

/// Reads a time in milliseconds since 1970.
pub(crate) fn time(milliseconds: &str) -> Option<SystemTime> {
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
        let text = violations_json(&many);
        assert!(text.len() <= MAX_TEXT);
        let read = read_violations(&text).unwrap();
        assert!(read.len() > 100 && read[..] == many[..read.len()]);
        assert_eq!(read_violations(&violations_json(&many[..2])).unwrap(), many[..2]);
    }

    #[test]
    fn a_long_error_is_cut_between_characters() {
        let text = "é".repeat(MAX_TEXT);
        assert_eq!(shortened(&text, MAX_TEXT).len(), MAX_TEXT);
        assert_eq!(shortened(&text[..1 + 'é'.len_utf8() - 1], MAX_TEXT), "é");
        assert_eq!(shortened(&format!("x{text}"), MAX_TEXT).len(), MAX_TEXT - 1);
    }
}
