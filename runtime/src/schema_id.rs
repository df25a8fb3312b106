//! The id of a schema in a message: written and read as Confluent's clients do.

use std::fmt;

use crate::guid::Guid;

/// The header with the id of the schema that wrote a payload.
pub const VALUE_SCHEMA_ID: &str = "__value_schema_id";

/// The header with the id of the schema that wrote a key. The keys of messages have no schema here: it is neither written nor
/// looked at.
pub const KEY_SCHEMA_ID: &str = "__key_schema_id";

/// The place of a schema's id in the messages of a topic: `schemaIdLocation` of `x-kafka`.
///
/// It is for writers. Readers look for an id in the header, then in the payload, whatever the schema says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SchemaIdLocation {
    /// The header [`VALUE_SCHEMA_ID`], with the [`Guid`], which follows from the schema's text.
    Header,
    /// Before the payload, the byte 0 and the number that a registry gave the schema: [`Schema::id`](crate::message::Schema::id).
    Payload,
}

/// The id of the schema that wrote a message.
///
/// `Display` writes a GUID as a UUID, and a number in decimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SchemaId {
    /// The GUID, which is the same in every registry.
    Guid(Guid),
    /// The number that a registry gave it.
    Number(u32),
}

impl SchemaId {
    /// Reads an id as `Display` writes it. None where it is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let number = || text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten();
        Guid::parse(text).map(Self::Guid).or_else(|| number().map(Self::Number))
    }
}

impl From<Guid> for SchemaId {
    fn from(guid: Guid) -> Self {
        Self::Guid(guid)
    }
}

impl fmt::Display for SchemaId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Guid(guid) => guid.fmt(f),
            Self::Number(number) => number.fmt(f),
        }
    }
}

/// The reason for which the frame around a payload can't be read: the part of a message that names the schema that wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FrameError {
    /// The header [`VALUE_SCHEMA_ID`] has another length than 17 bytes.
    HeaderLength {
        /// Its length; `None` where it has no value.
        bytes: Option<usize>,
    },
    /// The header [`VALUE_SCHEMA_ID`] begins with another byte than 1.
    HeaderMagic,
    /// The payload begins with the byte 0 and ends before the number of a schema does.
    CutShort {
        /// Its length.
        bytes: usize,
    },
    /// The payload begins with a control character other than 0 and white space: neither JSON nor the number of a schema.
    Magic,
}

impl fmt::Display for FrameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::HeaderLength { bytes: None } => write!(f, "the header `{VALUE_SCHEMA_ID}` has no value"),
            Self::HeaderLength { bytes: Some(bytes) } => {
                write!(f, "the header `{VALUE_SCHEMA_ID}` has {bytes} bytes: the byte 1 and a GUID have 17")
            }
            Self::HeaderMagic => {
                write!(f, "the header `{VALUE_SCHEMA_ID}` does not begin with the byte 1, which a GUID follows")
            }
            Self::CutShort { bytes } => write!(
                f,
                "the payload is cut short: it has {bytes} bytes, and the byte 0 and the number of a schema have 5"
            ),
            Self::Magic => f.write_str(
                "the payload begins with a control character that begins neither JSON nor the number of a schema",
            ),
        }
    }
}

impl std::error::Error for FrameError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_written_as_it_is_read() {
        for text in ["0", "4294967295", "07070707-0707-0707-0707-070707070707"] {
            assert_eq!(SchemaId::parse(text).map(|id| id.to_string()).as_deref(), Some(text));
        }
        for text in ["", "+1", "-1", "4294967296", "1a"] {
            assert_eq!(SchemaId::parse(text), None, "{text}");
        }
    }
}
