//! The errors of decoding and encoding.

use std::fmt;

use crate::schema_id::FrameError;
use crate::visible::visible;

/// The reason for which a payload could not be decoded.
///
/// Its text names what was expected and where, and holds no value of the payload, and no member name within a value that the
/// schema calls sensitive (`x-sensitive`). It is one line, whatever the names of members and schemas hold: control characters,
/// marks of direction and what nobody sees are escaped, as `\n` and `\u{1b}`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DecodeError {
    /// The payload is not JSON.
    NotJson {
        /// The name of the message that was expected.
        message: String,
        /// Line in the payload, from 1.
        line: usize,
        /// Column in the line, in bytes, from 1.
        column: usize,
        /// The parser's expectation.
        reason: String,
    },
    /// The payload is JSON, but not valid under the schema.
    Invalid {
        /// The name of the message that was expected.
        message: String,
        /// The violations of the schema, never empty.
        violations: Vec<Violation>,
    },
    /// The record names the schema that wrote its payload in a way that can't be read: consumers and handlers say so, which read
    /// records.
    Frame {
        /// The name of the message that was expected.
        message: String,
        /// The mistake.
        reason: FrameError,
    },
}

impl DecodeError {
    /// The violations of the schema; empty where the payload is not JSON, or its frame can't be read.
    ///
    /// All of it with the feature `dynamic`, up to 10,000 violations, those in the branches of `anyOf` and `oneOf` included;
    /// where there are more, the first one, and that there are others. Without the feature the first one alone. The keyword
    /// `limit` stands for a bound of this crate: of nesting, or of the work that validating a payload may take.
    #[must_use]
    pub fn violations(&self) -> &[Violation] {
        match self {
            Self::NotJson { .. } | Self::Frame { .. } => &[],
            Self::Invalid { violations, .. } => violations,
        }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotJson { message, line, column, reason } => {
                let (message, reason) = (visible(message), visible(reason));
                write!(f, "payload of {message} is not JSON: {reason} at line {line} column {column}")
            }
            Self::Invalid { message, violations } => {
                write!(f, "payload of {} is not valid: ", visible(message))?;
                list(f, violations)
            }
            Self::Frame { message, reason } => write!(f, "payload of {} can't be read: {reason}", visible(message)),
        }
    }
}

impl std::error::Error for DecodeError {}

/// The reason for which a message could not be encoded.
///
/// Its text names what was expected and where, in one line, and holds no value of the message.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EncodeError {
    /// A field holds what the schema refuses.
    Invalid {
        /// The name of the message.
        message: String,
        /// The violations of the schema, never empty.
        violations: Vec<Violation>,
    },
}

impl EncodeError {
    /// The violations of the schema.
    #[must_use]
    pub fn violations(&self) -> &[Violation] {
        match self {
            Self::Invalid { violations, .. } => violations,
        }
    }
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid { message, violations } => {
                write!(f, "{} can't be encoded: ", visible(message))?;
                list(f, violations)
            }
        }
    }
}

impl std::error::Error for EncodeError {}

fn list(f: &mut fmt::Formatter<'_>, violations: &[Violation]) -> fmt::Result {
    for (index, violation) in violations.iter().enumerate() {
        let separator = if index == 0 { "" } else { "; " };
        write!(f, "{separator}{violation}")?;
    }
    Ok(())
}

/// One place where a payload is not what its schema says.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Violation {
    /// JSON Pointer of the value in the payload, or of the sensitive value around it; empty for the whole payload.
    ///
    /// Without the feature `dynamic`, a path in a schema with sensitive values ends before the first name that the schema
    /// does not hold.
    pub instance_path: String,
    /// The place in the schema: a URI with a JSON Pointer as its fragment, as
    /// `package-released.schema.json#/properties/index_url/type`. Empty where only the first violation is reported,
    /// without the feature `dynamic`.
    pub schema_path: String,
    /// The keyword of the schema that is not met, as `required`.
    pub keyword: String,
    /// The expectation, as `a string`.
    pub expected: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.instance_path.is_empty() { "the payload" } else { &self.instance_path };
        write!(f, "{}: expected {}", visible(place), visible(&self.expected))?;
        if !self.schema_path.is_empty() {
            write!(f, " ({})", visible(&self.schema_path))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_one_line_without_anything_hidden() {
        let hostile = "a\r\n::error::b\u{1b}[31m\u{9b}\u{202e}\u{200b}\u{e0041}".to_owned();
        let violation = Violation {
            instance_path: hostile.clone(),
            schema_path: hostile.clone(),
            keyword: hostile.clone(),
            expected: hostile.clone(),
        };
        let violations = vec![violation.clone()];
        for text in [
            violation.to_string(),
            DecodeError::NotJson { message: hostile.clone(), line: 1, column: 1, reason: hostile.clone() }.to_string(),
            DecodeError::Invalid { message: hostile.clone(), violations: violations.clone() }.to_string(),
            DecodeError::Frame { message: hostile.clone(), reason: FrameError::Magic }.to_string(),
            EncodeError::Invalid { message: hostile, violations }.to_string(),
        ] {
            assert!(text.contains("a\\r\\n::error::b\\u{1b}[31m\\u{9b}\\u{202e}\\u{200b}\\u{e0041}"), "{text}");
            assert!(!text.contains(crate::visible::is_hidden), "{text:?}");
        }
    }
}
