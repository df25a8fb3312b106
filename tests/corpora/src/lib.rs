//! Types generated from schemas that other people published, as they published them: `tests/` holds the types against
//! the payloads that came with them, and `bench` measures.
//!
//! The corpora are not part of this project: they are read from `../shared/corpora` or the folder that `CORPORA_DIR`
//! names, and where they are absent there are no types, and [`ALL`] is empty.

mod payloads;
mod schemas;

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::{fmt, hint, io};

use serde_json::Value;
use thoth_messaging::registry::Entry;
use thoth_messaging::{Message, Registry};
use thoth_messaging_codegen::SchemaSet;

pub use generated::ALL;
pub use payloads::Payload;
pub use schemas::{LAYOUTS, Layout, json_files};

/// The folder of the corpora; `None` where there was none when this was built.
#[must_use]
pub fn folder() -> Option<&'static Path> {
    option_env!("CORPORA_FOLDER").map(Path::new)
}

/// A corpus, generated as one set.
#[derive(Debug)]
pub struct Corpus {
    /// How its schemas lie in its folder.
    pub layout: &'static Layout,
    /// Its messages.
    pub registry: &'static Registry,
    /// Its messages by their Rust types, ordered as in the registry.
    pub roads: &'static [Road],
    /// Files that were left out so that the others could be generated, and the codes of the errors in them. Files that
    /// refer to these are among them.
    pub refused: &'static [(&'static str, &'static [&'static str])],
    /// Lines of the generated Rust file.
    pub lines: usize,
    /// How often it names a fallback validator.
    pub fallbacks: usize,
}

impl Corpus {
    /// The name of its folder.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.layout.name
    }

    /// Its schemas, with those that were left out.
    ///
    /// # Errors
    ///
    /// Where a file can't be read.
    pub fn schemas(&self) -> io::Result<SchemaSet> {
        self.layout.read(folder().unwrap_or(Path::new("")))
    }

    /// Its payloads, each with the topic of its schema.
    ///
    /// # Errors
    ///
    /// Where a file can't be read or is not JSON.
    pub fn payloads(&self) -> io::Result<Vec<Payload>> {
        payloads::read(self.layout, &folder().map_or(PathBuf::new(), |folder| folder.join(self.name())))
    }

    /// The message of a topic, and the ways to read it.
    #[must_use]
    pub fn message(&self, topic: &str) -> Option<(&'static Entry, &'static Road)> {
        let entry = self.registry.by_topic(topic).next()?;
        let road = self.roads.iter().find(|road| road.message == entry.descriptor().name)?;
        Some((entry, road))
    }
}

/// The ways to read a message by its Rust type: whether each accepts a payload.
pub struct Road {
    /// The name of the message.
    pub message: &'static str,
    /// True if a part of it is checked by a fallback validator.
    pub falls_back: bool,
    /// `Message::decode`
    pub decode: fn(&[u8]) -> bool,
    /// `serde_json::from_slice`
    pub from_slice: fn(&[u8]) -> bool,
    /// `serde_json::from_value`
    pub from_value: fn(Value) -> bool,
    /// Tells whether a payload that is read is the same value when it is written and read again.
    pub comes_back: fn(&[u8]) -> bool,
}

impl Road {
    /// Those of a type; `falls_back` is what is known of it.
    #[must_use]
    pub const fn of<T: Message + PartialEq>(falls_back: bool) -> Self {
        let message = match &T::DESCRIPTOR.name {
            Cow::Borrowed(name) => name,
            Cow::Owned(_) => "",
        };
        Self {
            message,
            falls_back,
            decode: |payload| hint::black_box(T::decode(payload)).is_ok(),
            from_slice: |payload| hint::black_box(serde_json::from_slice::<T>(payload)).is_ok(),
            from_value: |payload| hint::black_box(serde_json::from_value::<T>(payload)).is_ok(),
            comes_back: cases::comes_back::<T>,
        }
    }
}

impl fmt::Debug for Road {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { message, falls_back, .. } = self;
        f.debug_struct("Road").field("message", message).field("falls_back", falls_back).finish_non_exhaustive()
    }
}

cases::generated! {
    mod generated {
        use super::schemas::LAYOUTS;
        use super::{Corpus, Registry, Road};

        /// That of a corpus of which nothing is generated.
        static EMPTY: Registry = Registry::new(&[]);

        include!(concat!(env!("OUT_DIR"), "/corpora.rs"));
    }
}
