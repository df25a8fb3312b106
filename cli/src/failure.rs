//! Why a command could not run.

use std::fmt;
use std::io::{self, ErrorKind};
use std::path::Path;

use thoth_messaging_build::BuildError;

/// Why a command could not run, and what to do about it.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Standard output can't be written to.
    Output(io::Error),
    /// Anything else.
    Other {
        /// What, in one line.
        reason: String,
        /// What to do.
        help: Option<String>,
    },
}

impl Failure {
    pub(crate) fn new(reason: impl Into<String>) -> Self {
        Self::Other { reason: reason.into(), help: None }
    }

    /// With what to do.
    pub(crate) fn help(self, text: impl Into<String>) -> Self {
        match self {
            Self::Other { reason, .. } => Self::Other { reason, help: Some(text.into()) },
            output @ Self::Output(_) => output,
        }
    }

    pub(crate) fn read(path: &Path, error: &io::Error) -> Self {
        Self::new(format!("can't read `{}`: {error}", path.display()))
    }

    pub(crate) fn write(path: &Path, error: &io::Error) -> Self {
        Self::new(format!("can't write `{}`: {error}", path.display()))
    }

    /// Whether nobody reads standard output any more.
    pub(crate) fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == ErrorKind::BrokenPipe)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Output(error) => write!(f, "thoth-messaging: can't write to standard output: {error}"),
            Self::Other { reason, help: None } => write!(f, "thoth-messaging: {reason}"),
            Self::Other { reason, help: Some(help) } => write!(f, "thoth-messaging: {reason}\n   = help: {help}"),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl From<BuildError> for Failure {
    fn from(error: BuildError) -> Self {
        Self::new(error.to_string())
    }
}
