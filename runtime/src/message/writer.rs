//! The schema that wrote a message, beside those of its reader.

use std::fmt;

use super::{Descriptor, SchemaId};

/// The schema that wrote a message, compared with that of the type that reads it.
///
/// Messages are decoded by the reader's type whatever this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Writer {
    /// `same`: the very schema of the reader, or of another message type on its topic.
    Same,
    /// `unknown`: a schema that the reader does not know.
    Unknown,
}

impl Writer {
    /// All of them.
    pub const ALL: &[Self] = &[Self::Same, Self::Unknown];

    /// Returns the word for it, as in metrics and in the headers of dead letters.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Descriptor {
    /// Compares the schema that wrote a message with that of this type.
    #[must_use]
    pub fn writer(&self, id: SchemaId) -> Writer {
        match id {
            SchemaId::Guid(guid) if self.schema.guid == Some(guid) => Writer::Same,
            _ => Writer::Unknown,
        }
    }
}
