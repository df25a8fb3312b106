//! Turns JSON Schema files into message types, from a `build.rs`.
//!
//! ```no_run
//! // build.rs
//! fn main() -> Result<(), thoth_messaging_build::BuildError> {
//!     thoth_messaging_build::compile("schemas")
//! }
//! ```
//!
//! ```ignore
//! // src/lib.rs
//! include!(concat!(env!("OUT_DIR"), "/messages.rs"));
//! ```
//!
//! The crate needs `thoth-messaging` as a dependency and this crate as a build dependency. Every file below the folder
//! whose name ends with `.json` is a schema: a message where it has an `x-kafka` object, otherwise types that others
//! share. Cargo runs the build script again when one of them changes, comes or goes. Mistakes in the schemas are
//! printed all at once, each with file, line, column, JSON Pointer and what to do, and fail the build.

mod discover;
mod error;
mod write;

use std::env;
use std::path::{Path, PathBuf};

use thoth_messaging_codegen::{Options, generate};

pub use discover::read_folder;
pub use error::BuildError;
pub use thoth_messaging_codegen::{Diagnostic, Formats, MappedFormat, Severity};

/// Generates `messages.rs` into `OUT_DIR` from the schema files of a folder, with the defaults of [`Build`].
///
/// # Errors
///
/// Those of [`Build::compile`].
pub fn compile(folder: impl AsRef<Path>) -> Result<(), BuildError> {
    Build::new().compile(folder)
}

/// What can be chosen for the code that is generated.
///
/// ```no_run
/// # fn main() -> Result<(), thoth_messaging_build::BuildError> {
/// thoth_messaging_build::Build::new().file_name("events.rs").json_schema(true).compile("schemas")
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Build {
    options: Options,
    out_dir: Option<PathBuf>,
}

impl Build {
    /// The defaults: `messages.rs` in `OUT_DIR`, without `JsonSchema`, `format` an annotation.
    #[must_use]
    pub fn new() -> Self {
        Self { options: Options::default(), out_dir: None }
    }

    /// The name of the Rust file; `messages.rs` by default.
    #[must_use]
    pub fn file_name(mut self, name: impl Into<String>) -> Self {
        self.options.file_name = name.into();
        self
    }

    /// Whether messages implement `schemars::JsonSchema`, giving the schema that they came from. It needs the feature
    /// `dynamic` of `thoth-messaging`. Off by default.
    #[must_use]
    pub fn json_schema(mut self, on: bool) -> Self {
        self.options.json_schema = on;
        self
    }

    /// What `format` does: an annotation by default; asserted, or mapped to Rust types too. [`MappedFormat`] says which
    /// types there are, and which features of `thoth-messaging` they need.
    ///
    /// ```no_run
    /// use thoth_messaging_build::{Build, Formats, MappedFormat};
    ///
    /// # fn main() -> Result<(), thoth_messaging_build::BuildError> {
    /// // `format: uuid` and `format: date-time` are types, the other formats are checked; with
    /// // `thoth-messaging = { version = "0.1", features = ["uuid", "jiff"] }`.
    /// let formats = Formats::MappedOnly(vec![MappedFormat::Uuid, MappedFormat::DateTime]);
    /// Build::new().formats(formats).compile("schemas")
    /// # }
    /// ```
    #[must_use]
    pub fn formats(mut self, formats: Formats) -> Self {
        self.options.formats = formats;
        self
    }

    /// The folder to write to; cargo's `OUT_DIR` by default.
    #[must_use]
    pub fn out_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.out_dir = Some(folder.into());
        self
    }

    /// Generates from the schema files of a folder. Files that are there already and would not change are not written.
    ///
    /// Prints cargo's instructions to standard output and diagnostics to standard error.
    ///
    /// # Errors
    ///
    /// [`BuildError::Schemas`] where a schema has a mistake, and the errors of the file system.
    pub fn compile(self, folder: impl AsRef<Path>) -> Result<(), BuildError> {
        let folder = folder.as_ref();
        let out_dir = match self.out_dir {
            Some(out_dir) => out_dir,
            None => env::var_os("OUT_DIR").map(PathBuf::from).ok_or(BuildError::NoOutDir)?,
        };
        // Of a folder, cargo watches everything below: changed, new and deleted files.
        println!("cargo::rerun-if-changed={}", folder.display());
        let schemas = discover::read_folder(folder)?;
        let generation = generate(&schemas, &self.options);
        report(&generation.diagnostics);
        if generation.has_errors() {
            return Err(BuildError::Schemas { folder: folder.to_owned(), diagnostics: generation.diagnostics });
        }
        write::write_changed(&out_dir, &generation.files)
    }
}

impl Default for Build {
    fn default() -> Self {
        Self::new()
    }
}

/// Warnings reach the user by cargo, which shows nothing else of a build that succeeds; errors by the error.
fn report(diagnostics: &[Diagnostic]) {
    for warning in diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Warning) {
        for line in warning.to_string().lines() {
            println!("cargo::warning={line}");
        }
    }
}
