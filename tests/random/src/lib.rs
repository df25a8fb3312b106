//! Types generated for schemas at random, from seeds: `tests/random.rs` asks them. The schemas are small, and made so
//! that keywords meet: see `build/schema.rs`.

pub mod random;

use cases::Outcome;

pub use generated::CASES;

/// A schema and what became of it.
#[derive(Debug)]
pub struct Case {
    /// What the schema was made from; the line where it is from a file.
    pub seed: u64,
    /// The schema, as JSON.
    pub schema: &'static str,
    /// What became of it.
    pub outcome: Outcome<[u8]>,
}

cases::generated! {
    mod generated {
        use cases::{Outcome, comes_back, from_slice};

        use super::Case;

        include!(concat!(env!("OUT_DIR"), "/cases.rs"));
    }
}
