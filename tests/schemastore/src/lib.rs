//! Types generated from schemas of `SchemaStore`, each a set of its own: `tests/` holds them against the payloads that their
//! authors call valid and invalid.
//!
//! All of them are generated, and one in eight is compiled: `SCHEMASTORE` in the environment names another part, as `3/8`, or
//! `0/1` for all of them, which takes long. The schemas are read from `../shared/corpora` or the folder that `CORPORA_DIR` names, and
//! where they are absent, [`CASES`] is empty.

mod folder;

use std::path::Path;

use cases::Outcome;

pub use folder::{json_files, schemas};
pub use generated::CASES;

/// The folder of the corpora; `None` where there was none when this was built.
#[must_use]
pub fn corpora() -> Option<&'static Path> {
    option_env!("CORPORA_FOLDER").map(Path::new)
}

/// A schema and what became of it.
#[derive(Debug)]
pub struct Case {
    /// The name of the file.
    pub file: &'static str,
    /// Its outcome; `None` where it was generated and not compiled.
    pub outcome: Option<Outcome<[u8]>>,
}

cases::generated! {
    mod generated {
        use cases::{Outcome, comes_back, from_slice};

        use super::Case;

        include!(concat!(env!("OUT_DIR"), "/cases.rs"));
    }
}
