//! Why no code was generated.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use thoth_messaging_codegen::Diagnostic;
use thoth_messaging_documents::foreign::line;

use crate::Refusal;

/// Why no code was generated.
///
/// Its `Debug`, which is what cargo shows of a `build.rs` whose `main` returns it, is its `Display`.
#[non_exhaustive]
pub enum BuildError {
    /// Schemas have mistakes.
    Schemas {
        /// The folder of the schemas.
        folder: PathBuf,
        /// Errors and warnings, ordered by place.
        diagnostics: Vec<Diagnostic>,
    },
    /// A folder or a file can't be read.
    Read {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file or link is not one that is read, or is in the way of what is written; or there is more than a
    /// [`Budget`](crate::Budget) allows.
    Refused(Refusal),
    /// A file can't be written.
    Write {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// There is no `OUT_DIR`, as this is not a build script.
    NoOutDir,
}

/// A path in one line: cargo prints what a build script says as it is.
fn shown(path: &Path) -> String {
    line(&path.display().to_string()).into_owned()
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Schemas { folder, diagnostics } => {
                let count = diagnostics.len();
                let noun = if count == 1 { "diagnostic" } else { "diagnostics" };
                writeln!(f, "no code was generated from `{}`: {count} {noun}", shown(folder))?;
                diagnostics.iter().try_for_each(|diagnostic| write!(f, "\n{diagnostic}\n"))
            }
            Self::Read { path, source } => write!(f, "can't read `{}`: {source}", shown(path)),
            Self::Write { path, source } => write!(f, "can't write `{}`: {source}", shown(path)),
            Self::Refused(refusal) => fmt::Display::fmt(refusal, f),
            Self::NoOutDir => f.write_str(
                "the environment has no OUT_DIR: call this from a build.rs, or choose a folder with `Build::out_dir`",
            ),
        }
    }
}

impl fmt::Debug for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for BuildError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Read { source, .. } | Self::Write { source, .. } => Some(source),
            Self::Schemas { .. } | Self::Refused(_) | Self::NoOutDir => None,
        }
    }
}

impl From<Refusal> for BuildError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}
