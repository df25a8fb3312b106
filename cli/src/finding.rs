//! One thing that a command found.

use thoth_messaging_codegen::{Diagnostic, Location, Severity};

/// One thing that a command found: what, where, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    /// The code of a diagnostic, as `S0201`, or the name of a rule, as `REQUIRED_ATTRIBUTE_ADDED`.
    pub(crate) rule: String,
    pub(crate) severity: Severity,
    /// The fault, in one line.
    pub(crate) message: String,
    /// Its place; absent where it is about the set of files as a whole.
    pub(crate) location: Option<Location>,
    /// More about it: what was found, a witness, what to do. Each has a label.
    pub(crate) notes: Vec<(&'static str, String)>,
}

impl Finding {
    /// The label of the note that says why, and until when, a finding is accepted.
    pub(crate) const WAIVED: &str = "waived";

    pub(crate) fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    pub(crate) fn is_waived(&self) -> bool {
        self.notes.iter().any(|(label, _)| *label == Self::WAIVED)
    }
}

impl From<Diagnostic> for Finding {
    fn from(diagnostic: Diagnostic) -> Self {
        let notes = [("found", diagnostic.found), ("help", diagnostic.help)];
        Self {
            rule: diagnostic.code.to_owned(),
            severity: diagnostic.severity,
            message: diagnostic.message,
            location: diagnostic.location,
            notes: notes.into_iter().filter_map(|(label, text)| Some((label, text?))).collect(),
        }
    }
}
