//! The copy of a message on a retry topic: written by an app, and read back.

use std::time::{Duration, SystemTime};

use super::{Tier, retry_headers};
use crate::app::dead_letter::{FailureCause, Origin, copied, milliseconds, shortened, text, time};
use crate::client::{Header, ProducerRecord, Record};

/// The limit of the text of an error, in bytes.
const MAX_ERROR: usize = 1024;

/// Returns the message that a record of a retry topic is a copy of: itself, if it does not say.
pub(crate) fn origin(record: &Record) -> Origin {
    let headers = record.headers().iter().filter(|header| !is_retry_header(header)).cloned().collect();
    let own = Origin { headers, ..Origin::of(record) };
    let named = || {
        Some((
            text(record, retry_headers::TOPIC)?.to_owned(),
            text(record, retry_headers::PARTITION)?.parse().ok()?,
            text(record, retry_headers::OFFSET)?.parse().ok()?,
        ))
    };
    let Some((topic, partition, offset)) = named() else { return own };
    let timestamp = text(record, retry_headers::TIMESTAMP).and_then(time);
    Origin { topic, partition, offset, timestamp, ..own }
}

/// Returns the number of attempts at a message before it came to a retry topic.
pub(crate) fn attempts(record: &Record) -> u32 {
    text(record, retry_headers::ATTEMPTS).and_then(|attempts| attempts.parse().ok()).unwrap_or_default()
}

/// Creates the copy of a message for a retry topic, after so many attempts.
pub(crate) fn copy(
    tier: &Tier,
    message: &Record,
    origin: &Origin,
    cause: &FailureCause,
    attempts: u32,
    group: &str,
    now: SystemTime,
) -> ProducerRecord {
    let due = now.checked_add(tier.delay).unwrap_or(now);
    let mut headers: Vec<_> = origin.headers.iter().filter(|header| !is_retry_header(header)).cloned().collect();
    let mut add = |name: &str, value: String| headers.push(Header::new(name, value));
    add(retry_headers::GROUP, group.to_owned());
    add(retry_headers::DUE, milliseconds(due));
    add(retry_headers::ATTEMPTS, attempts.to_string());
    add(retry_headers::TOPIC, origin.topic.clone());
    add(retry_headers::PARTITION, origin.partition.to_string());
    add(retry_headers::OFFSET, origin.offset.to_string());
    if let Some(timestamp) = origin.timestamp {
        add(retry_headers::TIMESTAMP, milliseconds(timestamp));
    }
    add(retry_headers::REASON, cause.reason.to_string());
    add(retry_headers::ERROR, shortened(&cause.error, MAX_ERROR).to_owned());
    copied(&tier.topic, message).with_headers(headers)
}

/// Returns how long a record of a retry topic with this delay has to wait: no longer than the delay, whatever it says itself.
pub(crate) fn due(record: &Record, delay: Duration, now: SystemTime) -> Duration {
    let due = text(record, retry_headers::DUE).and_then(time);
    let rest = due.and_then(|due| due.duration_since(now).ok());
    rest.unwrap_or_default().min(delay)
}

/// Tells whether a record of a retry topic was sent there by an app of another group.
pub(crate) fn is_of_other_group(record: &Record, group: &str) -> bool {
    text(record, retry_headers::GROUP).is_some_and(|of| of != group)
}

fn is_retry_header(header: &Header) -> bool {
    header.name.to_str().is_some_and(|name| retry_headers::ALL.contains(&name))
}
