//! Whether every instance of one JSON Schema is an instance of another.
//!
//! [`Files`] holds the schema documents of one version of a folder, [`Schema`] is one of them with all that it refers to,
//! and [`covers`] compares two: proved, refuted by a witness, or unknown. [`differences`] says which keywords changed,
//! [`causes`] and [`explain`] which of them refuse payloads, [`registry_differences`] says what Confluent's Schema Registry
//! makes of them, and [`Rule`] names them all. It reads no files and prints nothing.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod bundle;
mod closed;
mod files;
mod large;
mod prove;
mod registry;
mod rules;
mod schema;
mod search;
mod terms;
mod verdict;

pub use files::{Files, Place};
pub use registry::{Leniency, REGISTRY_DRAFT, RegistryDifference, registry_differences};
pub use rules::{
    Cause, Difference, Direction, Effect, Registry, Rule, TopicChange, UnknownRule, causes, causes_by_size,
    differences, explain, topic_changes,
};
pub use schema::{Schema, SchemaError, Subschema, Violation};
pub use verdict::{Limits, Verdict, covers, find_witness};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
