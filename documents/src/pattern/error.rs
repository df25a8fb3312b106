//! The error of a text that is no pattern.

use std::fmt;

/// The reason for which a text is no pattern, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAPattern {
    reason: String,
    help: String,
}

impl NotAPattern {
    /// What to write instead, in words that hold what a file would have to say, with `\` doubled.
    #[must_use]
    pub fn help(&self) -> &str {
        &self.help
    }
}

impl fmt::Display for NotAPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for NotAPattern {}

pub(super) fn fail<T>(reason: impl Into<String>, help: impl Into<String>) -> Result<T, NotAPattern> {
    Err(NotAPattern { reason: reason.into(), help: help.into() })
}
