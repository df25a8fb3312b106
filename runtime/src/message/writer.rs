//! The schema that wrote a message, beside those of its reader.

use std::cmp::Ordering;
use std::fmt;

use super::{Descriptor, Guid, SchemaId};

/// The schema that wrote a message, compared with that of the type that reads it.
///
/// Messages are decoded by the reader's type whatever this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Writer {
    /// `same`: the very schema of the reader, or of another message type on its topic.
    Same,
    /// `older`: an earlier version of the reader's schema, by the lock file.
    Older,
    /// `newer`: a later version of the reader's schema, by the lock file.
    Newer,
    /// `unknown`: a schema that the reader does not know.
    Unknown,
}

impl Writer {
    /// All of them.
    pub const ALL: &[Self] = &[Self::Same, Self::Older, Self::Newer, Self::Unknown];

    /// Returns the word for it, as in metrics and in the headers of dead letters.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Older => "older",
            Self::Newer => "newer",
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
        let schema = &*self.schema;
        let is = |guid: Option<Guid>, number: Option<u32>| match id {
            SchemaId::Guid(it) => guid == Some(it),
            SchemaId::Number(it) => number == Some(it),
        };
        if is(schema.guid, schema.id) {
            return Writer::Same;
        }
        let own = schema.versions.iter().find(|version| Some(version.id) == schema.id);
        let other = schema.versions.iter().find(|version| is(version.guid, Some(version.id)));
        match own.zip(other).map(|(own, other)| other.version.cmp(&own.version)) {
            Some(Ordering::Less) => Writer::Older,
            Some(Ordering::Greater) => Writer::Newer,
            Some(Ordering::Equal) => Writer::Same,
            None => Writer::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Schema, SchemaVersion, Topic};

    #[test]
    fn a_writer_is_older_or_newer_by_its_version() {
        const GUIDS: [&str; 3] = [
            "00000000-0000-0000-0000-000000000001",
            "00000000-0000-0000-0000-000000000002",
            "00000000-0000-0000-0000-000000000003",
        ];
        static SCHEMA: Schema = Schema::new("a.json", "{}", "").with_guid(GUIDS[1]).with_versions(
            20,
            const {
                &[
                    SchemaVersion::new(1, 30).with_guid(GUIDS[0]),
                    SchemaVersion::new(2, 20),
                    SchemaVersion::new(3, 10).with_guid(GUIDS[2]),
                ]
            },
        );
        let descriptor = Descriptor::new("A", Topic::new("a"), &SCHEMA);
        let of = |id: &str| descriptor.writer(SchemaId::parse(id).unwrap());
        assert_eq!(["30", "20", "10", "7"].map(of), [Writer::Older, Writer::Same, Writer::Newer, Writer::Unknown]);
        assert_eq!(GUIDS.map(of), [Writer::Older, Writer::Same, Writer::Newer]);
    }
}
