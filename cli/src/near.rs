//! The names that were likely meant, in backticks.

use thoth_messaging_documents::near;

/// Up to three of the names that are nearest to another one; the nearest first.
pub(crate) fn near<'a>(names: impl IntoIterator<Item = &'a str>, meant: &str) -> Vec<String> {
    quoted(near::near(names, meant))
}

/// The same by another [`distance`](near::distance).
#[cfg(feature = "git")]
pub(crate) fn near_by<'a>(
    names: impl IntoIterator<Item = &'a str>,
    distance: impl Fn(&str) -> Option<usize>,
) -> Vec<String> {
    quoted(near::near_by(names, distance))
}

fn quoted(names: Vec<&str>) -> Vec<String> {
    names.into_iter().map(|name| format!("`{name}`")).collect()
}
