//! From an error of the reader to one that says what the schema refuses, and where.

use serde::de::IgnoredAny;
use serde_json::Value;

use super::Error;
use super::private::without_private;
use crate::error::{DecodeError, EncodeError, Violation};
use crate::message::{Descriptor, Message};

/// The text of a payload.
///
/// # Errors
///
/// A payload that is not UTF-8, and so not JSON.
pub fn utf8<'a>(name: &str, payload: &'a [u8]) -> Result<&'a str, DecodeError> {
    str::from_utf8(payload).map_err(|error| {
        let valid = payload.get(..error.valid_up_to()).unwrap_or_default();
        let lines = valid.split(|byte| *byte == b'\n');
        let (line, column) = lines.fold((0, 0), |(line, _), text| (line + 1, text.len() + 1));
        DecodeError::NotJson { message: name.to_owned(), line, column, reason: "expected UTF-8".to_owned() }
    })
}

/// Why a payload that was refused is no such message.
///
/// This may cost more than decoding did: with the feature `dynamic` the whole schema is asked, for every violation.
#[must_use]
pub fn explain_decode(descriptor: &Descriptor, payload: &str, error: &Error) -> DecodeError {
    #[cfg(feature = "dynamic")]
    if !error.is_syntax()
        && let Ok(payload) = super::Payload::parse(payload)
    {
        let violations = crate::dynamic::violations(&descriptor.schema, payload.instance(&payload.numerals()));
        if !violations.is_empty() {
            return DecodeError::Invalid { message: descriptor.name.to_string(), violations };
        }
    }
    match explain_parse(&descriptor.name, payload, error) {
        DecodeError::Invalid { message, violations } => {
            let violations = violations.into_iter().map(|it| without_private(&descriptor.schema, it)).collect();
            DecodeError::Invalid { message, violations }
        }
        not_json => not_json,
    }
}

/// Why a payload that was refused can't be read, from the error alone. `name` is that of the message.
pub(crate) fn explain_parse(name: &str, payload: &str, error: &Error) -> DecodeError {
    let message = name.to_owned();
    if error.is_syntax() {
        return not_json(message, payload, error);
    }
    DecodeError::Invalid { message, violations: vec![first_violation(error, error.path_in(payload))] }
}

/// An error of a text in words, with its place.
#[cfg(feature = "dynamic")]
pub(crate) fn in_words(text: &str, error: &Error) -> String {
    match explain_parse("", text, error) {
        DecodeError::NotJson { reason, line, column, .. } => format!("{reason} at line {line} column {column}"),
        DecodeError::Invalid { violations, .. } => violations.iter().map(ToString::to_string).collect(),
        DecodeError::Frame { reason, .. } => reason.to_string(),
    }
}

/// The words for what is no JSON are those of `serde_json`, which reads it once more.
fn not_json(message: String, payload: &str, error: &Error) -> DecodeError {
    let parsed = serde_json::from_str::<Value>(payload).err().filter(|error| !is_number(error));
    // A number that is too large for a float is JSON, and hides what comes behind it.
    if let Some(error) = parsed.or_else(|| serde_json::from_str::<IgnoredAny>(payload).err()) {
        let (line, column) = (error.line(), error.column());
        let text = error.to_string();
        let reason = text.strip_suffix(&format!(" at line {line} column {column}")).unwrap_or(&text).to_owned();
        return DecodeError::NotJson { message, line, column, reason };
    }
    let (line, column) = error.position_in(payload).unwrap_or((1, 1));
    DecodeError::NotJson { message, line, column, reason: "expected JSON".to_owned() }
}

fn is_number(error: &serde_json::Error) -> bool {
    error.to_string().starts_with("number out of range")
}

/// Why a message was refused when it was written.
#[must_use]
pub fn explain_encode<T: Message>(message: &T, error: &Error) -> EncodeError {
    let descriptor = T::DESCRIPTOR;
    #[cfg(not(feature = "dynamic"))]
    let _ = message;
    #[cfg(feature = "dynamic")]
    if let Some(value) = unchecked_value(message) {
        let violations = crate::dynamic::violations(&descriptor.schema, &value);
        if !violations.is_empty() {
            return EncodeError::Invalid { message: descriptor.name.to_string(), violations };
        }
    }
    let first = first_violation(error, error.path_in(""));
    let violations = vec![without_private(&descriptor.schema, first)];
    EncodeError::Invalid { message: descriptor.name.to_string(), violations }
}

/// A message as JSON, whether or not its schema refuses it.
#[cfg(feature = "dynamic")]
fn unchecked_value<T: Message>(message: &T) -> Option<Value> {
    let mut writer = super::Writer::unchecked();
    message.write(&mut writer).ok()?;
    serde_json::from_str(writer.text()).ok()
}

fn first_violation(error: &Error, instance_path: String) -> Violation {
    Violation {
        instance_path,
        schema_path: String::new(),
        keyword: error.keyword().to_owned(),
        expected: error.expected().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_utf8_is_not_json_from_there_on() {
        assert_eq!(utf8("Ping", "{\"ü\": 1}".as_bytes()), Ok("{\"ü\": 1}"));
        let error = utf8("Ping", b"{\n\"a\": \"\xff\"}").unwrap_err();
        assert_eq!(error.to_string(), "payload of Ping is not JSON: expected UTF-8 at line 2 column 7");
    }
}
