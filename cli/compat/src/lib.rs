//! Whether every instance of one JSON Schema is an instance of another.
//!
//! [`Files`] holds the schema documents of one version of a folder, [`Schema`] is one of them with all that it refers to,
//! and [`covers`] compares two: proved, refuted by a witness, or unknown. [`differences`] and [`explain`] say which keywords changed. It reads
//! no files and prints nothing.

mod bundle;
mod files;
mod prove;
mod rules;
mod schema;
mod search;
mod terms;
mod verdict;

pub use files::{Files, Place};
pub use rules::{Difference, Direction, Effect, TopicChange, differences, explain, topic_changes};
pub use schema::{Schema, SchemaError, Subschema, Violation};
pub use verdict::{Limits, Verdict, covers, find_witness};
