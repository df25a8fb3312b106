//! Types generated for schemas at random, from seeds: `tests/random.rs` asks them. The schemas are small, and made so
//! that keywords meet: see `build/schema.rs`.

pub mod random;

use thoth_messaging::Registry;

pub use generated::CASES;

/// A schema and what became of it.
#[derive(Debug)]
pub struct Case {
    /// What the schema was made from; the line where it is from a file.
    pub seed: u64,
    /// The schema, as JSON.
    pub schema: &'static str,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a schema.
#[derive(Debug)]
pub enum Outcome {
    /// A type: whether `serde_json::from_slice` takes a text for it, and the registry that decodes it.
    Generated(fn(&[u8]) -> bool, &'static Registry),
    /// The codes of the errors.
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
        reason = "schemas at random, by the hundred: golden looks at what lints say"
    )]

    use super::{Case, Outcome};

    fn reads<T: thoth_messaging::Message>(text: &[u8]) -> bool {
        thoth_messaging::serde_json::from_slice::<T>(text).is_ok()
    }

    include!(concat!(env!("OUT_DIR"), "/cases.rs"));
}
