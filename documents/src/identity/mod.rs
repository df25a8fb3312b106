//! The identity of a schema: the one text that stands for it, and the GUID that follows from that.
//!
//! A registry keeps a schema as compact JSON with its members in their order, and numbers as exact decimals. A schema that
//! refers to other files is one text as well: these are embedded in it, so that it has the same identity in every registry.

mod bundle;
mod exact;

use md5::{Digest as _, Md5};

use crate::dialect::Draft;
pub use crate::guid::Guid;
use exact::Exact;

/// A schema file, as a part of an identity.
#[derive(Clone, Copy, Debug)]
pub struct Part<'t> {
    /// The absolute URI that references lead to it by: its `$id`, or the one by its name.
    pub uri: &'t str,
    /// The URI by its name, where it has a `$id` besides: references lead to it by both.
    pub alias: Option<&'t str>,
    /// Its JSON text.
    pub text: &'t str,
    /// The draft that it is written in.
    pub draft: Draft,
}

/// The identity of a schema.
///
/// ```
/// use thoth_messaging_documents::Identity;
///
/// let identity = Identity::of_text(r#"{ "type": "number",  "maximum": 1e2 }"#).expect("JSON");
/// assert_eq!(identity.text, r#"{"type":"number","maximum":1E+2}"#);
/// assert_eq!(identity.guid.to_string(), "fa7b5af3-0ec6-8547-db6b-4ffe43a91c52");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The schema as a registry keeps it: compact JSON, with all that it refers to.
    pub text: String,
    /// The MD5 of that text.
    pub guid: Guid,
}

impl Identity {
    /// Returns the identity of a schema and the files that it refers to, and they do, in whatever order they come. None where
    /// a text is not JSON, or nested deeper than 127 levels.
    #[must_use]
    pub fn of(root: &Part<'_>, references: &[Part<'_>]) -> Option<Self> {
        let schema = Exact::parse(root.text)?;
        let schema = if references.is_empty() { schema } else { bundle::bundle(schema, root, references)? };
        Some(Self::of_exact(&schema))
    }

    /// Returns the identity of a schema that refers to no other. None where the text is not JSON, or nested deeper than 127
    /// levels.
    #[must_use]
    pub fn of_text(text: &str) -> Option<Self> {
        Some(Self::of_exact(&Exact::parse(text)?))
    }

    fn of_exact(schema: &Exact) -> Self {
        let text = schema.to_string();
        let guid = Guid::from_bytes(Md5::digest(&text).into());
        Self { text, guid }
    }
}

#[cfg(test)]
mod tests;
