//! Records as they are shown: payloads, keys, headers and times.

use std::fmt::Write as _;
use std::time::SystemTime;

use serde_json::{Map, Value};
use thoth_messaging::client::{Header, Record};
use thoth_messaging::message::Writer;
use thoth_messaging_documents::foreign;

use super::sensitive::REDACTED;
use super::topic_schema::TopicSchema;

/// A payload as it may be shown.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    /// JSON: as it was written, or written anew without its sensitive values.
    Json(String),
    /// Something else.
    Other(Vec<u8>),
    /// Something that can't be shown without its sensitive values.
    Hidden(usize),
}

/// The payload of a record without the prefix that names a schema; as it is where that can't be read. Nothing for a tombstone.
pub(crate) fn payload_of(record: &Record) -> Option<&[u8]> {
    record.unframed().unwrap_or(record.payload())
}

/// The schema that a record names, in words: its id, and the message whose schema it is.
pub(crate) fn writer(record: &Record, schemas: &[&TopicSchema]) -> Option<String> {
    let id = record.schema_id()?;
    let writer = match schemas.iter().find_map(|schema| schema.writer(id)) {
        Some((Writer::Same, name)) => format!("that of {name}"),
        Some((writer, name)) => format!("{writer} than that of {name}"),
        None => Writer::Unknown.to_string(),
    };
    Some(format!("{id}, {writer}"))
}

/// A payload, without the values that one of the schemas calls sensitive unless they are asked for. Whether something was
/// hidden.
///
/// Where a schema calls anything sensitive, the redacted tree is written anew and nothing of the text is copied: a member
/// that stands twice in the text stands once in the tree.
pub(crate) fn payload(payload: &[u8], schemas: &[&TopicSchema], show_sensitive: bool) -> (Shown, bool) {
    let json: Option<Value> = serde_json::from_slice(payload).ok();
    let text = std::str::from_utf8(payload).ok();
    let sensitive = schemas.iter().filter(|schema| !show_sensitive && !schema.sensitive.is_empty());
    let sensitive: Vec<_> = sensitive.collect();
    match (json, text) {
        (Some(mut json), _) if !sensitive.is_empty() => {
            let mut is_hidden = false;
            for schema in sensitive {
                is_hidden |= schema.sensitive.redact(&mut json, schema.shape(payload));
            }
            (Shown::Json(json.to_string()), is_hidden)
        }
        (None, _) if !sensitive.is_empty() => (Shown::Hidden(payload.len()), true),
        (Some(_), Some(text)) => (Shown::Json(text.to_owned()), false),
        _ => (Shown::Other(payload.to_vec()), false),
    }
}

impl Shown {
    /// In one line.
    pub(crate) fn line(&self) -> String {
        match self {
            Self::Json(json) => reformat(json, None),
            Self::Other(payload) => bytes(payload),
            Self::Hidden(bytes) => format!("({bytes} bytes that are no JSON, and may hold sensitive values)"),
        }
    }

    /// On several lines.
    pub(crate) fn lines(&self) -> String {
        match self {
            Self::Json(json) => reformat(json, Some(2)),
            other => other.line(),
        }
    }

    /// As the last member of a JSON object.
    pub(crate) fn member(&self) -> String {
        match self {
            Self::Json(json) => format!("\"payload\":{}", reformat(json, None)),
            Self::Other(bytes) => match std::str::from_utf8(bytes) {
                Ok(text) => format!("\"payload_text\":{}", foreign::json(&Value::from(text).to_string())),
                Err(_) => format!("\"payload_hex\":\"{}\"", hex(bytes)),
            },
            Self::Hidden(bytes) => format!("\"payload_bytes\":{bytes}"),
        }
    }
}

/// All of a record but its payload, for programs.
pub(crate) fn metadata(record: &Record, key: Option<&[u8]>, schemas: &[&TopicSchema]) -> Map<String, Value> {
    let mut members = Map::new();
    members.insert("topic".to_owned(), record.topic().into());
    members.insert("partition".to_owned(), record.partition().into());
    members.insert("offset".to_owned(), record.offset().into());
    members.insert("timestamp".to_owned(), record.timestamp().and_then(time).into());
    match key.map(std::str::from_utf8) {
        None => drop(members.insert("key".to_owned(), Value::Null)),
        Some(Ok(text)) => drop(members.insert("key".to_owned(), text.into())),
        Some(Err(_)) => drop(members.insert("key_hex".to_owned(), hex(key.unwrap_or_default()).into())),
    }
    if let Some(id) = record.schema_id() {
        members.insert("schema_id".to_owned(), id.to_string().into());
        let known = schemas.iter().find_map(|schema| schema.writer(id));
        members.insert("schema_of".to_owned(), known.map(|(_, name)| name).into());
        members.insert("writer".to_owned(), known.map_or(Writer::Unknown, |(writer, _)| writer).as_str().into());
    }
    members.insert("headers".to_owned(), record.headers().iter().map(header).collect());
    members
}

/// The key of a record, unless it is a value that one of the schemas calls sensitive.
pub(crate) fn key<'r>(record: &'r Record, schemas: &[&TopicSchema], show_sensitive: bool) -> Option<&'r [u8]> {
    let is_hidden = !show_sensitive && schemas.iter().any(|schema| schema.has_sensitive_key());
    record.key().map(|key| if is_hidden { REDACTED.as_bytes() } else { key })
}

/// Bytes as a person reads them.
pub(crate) fn bytes(bytes: &[u8]) -> String {
    foreign::line(&String::from_utf8_lossy(bytes)).into_owned()
}

/// A time as RFC 3339 has it; `None` from the year 10000 on, which it can't say.
pub(crate) fn time(time: SystemTime) -> Option<String> {
    jiff::Timestamp::try_from(time).ok().map(|time| time.to_string())
}

/// A header, whose parts are text, or else hexadecimal.
fn header(header: &Header) -> Value {
    let part = |name: &str, bytes: &[u8]| match std::str::from_utf8(bytes) {
        Ok(text) => (name.to_owned(), Value::from(text)),
        Err(_) => (format!("{name}_hex"), hex(bytes).into()),
    };
    let value = header.value.as_deref().map_or(("value".to_owned(), Value::Null), |value| part("value", value));
    Value::Object([part("name", header.name.as_bytes()), value].into_iter().collect())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string never fails.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// JSON with other white space: none, or lines with so much indentation. Nothing else changes, no digit of a number either,
/// but that hidden characters are escaped.
fn reformat(json: &str, indent: Option<usize>) -> String {
    let json = foreign::json(json);
    let mut out = String::with_capacity(json.len());
    let mut depth = 0;
    let line = |out: &mut String, depth: usize| {
        if let Some(indent) = indent {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', indent * depth));
        }
    };
    let mut chars = json.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '"' => string(&mut chars, &mut out),
            '{' | '[' => {
                out.push(char);
                while chars.next_if(char::is_ascii_whitespace).is_some() {}
                if let Some(end) = chars.next_if(|next| matches!(next, '}' | ']')) {
                    out.push(end);
                } else {
                    depth += 1;
                    line(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth);
                out.push(char);
            }
            ',' => {
                out.push(char);
                line(&mut out, depth);
            }
            ':' => out.push_str(if indent.is_some() { ": " } else { ":" }),
            char if char.is_ascii_whitespace() => {}
            char => out.push(char),
        }
    }
    out
}

/// A string, from behind its opening quote to its closing one.
fn string(chars: &mut impl Iterator<Item = char>, out: &mut String) {
    out.push('"');
    while let Some(char) = chars.next() {
        match char {
            '\\' => {
                out.push(char);
                out.extend(chars.next());
            }
            char => out.push(char),
        }
        if char == '"' {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::{reformat, time};

    #[test]
    fn a_time_from_the_year_10000_on_is_none() {
        let at = |seconds| time(UNIX_EPOCH + Duration::from_secs(seconds));
        assert_eq!(at(1_769_846_400).as_deref(), Some("2026-01-31T08:00:00Z"));
        // The largest timestamp of Kafka, and the first second of the year 10000.
        assert_eq!([at(i64::MAX as u64 / 1000), at(253_402_300_800)], [None, None]);
    }

    #[test]
    fn white_space_changes_and_nothing_else() {
        let json = "{\n \"a b\" : [ 1.0, 12345678901234567890123, \"x\\\" , y\" ],\t\"e\": { }, \"f\": [\n]}";
        assert_eq!(reformat(json, None), r#"{"a b":[1.0,12345678901234567890123,"x\" , y"],"e":{},"f":[]}"#);
        let lines = reformat(json, Some(2));
        assert!(lines.starts_with("{\n  \"a b\": [\n    1.0,\n    12345678901234567890123,\n"), "{lines}");
        assert!(lines.ends_with("  ],\n  \"e\": {},\n  \"f\": []\n}"), "{lines}");
        assert_eq!(reformat("\"\u{9b}31m\u{202e}\"", None), "\"\\u009b31m\\u202e\"");
    }
}
