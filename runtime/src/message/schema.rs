//! The schema that a type was made from.

use std::borrow::Cow;
use std::mem;

use super::Guid;

/// A schema file: its name, its text, and the files that it refers to.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Schema {
    /// The URI that `$ref`s reach it by: its `$id`, or the name of the file in its set.
    pub uri: Cow<'static, str>,
    /// The name of the file in its set, where it has a `$id` beside that: `$ref`s reach it by both.
    pub name: Option<Cow<'static, str>>,
    /// The JSON text as it was written.
    pub text: Cow<'static, str>,
    /// SHA-256 of the text and of all that it refers to, in hexadecimal: it changes when what the schema says may
    /// have changed.
    pub hash: Cow<'static, str>,
    /// The GUID by which registries know it, with all that it refers to: see [`Guid`]. Known at compile time for messages; none
    /// for files that messages share.
    pub guid: Option<Guid>,
    /// The number that a registry gave it, as the lock file has it.
    pub id: Option<u32>,
    /// The versions of its subject in the registry, the oldest first.
    pub versions: Cow<'static, [SchemaVersion]>,
    /// The schema files that this one refers to.
    pub references: &'static [&'static Schema],
    /// True if `format` refuses values, as the build chose; otherwise it is an annotation.
    pub formats: bool,
}

impl Schema {
    /// A schema that refers to no other file.
    #[must_use]
    pub const fn new(uri: &'static str, text: &'static str, hash: &'static str) -> Self {
        Self {
            uri: Cow::Borrowed(uri),
            name: None,
            text: Cow::Borrowed(text),
            hash: Cow::Borrowed(hash),
            guid: None,
            id: None,
            versions: Cow::Borrowed(&[]),
            references: &[],
            formats: false,
        }
    }

    /// With its GUID, written as a UUID; with none where it is no UUID.
    #[must_use]
    pub const fn with_guid(mut self, guid: &str) -> Self {
        self.guid = Guid::parse(guid);
        self
    }

    /// With the number that a registry gave it, and the versions of its subject.
    #[must_use]
    pub const fn with_versions(mut self, id: u32, versions: &'static [SchemaVersion]) -> Self {
        self.id = Some(id);
        mem::forget(mem::replace(&mut self.versions, Cow::Borrowed(versions)));
        self
    }

    /// With the name of the file, where it is not the URI.
    #[must_use]
    pub const fn with_name(mut self, name: &'static str) -> Self {
        mem::forget(self.name.replace(Cow::Borrowed(name)));
        self
    }

    /// With the files that it refers to.
    #[must_use]
    pub const fn with_references(mut self, references: &'static [&'static Schema]) -> Self {
        self.references = references;
        self
    }

    /// With `format` refusing values.
    #[must_use]
    pub const fn with_formats(mut self) -> Self {
        self.formats = true;
        self
    }
}

/// A version of a schema in a registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SchemaVersion {
    /// Its number in the subject, from 1.
    pub version: u32,
    /// The number that the registry gave its schema.
    pub id: u32,
    /// The GUID of its schema, where it is known.
    pub guid: Option<Guid>,
}

impl SchemaVersion {
    /// A version whose GUID is not known.
    #[must_use]
    pub const fn new(version: u32, id: u32) -> Self {
        Self { version, id, guid: None }
    }

    /// With its GUID, written as a UUID; with none where it is no UUID.
    #[must_use]
    pub const fn with_guid(mut self, guid: &str) -> Self {
        self.guid = Guid::parse(guid);
        self
    }
}

impl std::fmt::Debug for Schema {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Files may refer to each other in circles, and their texts are long.
        f.debug_struct("Schema").field("uri", &self.uri).field("hash", &self.hash).finish_non_exhaustive()
    }
}
