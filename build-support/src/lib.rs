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
//! The crate needs `thoth-messaging` as a dependency and this crate as a build dependency. Every file below the folder whose
//! name ends with `.json` is a schema: a message where it has an `x-kafka` object, otherwise types that others share. One that
//! is YAML or JSON with comments is an error, which says what to do. Cargo runs the build script again when one of them changes, comes
//! or goes. The ids that a registry gave the schemas stand in `registry.lock` in that folder, if they are wanted: `thoth-messaging
//! registry lock` writes it. Mistakes in the schemas are printed all at once, each with file, line, column, JSON Pointer and what to do, and
//! fail the build.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod below;
mod budget;
mod discover;
mod error;
mod format;
mod read;
mod refusal;
mod write;

use std::env;
use std::path::{Path, PathBuf};

use thoth_messaging_codegen::{Options, generate};
use thoth_messaging_documents::foreign::line;

pub use below::{Below, Unreadable, files_below};
pub use budget::Budget;
pub use discover::{LOCK_FILE, is_hidden, is_schema_file, read_folder, read_lock};
pub use error::BuildError;
pub use format::OtherFormat;
pub use read::{read_regular, remedy};
pub use refusal::Refusal;
pub use thoth_messaging_codegen::{Diagnostic, Formats, MapType, MappedFormat, SchemaDraft, Severity, StringType};
pub use write::{file_path, write_changed};

/// Generates `messages.rs` into `OUT_DIR` from the schema files of a folder, with the defaults of [`Build`].
///
/// # Errors
///
/// Those of [`Build::compile`].
pub fn compile(folder: impl AsRef<Path>) -> Result<(), BuildError> {
    Build::new().compile(folder)
}

/// The choices for the code that is generated.
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

    /// Sets whether messages implement `schemars::JsonSchema`, giving the schema that they came from. It needs the feature
    /// `dynamic` of `thoth-messaging`. Off by default.
    #[must_use]
    pub fn json_schema(mut self, on: bool) -> Self {
        self.options.json_schema = on;
        self
    }

    /// Chooses the schema files that become messages, by patterns of their names below the folder; all with an `x-kafka`
    /// object by default. `*` is any text without `/`, `**` any text, `?` one character. Other files may still be
    /// referred to. Called again, it adds patterns.
    ///
    /// A pattern that fits no message is an error, `S0603`.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), thoth_messaging_build::BuildError> {
    /// thoth_messaging_build::Build::new().only(["orders/*.json"]).compile("schemas")
    /// # }
    /// ```
    #[must_use]
    pub fn only<P: Into<String>>(mut self, patterns: impl IntoIterator<Item = P>) -> Self {
        self.options.only.extend(patterns.into_iter().map(Into::into));
        self
    }

    /// Leaves schema files out of the messages, by patterns as in [`only`](Self::only); none by default. Others may still
    /// refer to them, and their mistakes are still reported. Called again, it adds patterns.
    ///
    /// A pattern that fits no message is an error, `S0603`.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), thoth_messaging_build::BuildError> {
    /// thoth_messaging_build::Build::new().without(["**/draft-*.json"]).compile("schemas")
    /// # }
    /// ```
    #[must_use]
    pub fn without<P: Into<String>>(mut self, patterns: impl IntoIterator<Item = P>) -> Self {
        self.options.without.extend(patterns.into_iter().map(Into::into));
        self
    }

    /// Derives more for the types that a path selects, beside what they derive anyway. The derive macros are given by
    /// their paths, separated by commas; a crate is best named as in `::strum::EnumIter`. What a type derives already it
    /// derives once.
    ///
    /// The path is `*` for all types, the Rust name of a type, or a *place*: the name of a file below the folder, then
    /// `#` and a JSON Pointer, as in `order.schema.json#/$defs/Line`.
    ///
    /// A list that does not parse is an error, `S0601`, and so are a path that selects nothing, `S0602`, and serde's
    /// `Serialize` and `Deserialize`, `S0604`: every type has its own. What a type's fields do not allow, as `Hash` beside
    /// a float, the compiler refuses.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), thoth_messaging_build::BuildError> {
    /// thoth_messaging_build::Build::new()
    ///     .derive("*", "Hash")
    ///     .derive("order.schema.json#/$defs/Line", "PartialOrd, Ord")
    ///     .compile("schemas")
    /// # }
    /// ```
    #[must_use]
    pub fn derive(mut self, path: impl Into<String>, derives: impl Into<String>) -> Self {
        self.options.derives.push((path.into(), derives.into()));
        self
    }

    /// Puts attributes on the types that a path selects, a path as in [`derive`](Self::derive). They stand behind
    /// `#[derive]`.
    ///
    /// What is no attribute is an error, `S0601`, and so is a path that selects nothing, `S0602`.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), thoth_messaging_build::BuildError> {
    /// thoth_messaging_build::Build::new().type_attribute("Order", "#[non_exhaustive]").compile("schemas")
    /// # }
    /// ```
    #[must_use]
    pub fn type_attribute(mut self, path: impl Into<String>, attribute: impl Into<String>) -> Self {
        self.options.type_attributes.push((path.into(), attribute.into()));
        self
    }

    /// Puts attributes on fields or variants: `Order.lines` by its Rust names, `OrderStatus.Open`, or the place of a
    /// property, as `order.schema.json#/properties/lines`.
    ///
    /// What is no attribute is an error, `S0601`, and so is a path that selects nothing, `S0602`.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), thoth_messaging_build::BuildError> {
    /// thoth_messaging_build::Build::new()
    ///     .field_attribute("Order.lines", r#"#[doc(alias = "items")]"#)
    ///     .compile("schemas")
    /// # }
    /// ```
    #[must_use]
    pub fn field_attribute(mut self, path: impl Into<String>, attribute: impl Into<String>) -> Self {
        self.options.field_attributes.push((path.into(), attribute.into()));
        self
    }

    /// Names the type that is made from the schema at a place, a place as in [`derive`](Self::derive). By default it has
    /// the name that a person gave the schema, or one that follows from the path. Names that are made from it follow it.
    ///
    /// What is no name of a type is an error, `S0601`, and so are a place that no type is made from, `S0602`, and a name
    /// that is taken, `S0501` or `S0605`.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), thoth_messaging_build::BuildError> {
    /// thoth_messaging_build::Build::new().type_name("order.schema.json#/$defs/Line", "OrderLine").compile("schemas")
    /// # }
    /// ```
    #[must_use]
    pub fn type_name(mut self, place: impl Into<String>, name: impl Into<String>) -> Self {
        self.options.type_names.push((place.into(), name.into()));
        self
    }

    /// Names the field of the property at a place, wherever it is a field; in JSON it keeps its name. By default that is
    /// the name in snake case.
    ///
    /// What is no identifier, or starts with a capital letter, is an error, `S0601`, and so are a place that is no property
    /// of a generated type, `S0602`, and a name that another field has, `S0605`.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), thoth_messaging_build::BuildError> {
    /// thoth_messaging_build::Build::new().field_name("order.schema.json#/properties/type", "kind").compile("schemas")
    /// # }
    /// ```
    #[must_use]
    pub fn field_name(mut self, place: impl Into<String>, name: impl Into<String>) -> Self {
        self.options.field_names.push((place.into(), name.into()));
        self
    }

    /// Puts a type of your own in the place of the types that a path selects, a path as in [`derive`](Self::derive); they
    /// are not generated. The type is given by its path, best from `crate` or `::`.
    ///
    /// It has to implement serde's `Serialize` and `DeserializeOwned`, `Clone`, `Debug` and `PartialEq`; what holds it is
    /// no `Eq` unless that is derived. What it reads and writes is for you: that it is what the schema says is no longer
    /// promised. A duplicate member is refused before it is asked, and what it says of a value that it refuses is not
    /// repeated in errors.
    ///
    /// What is no path is an error, `S0601`, and so are a path that selects nothing, `S0602`, two types for one, `S0605`,
    /// and a message, `S0606`. It can be no key, `S0305` and `S0306`, and have no default, `S0410`.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), thoth_messaging_build::BuildError> {
    /// thoth_messaging_build::Build::new().replace("Money", "crate::Money").compile("schemas")
    /// # }
    /// ```
    #[must_use]
    pub fn replace(mut self, path: impl Into<String>, ty: impl Into<String>) -> Self {
        self.options.replaced.push((path.into(), ty.into()));
        self
    }

    /// The Rust type of objects whose member names are data: `BTreeMap` by default. Where the values may be anything, it is
    /// `serde_json::Map` in any case. Members are always written in an order that the value alone decides.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), thoth_messaging_build::BuildError> {
    /// use thoth_messaging_build::{Build, MapType};
    ///
    /// Build::new().map_type(MapType::HashMap).compile("schemas")
    /// # }
    /// ```
    #[must_use]
    pub fn map_type(mut self, ty: MapType) -> Self {
        self.options.map_type = ty;
        self
    }

    /// The Rust type of strings: `String` by default. The names of members that are data are `String` in any case.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), thoth_messaging_build::BuildError> {
    /// use thoth_messaging_build::{Build, StringType};
    ///
    /// Build::new().string_type(StringType::ArcStr).compile("schemas")
    /// # }
    /// ```
    #[must_use]
    pub fn string_type(mut self, ty: StringType) -> Self {
        self.options.string_type = ty;
        self
    }

    /// The draft of schema files without `$schema`: 2020-12 by default. Generated code holds those files with the
    /// `$schema` of the draft.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), thoth_messaging_build::BuildError> {
    /// use thoth_messaging_build::{Build, SchemaDraft};
    ///
    /// Build::new().default_draft(SchemaDraft::Draft7).compile("schemas")
    /// # }
    /// ```
    #[must_use]
    pub fn default_draft(mut self, draft: SchemaDraft) -> Self {
        self.options.default_draft = draft;
        self
    }

    /// The draft of schema files whose `$schema` is neither a draft nor a file of the folder, as that of a vendor; by default
    /// they are an error, `S0103`. Generated code holds those files with the `$schema` of the draft.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), thoth_messaging_build::BuildError> {
    /// use thoth_messaging_build::{Build, SchemaDraft};
    ///
    /// Build::new().unknown_draft(SchemaDraft::Draft7).compile("schemas")
    /// # }
    /// ```
    #[must_use]
    pub fn unknown_draft(mut self, draft: SchemaDraft) -> Self {
        self.options.unknown_draft = Some(draft);
        self
    }

    /// Puts all that is generated into a public module; by default it stands where it is included. Two files that are
    /// included side by side need one each, as both have a `REGISTRY`.
    ///
    /// What is no identifier is an error, `S0601`.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), thoth_messaging_build::BuildError> {
    /// use thoth_messaging_build::Build;
    ///
    /// Build::new().file_name("orders.rs").module("orders").only(["orders/*"]).compile("schemas")?;
    /// Build::new().file_name("stock.rs").module("stock").only(["stock/*"]).compile("schemas")
    /// # }
    /// ```
    #[must_use]
    pub fn module(mut self, name: impl Into<String>) -> Self {
        self.options.module = Some(name.into());
        self
    }

    /// Sets whether the Rust file is formatted for people, as it is by default. Without, a build of many schemas is faster, and
    /// the code means the same.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), thoth_messaging_build::BuildError> {
    /// thoth_messaging_build::Build::new().format(false).compile("schemas")
    /// # }
    /// ```
    #[must_use]
    pub fn format(mut self, on: bool) -> Self {
        self.options.format = on;
        self
    }

    /// Sets what `format` does: an annotation by default; asserted, or mapped to Rust types too. [`MappedFormat`] says which
    /// types there are, and which features of `thoth-messaging` they need. This takes the feature `formats` of this crate.
    ///
    /// ```no_run
    /// use thoth_messaging_build::{Build, Formats, MappedFormat};
    ///
    /// # fn main() -> Result<(), thoth_messaging_build::BuildError> {
    /// // `format: uuid` and `format: date-time` are types, the other formats are checked; with
    /// // `thoth-messaging = { version = "0.1", features = ["uuid", "jiff"] }`
    /// // and `thoth-messaging-build = { version = "0.1", features = ["formats"] }`.
    /// let formats = Formats::MappedOnly(vec![MappedFormat::Uuid, MappedFormat::DateTime]);
    /// Build::new().formats(formats).compile("schemas")
    /// # }
    /// ```
    #[cfg(feature = "formats")]
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
        let watched = folder.display().to_string();
        // A line end would begin another instruction. A path that is not there has the script run each time.
        println!(
            "cargo::rerun-if-changed={}",
            if watched.contains(['\n', '\r']) { line(&watched) } else { watched.into() }
        );
        let mut schemas = discover::read_folder(folder)?;
        read_lock(folder, &mut schemas)?;
        let generation = generate(&schemas, &self.options);
        report(&generation.diagnostics);
        if generation.has_errors() {
            return Err(BuildError::Schemas { folder: folder.to_owned(), diagnostics: generation.diagnostics });
        }
        write_changed(&out_dir, &generation.files)?;
        Ok(())
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
        // The text of a diagnostic shows what is foreign safely.
        for line in warning.to_string().lines() {
            println!("cargo::warning={line}");
        }
    }
}

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
