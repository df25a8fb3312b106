//! What Confluent's Schema Registry says of two versions of a JSON Schema.
//!
//! The registry does not ask whether an instance of one schema is one of the other. It reads each schema into a tree of
//! its own ([`read`]), walks both trees at once ([`compare`]), writes down differences by name, and refuses a version when
//! one of them is not on a list. So it refuses what is harmless, and takes what breaks: `covers` says which.
//!
//! The rules are those of version 8 (2026). They were learnt as facts from the source and the tests of
//! confluentinc/schema-registry (`json-schema-provider`), and of everit-org/json-schema, which reads drafts 4 to 7 for it;
//! the code here is none of theirs. What is there by accident is not done again: a fraction in `multipleOf`, or an exclusive
//! maximum that decreases, ends in an error there, and some keywords of later drafts get lost beside unknown ones.

mod array;
mod combined;
mod compare;
mod keywords;
mod matching;
mod model;
mod object;
mod read;
mod source;

use thoth_messaging_documents::Draft;

use crate::files::Place;
use crate::rules::{Registry, Rule};
use crate::schema::Schema;

/// The leniency of the registry: its setting `compatibilityPolicy`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Leniency {
    /// The registry's default.
    #[default]
    Strict,
    /// Properties of open objects may come and go, and an open object may be closed.
    Lenient,
}

/// A difference that the registry sees.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RegistryDifference {
    /// The kind of change, by the registry's own name.
    pub rule: Rule,
    /// Where the registry says that it is, as `#/properties/total`. The path goes through references, so that it leads to no
    /// place in a file, and numbers the schemas of a combination as the old schema has them; the registry may have sorted
    /// them.
    pub path: String,
    /// The keyword in the old schema; where it has none, what is nearest above.
    pub old: Place,
    /// The keyword in the new schema; where it has none, what is nearest above.
    pub new: Place,
    /// True if the registry accepts it.
    pub is_compatible: bool,
}

/// The draft in which the registry reads a schema that does not say its own.
pub const REGISTRY_DRAFT: Draft = Draft::Draft7;

/// The differences that the registry sees when `new` is to be registered after `old` at the level BACKWARD; FORWARD is the
/// same with the two exchanged. The version is accepted when all of them are compatible.
///
/// The registry looks at nothing under `if`, `then`, `else`, `format`, `contains` and `propertyNames` (that they are there
/// may make a schema one of another type), at patterns of properties only where they say what an added or removed property
/// was, and not behind a reference that leads to another reference. A change is listed once, at the first path that leads to
/// it. The work is bounded: each pass over the schemas compares each pair of subschemas once at most, and there is another
/// one only as long as it finds more pairs that are refused.
///
/// ```
/// use serde_json::json;
/// use thoth_messaging_compat::{Files, Leniency, Rule, Schema, registry_differences};
///
/// let schema = |document| {
///     let mut files = Files::new();
///     files.insert("order.schema.json", document);
///     Schema::new(&files, "order.schema.json")
/// };
/// let old = schema(json!({"type": "object", "properties": {"id": {"type": "string"}}}))?;
/// let new = schema(json!({"type": "object", "properties": {"id": {"type": "string"}, "note": {"type": "string"}}}))?;
/// let found = registry_differences(&old, &new, Leniency::Strict);
/// assert_eq!((found[0].rule, found[0].is_compatible), (Rule::OptionalPropertyAddedToOpen, false));
/// assert_eq!(found[0].path, "#/properties/note");
/// assert!(registry_differences(&old, &new, Leniency::Lenient)[0].is_compatible);
/// # Ok::<(), thoth_messaging_compat::SchemaError>(())
/// ```
#[must_use]
pub fn registry_differences(old: &Schema, new: &Schema, leniency: Leniency) -> Vec<RegistryDifference> {
    let model = read::read(old, new);
    compare::differences(&model, leniency)
}

impl Leniency {
    fn accepts(self, rule: Rule) -> bool {
        match rule.registry() {
            Registry::Compatible => true,
            Registry::Lenient => self == Self::Lenient,
            Registry::Incompatible | Registry::Unnamed => false,
        }
    }
}
