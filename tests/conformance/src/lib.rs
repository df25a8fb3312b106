//! Types generated for the groups of the JSON Schema Test Suite: `tests/suite.rs` asks them.

#![allow(mixed_script_confusables, reason = "the suite has constants in Greek alone")]

use thoth_messaging::Registry;

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
    pub outcome: Outcome,
}

/// What became of a schema.
#[derive(Debug)]
pub enum Outcome {
    /// A type: whether `serde_json::from_str` takes a text for it, and the registry that decodes it.
    Generated(fn(&str) -> bool, &'static Registry),
    /// The codes of the diagnostics.
    Refused(&'static [&'static str]),
}

mod generated {
    #![allow(
        dead_code,
        deprecated,
        missing_docs,
        unreachable_pub,
        clippy::all,
        clippy::pedantic,
        reason = "schemas of others, by the hundred: golden looks at what lints say"
    )]

    use super::Group;
    #[allow(unused_imports, reason = "without the suite there are no groups")]
    use super::Outcome;

    fn reads<T: thoth_messaging::Message>(text: &str) -> bool {
        thoth_messaging::serde_json::from_str::<T>(text).is_ok()
    }

    include!(concat!(env!("OUT_DIR"), "/groups.rs"));
}
