//! The versions of a schema in a registry.

use thoth_messaging_documents::Guid;

/// A schema in a registry, as the lock file has it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Registered {
    /// The subject.
    pub subject: String,
    /// The registry's number of the schema.
    pub id: u32,
    /// All versions of the subject, the oldest first.
    pub versions: Vec<RegisteredVersion>,
}

/// A version of a subject.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RegisteredVersion {
    /// Its number in the subject.
    pub version: u32,
    /// The registry's number of its schema.
    pub id: u32,
    /// The GUID of its schema, where it is known.
    pub guid: Option<Guid>,
}
