//! From an error of `serde_json` to one that says what the schema refuses, and where.

use serde_json::error::Category;

use super::locate::{instance_path, without_position};
use super::private::without_private;
use crate::error::{DecodeError, EncodeError, Violation};
use crate::message::{Descriptor, Message};

/// The text of a payload.
///
/// # Errors
///
/// A payload that is not UTF-8, and so not JSON.
pub fn utf8<'a>(descriptor: &Descriptor, payload: &'a [u8]) -> Result<&'a str, DecodeError> {
    str::from_utf8(payload).map_err(|error| {
        let valid = payload.get(..error.valid_up_to()).unwrap_or_default();
        let lines = valid.split(|byte| *byte == b'\n');
        let (line, column) = lines.fold((0, 0), |(line, _), text| (line + 1, text.len() + 1));
        DecodeError::NotJson { message: descriptor.name.to_string(), line, column, reason: "expected UTF-8".to_owned() }
    })
}

/// Why a payload that `serde_json` refused is no such message.
///
/// This may cost more than decoding did: with the feature `dynamic` the whole schema is asked, for every violation.
#[must_use]
pub fn explain_decode(descriptor: &Descriptor, payload: &[u8], error: &serde_json::Error) -> DecodeError {
    #[cfg(feature = "dynamic")]
    if error.classify() == Category::Data
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

/// Why a payload that `serde_json` refused can't be read, from the error alone. `name` is that of the message.
pub(crate) fn explain_parse(name: &str, payload: &[u8], error: &serde_json::Error) -> DecodeError {
    let reason = without_position(error);
    let limit = match reason.as_str() {
        "recursion limit exceeded" => Some("limit: expected at most 127 levels of nesting"),
        "number out of range" => Some("limit: expected a number that fits a 64-bit float"),
        _ => None,
    };
    let message = name.to_owned();
    if limit.is_none() && error.classify() != Category::Data {
        return DecodeError::NotJson { message, line: error.line(), column: error.column(), reason };
    }
    let place = instance_path(payload, error.line(), error.column());
    DecodeError::Invalid { message, violations: vec![first_violation(limit.unwrap_or(&reason), place)] }
}

/// Why a message was refused when it was written.
#[must_use]
pub fn explain_encode<T: Message>(message: &T, error: &serde_json::Error) -> EncodeError {
    let descriptor = T::DESCRIPTOR;
    #[cfg(not(feature = "dynamic"))]
    let _ = message;
    #[cfg(feature = "dynamic")]
    if let Ok(value) = super::unchecked(|| serde_json::to_value(message)) {
        let violations = crate::dynamic::violations(&descriptor.schema, &value);
        if !violations.is_empty() {
            return EncodeError::Invalid { message: descriptor.name.to_string(), violations };
        }
    }
    let first = first_violation(&without_position(error), String::new());
    let violations = vec![without_private(&descriptor.schema, first)];
    EncodeError::Invalid { message: descriptor.name.to_string(), violations }
}

/// Reads back `[path ]keyword: expected …`, the form of every error that this module's siblings make.
fn first_violation(text: &str, place: String) -> Violation {
    let (left, expected) = text.split_once(": expected ").unwrap_or(("type", text));
    let (path, keyword) = left.rsplit_once(' ').unwrap_or(("", left));
    Violation {
        instance_path: place + path,
        schema_path: String::new(),
        keyword: keyword.to_owned(),
        expected: expected.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Schema, Topic};

    static SCHEMA: Schema = Schema::new("ping.json", "{}", "");
    static PING: Descriptor = Descriptor::new("Ping", Topic::new("ops.ping"), &SCHEMA);

    #[test]
    fn what_is_not_utf8_is_not_json_from_there_on() {
        assert_eq!(utf8(&PING, "{\"ü\": 1}".as_bytes()), Ok("{\"ü\": 1}"));
        let error = utf8(&PING, b"{\n\"a\": \"\xff\"}").unwrap_err();
        assert_eq!(error.to_string(), "payload of Ping is not JSON: expected UTF-8 at line 2 column 7");
    }
}
