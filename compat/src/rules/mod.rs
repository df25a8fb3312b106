//! What changed between two versions of a schema, by rules with names.
//!
//! A verdict of [`covers`](crate::covers) is about schemas as a whole, and does not follow from these: they say to a person
//! which keyword to look at. The names are those of Confluent's Schema Registry where it has one: [`Rule`] is the table of
//! all of them, also of those that are found elsewhere.

mod applicators;
mod causes;
mod explain;
mod keywords;
mod rule;
mod table;
mod topic;
mod walk;

use serde_json::Value;

use crate::files::Place;
use crate::schema::Schema;

pub use causes::{Cause, causes, causes_by_size};
pub use explain::{Direction, explain};
pub use rule::{Registry, UnknownRule};
pub use table::Rule;
pub use topic::{TopicChange, topic_changes};

/// One change of a keyword.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Difference {
    /// The kind of change.
    pub rule: Rule,
    /// The keyword in the old version; where it has none, the schema that has it in the new one.
    pub old: Place,
    /// The keyword in the new version; where it has none, the schema that had it in the old one.
    pub new: Place,
    /// The place in payloads: a JSON Pointer, with `*` for the items of an array and for members whose names are data.
    pub instance: String,
    /// The change, from what to what, in one line.
    pub message: String,
    /// The keyword that refuses a payload which the change breaks.
    pub keyword: String,
    /// The effect of the change alone.
    pub effect: Effect,
    /// The schemas that lead to the change, from the root on, in both versions.
    pub(crate) way: Vec<[Place; 2]>,
}

/// The payloads that a change may break.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effect {
    /// The new version may refuse what the old one accepts.
    pub backward: bool,
    /// The old version may refuse what the new one accepts.
    pub forward: bool,
}

impl Effect {
    const BACKWARD: Self = Self { backward: true, forward: false };
    const FORWARD: Self = Self { backward: false, forward: true };
    const BOTH: Self = Self { backward: true, forward: true };
}

/// Returns what changed between two versions, ordered by place; nothing of annotations.
///
/// ```
/// use serde_json::json;
/// use thoth_messaging_compat::{Files, Rule, Schema, differences};
///
/// let schema = |document| {
///     let mut files = Files::new();
///     files.insert("order.schema.json", document);
///     Schema::new(&files, "order.schema.json")
/// };
/// let old = schema(json!({"properties": {"note": {"maxLength": 80}}}))?;
/// let new = schema(json!({"properties": {"note": {"maxLength": 40}}}))?;
/// let found = differences(&old, &new);
/// assert_eq!(found[0].rule, Rule::MaxLengthDecreased);
/// assert_eq!(found[0].message, "`maxLength` of `/note` was 80 and is 40");
/// # Ok::<(), thoth_messaging_compat::SchemaError>(())
/// ```
#[must_use]
pub fn differences(old: &Schema, new: &Schema) -> Vec<Difference> {
    let mut found = walk::Walk::new(old, new).run();
    found.sort_by(|a, b| (&a.new, &a.old, &a.rule).cmp(&(&b.new, &b.old, &b.rule)));
    found.dedup();
    found
}

/// A JSON value in a message, not without end.
fn shown(value: &Value) -> String {
    const MAX_SHOWN: usize = 60;
    let text = value.to_string();
    match text.char_indices().nth(MAX_SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
