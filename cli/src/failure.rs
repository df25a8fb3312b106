//! The reasons why a command could not run.

use std::fmt;
use std::io::{self, ErrorKind};
use std::path::Path;

use thoth_messaging_build::{BuildError, Refusal, remedy};
use thoth_messaging_codegen::{Diagnostic, UnknownLint};
use thoth_messaging_documents::foreign::line;

/// Why a command could not run, and how to make it run.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Standard output can't be written to.
    Output(io::Error),
    /// Anything else.
    Other {
        /// The reason, in one line.
        reason: String,
        /// More about it, as what is wrong with a schema: lines of text that is safe to show.
        details: String,
        /// The remedies, the most likely one first.
        help: Vec<String>,
    },
}

impl Failure {
    pub(crate) fn new(reason: impl Into<String>) -> Self {
        Self::Other { reason: reason.into(), details: String::new(), help: Vec::new() }
    }

    /// A failure that diagnostics explain.
    pub(crate) fn of_diagnostics(reason: impl Into<String>, diagnostics: &[Diagnostic]) -> Self {
        let details = diagnostics.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n\n");
        Self::Other { reason: reason.into(), details, help: Vec::new() }
    }

    /// With what to do.
    pub(crate) fn help(self, text: impl Into<String>) -> Self {
        self.help_lines([text.into()])
    }

    /// With several things to do, the most likely first.
    pub(crate) fn help_lines(mut self, lines: impl IntoIterator<Item = String>) -> Self {
        if let Self::Other { help, .. } = &mut self {
            *help = lines.into_iter().collect();
        }
        self
    }

    /// The reason alone.
    #[cfg(feature = "kafka")]
    pub(crate) fn reason(&self) -> String {
        match self {
            Self::Output(error) => error.to_string(),
            Self::Other { reason, .. } => reason.clone(),
        }
    }

    /// The remedy alone.
    #[cfg(feature = "kafka")]
    pub(crate) fn advice(&self) -> Option<String> {
        match self {
            Self::Other { help, .. } if !help.is_empty() => Some(help.join("; ")),
            _ => None,
        }
    }

    /// A file or folder can't be read.
    pub(crate) fn read(path: &Path, error: &io::Error) -> Self {
        let help = match error.kind() {
            ErrorKind::NotFound if path.is_relative() => {
                "look for a slip in the path; it starts from the current folder"
            }
            ErrorKind::NotFound => "look for a slip in the path",
            ErrorKind::IsADirectory => "it is a folder: name a file",
            ErrorKind::NotADirectory => "it is a file: name the folder that it is in",
            ErrorKind::InvalidInput | ErrorKind::InvalidFilename | ErrorKind::FileTooLarge => {
                "name a file, and see that it is the one that is meant"
            }
            _ => remedy(error),
        };
        Self::new(format!("can't read `{}`: {error}", path.display())).help(help)
    }

    /// A file or folder can't be written.
    pub(crate) fn write(path: &Path, error: &io::Error) -> Self {
        let help = match error.kind() {
            ErrorKind::AlreadyExists => "something else is there: move it away, or choose another folder",
            ErrorKind::NotFound | ErrorKind::NotADirectory => "choose a folder that can be made",
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
                "let the user who runs this write there, or choose another folder"
            }
            _ => "look at the disk that it is to be on, or choose another folder",
        };
        Self::new(format!("can't write `{}`: {error}", path.display())).help(help)
    }

    /// A name that no lint has; `chosen_by` is where it stands.
    pub(crate) fn unknown_lint(chosen_by: &str, error: &UnknownLint) -> Self {
        let nearest = error.nearest.map(|id| format!("write `{id}`; ")).unwrap_or_default();
        Self::new(format!("`{chosen_by}`: no lint is named `{}`", error.name))
            .help(format!("{nearest}`thoth-messaging explain` lists them all, with their names"))
    }

    /// Itself, but nothing where nobody reads standard output any more.
    pub(crate) fn unless_broken_pipe(self) -> Result<(), Self> {
        if self.is_broken_pipe() { Ok(()) } else { Err(self) }
    }

    /// Returns whether nobody reads standard output any more.
    pub(crate) fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == ErrorKind::BrokenPipe)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Output(error) => write!(
                f,
                "thoth-messaging: can't write to standard output: {error}\n   = help: look at where it leads to, as a full disk"
            ),
            Self::Other { reason, details, help } => {
                write!(f, "thoth-messaging: {}", line(reason))?;
                if !details.is_empty() {
                    write!(f, "\n{details}")?;
                }
                help.iter().try_for_each(|help| write!(f, "\n   = help: {}", line(help)))
            }
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
        match &error {
            BuildError::Read { path, source } => Self::read(path, source),
            BuildError::Write { path, source } => Self::write(path, source),
            BuildError::Refused(refusal) => refusal.clone().into(),
            BuildError::Schemas { folder, diagnostics } => {
                Self::of_diagnostics(format!("no code was generated from `{}`", folder.display()), diagnostics)
            }
            _ => Self::new(error.to_string()),
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::new(refusal.reason()).help(refusal.help())
    }
}
