//! What the generator has to say about schemas.

use std::fmt;

use thoth_messaging_documents::foreign::line;

use crate::lints::{Lint, lints};

/// The weight of a diagnostic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Code is generated all the same.
    Warning,
    /// Nothing is generated.
    Error,
}

/// A place in a schema file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// The file, as the user knows it.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in the line, in characters, from 1.
    pub column: usize,
    /// The JSON Pointer (RFC 6901) of the value; empty for the whole file.
    pub pointer: String,
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", line(&self.file), self.line, self.column)?;
        if self.pointer.is_empty() { Ok(()) } else { write!(f, "  (#{})", line(&self.pointer)) }
    }
}

/// One thing to know about a schema: what was found, where, what was expected, what to do.
///
/// Its text has the form below, a line for each part whatever the schema holds: names and values of a schema, and names of
/// files, are shown without control characters and marks of direction.
///
/// ```text
/// error[S0201]: `#/$defs/OrderLnie` does not exist
///   --> schemas/order-placed.schema.json:14:24  (#/properties/lines/items/$ref)
///    = found: one definition, `OrderLine`
///    = help: write `#/$defs/OrderLine`
/// ```
///
/// The fields hold what is there as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Diagnostic {
    /// The code, as `S0201`, or `L0201` of a [`Lint`]; its first three characters name the family. Codes are stable.
    pub code: &'static str,
    /// Its weight.
    pub severity: Severity,
    /// The fault, in one line.
    pub message: String,
    /// Its place; absent where it is about the set of files as a whole.
    pub location: Option<Location>,
    /// The value that was found there.
    pub found: Option<String>,
    /// Advice on what to do.
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error.
    #[must_use]
    pub fn error(code: &'static str, message: impl Into<String>, location: impl Into<Option<Location>>) -> Self {
        let severity = Severity::Error;
        Self { code, severity, message: message.into(), location: location.into(), found: None, help: None }
    }

    /// A warning.
    #[must_use]
    pub fn warning(code: &'static str, message: impl Into<String>, location: impl Into<Option<Location>>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, message, location) }
    }

    /// The lint that it is of; `None` where it can't be turned off.
    #[must_use]
    pub fn lint(&self) -> Option<&'static Lint> {
        lints().iter().find(|lint| lint.code == self.code)
    }

    /// With what was found.
    #[must_use]
    pub fn found(mut self, found: impl Into<String>) -> Self {
        self.found = Some(found.into());
        self
    }

    /// With what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        write!(f, "{severity}[{}]: {}", self.code, line(&self.message))?;
        if let Some(location) = &self.location {
            write!(f, "\n  --> {location}")?;
        }
        if let Some(found) = &self.found {
            write!(f, "\n   = found: {}", line(found))?;
        }
        if let Some(help) = &self.help {
            write!(f, "\n   = help: {}", line(help))?;
        }
        // What generation itself reports has a code that is enough of a name.
        if let Some(lint) = self.lint().filter(|lint| lint.code.starts_with('L')) {
            write!(f, "\n   = lint: {}", lint.id)?;
        }
        Ok(())
    }
}
