//! The table of lints, by code and by name, and the levels that are chosen for them.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use thoth_messaging_documents::near::nearest;

/// A warning about schemas that generate, which can be turned off.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Lint {
    /// The code of its diagnostics, as `L0201`; [`explain`](crate::explain) has its page. A code `S…` is one that
    /// [`generate`](crate::generate) warns with too.
    pub code: &'static str,
    /// The name, as `open-object`. Names are stable.
    pub id: &'static str,
    /// The level where nobody chose one.
    pub level: LintLevel,
}

/// The treatment of a lint's findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum LintLevel {
    /// Nothing.
    Off,
    /// They are warnings.
    Warning,
    /// They are errors.
    Error,
}

impl FromStr for LintLevel {
    type Err = String;

    /// Reads `off`, `warning` or `error`.
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "off" => Ok(Self::Off),
            "warning" => Ok(Self::Warning),
            "error" => Ok(Self::Error),
            other => Err(format!("`{other}` is no level of a lint: write `off`, `warning` or `error`")),
        }
    }
}

impl fmt::Display for LintLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Off => "off",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

const fn lint(code: &'static str, id: &'static str, level: LintLevel) -> Lint {
    Lint { code, id, level }
}

const OFF: LintLevel = LintLevel::Off;
const WARNING: LintLevel = LintLevel::Warning;

const LINTS: &[Lint] = &[
    // Documentation
    lint("L0101", "message-without-description", WARNING),
    lint("L0102", "property-without-description", OFF),
    lint("L0103", "no-examples", OFF),
    // Topics and contracts
    lint("L0201", "open-object", OFF),
    lint("L0202", "optional-key", WARNING),
    lint("L0203", "compacted-without-key", WARNING),
    lint("L0204", "unbounded-size", WARNING),
    lint("L0205", "too-few-replicas", WARNING),
    lint("L0206", "unknown-topic-property", WARNING),
    // What a schema says
    lint("L0301", "missing-type", WARNING),
    lint("L0302", "unused-definition", WARNING),
    lint("L0303", "catastrophic-pattern", WARNING),
    lint("L0304", "required-undeclared", WARNING),
    lint("L0305", "enum-type-mismatch", WARNING),
    lint("L0306", "duplicate-enum", WARNING),
    lint("L0307", "unknown-format", WARNING),
    lint("L0308", "inapplicable-keyword", WARNING),
    lint("L0309", "refused-property", WARNING),
    lint("L0310", "example-refused", WARNING),
    lint("L0311", "misspelt-required", WARNING),
    lint("L0312", "crossed-bounds", WARNING),
    lint("L0313", "slashed-pattern", WARNING),
    lint("L0314", "required-false", WARNING),
    lint("L0315", "endless-value", WARNING),
    // What generation warns of by itself
    lint("S0108", "duplicate-member", WARNING),
    lint("S0307", "no-message", WARNING),
    lint("S0402", "unknown-keyword", WARNING),
    lint("S0405", "impossible-schema", WARNING),
    lint("S0406", "message-example-refused", WARNING),
    lint("S0407", "default-refused", WARNING),
    lint("S0408", "beside-ref", WARNING),
    lint("S0411", "endless-default", WARNING),
    lint("S0412", "unknown-lint", WARNING),
    lint("S0414", "slow-to-compile", WARNING),
];

/// All lints, ordered by code.
#[must_use]
pub fn lints() -> &'static [Lint] {
    LINTS
}

/// The lint of an id or a code, in capitals or not.
pub(crate) fn find(name: &str) -> Result<&'static Lint, UnknownLint> {
    let is_named = |lint: &&Lint| lint.id.eq_ignore_ascii_case(name) || lint.code.eq_ignore_ascii_case(name);
    LINTS.iter().find(is_named).ok_or_else(|| UnknownLint {
        name: name.to_owned(),
        nearest: nearest(LINTS.iter().map(|lint| lint.id), &name.to_ascii_lowercase()),
    })
}

/// The levels of the lints: those of [`lints()`] where nothing else is chosen.
///
/// ```
/// use thoth_messaging_codegen::{LintLevel, Lints};
///
/// let mut lints = Lints::default();
/// lints.set("open-object", LintLevel::Error)?;
/// lints.set("L0302", LintLevel::Off)?;
/// let unknown = lints.set("open-objekt", LintLevel::Off).unwrap_err();
/// assert_eq!(unknown.to_string(), "no lint is named `open-objekt`: write `open-object`");
/// # Ok::<(), thoth_messaging_codegen::UnknownLint>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lints {
    chosen: BTreeMap<&'static str, LintLevel>,
}

impl Lints {
    /// Chooses the level of a lint, by its id or its code, in capitals or not; of all lints by `all`. The last choice
    /// counts.
    ///
    /// # Errors
    ///
    /// Where no lint has the name.
    pub fn set(&mut self, name: &str, level: LintLevel) -> Result<(), UnknownLint> {
        if name == "all" {
            self.chosen = LINTS.iter().map(|lint| (lint.code, level)).collect();
        } else {
            self.chosen.insert(find(name)?.code, level);
        }
        Ok(())
    }

    /// The level of a lint.
    #[must_use]
    pub fn level(&self, lint: &Lint) -> LintLevel {
        self.chosen.get(lint.code).copied().unwrap_or(lint.level)
    }
}

/// A name that no lint has.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownLint {
    /// The name.
    pub name: String,
    /// The lint that was likely meant.
    pub nearest: Option<&'static str>,
}

impl UnknownLint {
    /// Returns what to write instead.
    pub(crate) fn advice(&self) -> String {
        match self.nearest {
            Some(id) => format!("write `{id}`"),
            None => "the documentation of codes lists all of them".to_owned(),
        }
    }
}

impl fmt::Display for UnknownLint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no lint is named `{}`: {}", self.name, self.advice())
    }
}

impl std::error::Error for UnknownLint {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lints_are_ordered_and_named_once() {
        assert!(LINTS.is_sorted_by(|left, right| left.code < right.code));
        let ids: std::collections::BTreeSet<_> = LINTS.iter().map(|lint| lint.id).collect();
        assert_eq!(ids.len(), LINTS.len());
        for lint in LINTS {
            assert_eq!(find(lint.id).unwrap(), lint);
            assert_eq!(find(&lint.code.to_lowercase()).unwrap(), lint);
        }
    }

    #[test]
    fn levels_are_read_as_they_are_written() {
        for level in [LintLevel::Off, LintLevel::Warning, LintLevel::Error] {
            assert_eq!(level.to_string().parse(), Ok(level));
        }
        assert!("warn".parse::<LintLevel>().is_err());
    }

    #[test]
    fn the_last_choice_counts() {
        let mut lints = Lints::default();
        let open = find("open-object").unwrap();
        assert_eq!(lints.level(open), LintLevel::Off);
        lints.set("L0201", LintLevel::Error).unwrap();
        assert_eq!(lints.level(open), LintLevel::Error);
        lints.set("all", LintLevel::Warning).unwrap();
        assert_eq!(lints.level(open), LintLevel::Warning);
        assert_eq!(lints.set("nothing-like-it", LintLevel::Off).unwrap_err().nearest, None);
    }
}
