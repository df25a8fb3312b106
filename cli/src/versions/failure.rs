//! The reasons why a version can't be read.

use std::fmt;

use thoth_messaging_build::Refusal;
use thoth_messaging_documents::foreign::line;

/// Why a version could not be read, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    /// The reason, with the place.
    pub(crate) reason: String,
    /// The remedies, the most likely one first.
    pub(crate) help: Vec<String>,
}

impl Failure {
    pub(super) fn new(reason: impl Into<String>, help: impl Into<String>) -> Self {
        Self { reason: reason.into(), help: vec![help.into()] }
    }

    /// The failure of an entry of a version that is refused.
    pub(super) fn refused(label: &str, refusal: &Refusal) -> Self {
        Self::new(format!("can't read the version `{label}`: {}", refusal.reason()), refusal.help())
    }

    /// The failure of an argument that is written like a path, and is neither a folder nor an archive.
    pub(super) fn no_such_path(argument: &str) -> Option<Self> {
        argument.starts_with(['.', '/', '~']).then(|| {
            Self::new(
                format!("there is no folder and no archive `{argument}`"),
                "look for a slip in the path; it starts from the current folder. A git reference stands without `./`",
            )
        })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&line(&self.reason))?;
        self.help.iter().try_for_each(|help| write!(f, "\n   = help: {}", line(help)))
    }
}

impl From<Failure> for crate::failure::Failure {
    fn from(Failure { reason, help }: Failure) -> Self {
        Self::new(reason).help_lines(help)
    }
}
