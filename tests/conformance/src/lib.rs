//! Types generated for the groups of the JSON Schema Test Suite: `tests/suite.rs` asks them.

#![allow(mixed_script_confusables, reason = "the suite has constants in Greek alone")]

use cases::Outcome;

pub use generated::GROUPS;

/// The folder of the suite; `None` where there is none, and nothing to ask.
pub const SUITE: Option<&str> = option_env!("CONFORMANCE_SUITE");

/// A group of the suite.
#[derive(Debug)]
pub struct Group {
    /// The draft, as the suite names its folder.
    pub draft: &'static str,
    /// The file below that folder; those under `optional/` are not required, but for formats: `mapped-format` are
    /// those of `format`, mapped to types.
    pub file: &'static str,
    /// What the group is about.
    pub description: &'static str,
    /// The tests: a JSON array of `{description, data, valid}`.
    pub tests: &'static str,
    /// What became of the schema.
    pub outcome: Outcome<str>,
}

cases::generated! {
    mod generated {
        use cases::{Outcome, comes_back, from_str};

        use super::Group;

        include!(concat!(env!("OUT_DIR"), "/groups.rs"));
    }
}
