//! Workflow commands of GitHub Actions.

use super::line;

/// The text of a command, which may have several lines.
///
/// ```
/// use thoth_messaging_documents::foreign::github;
///
/// assert_eq!(github::data("100 %\n::error::\u{1b}"), "100 %25%0A\\u{3a}:error::\\u{1b}");
/// ```
#[must_use]
pub fn data(text: &str) -> String {
    text.split('\n').map(|text| line(text).replace('%', "%25")).collect::<Vec<_>>().join("%0A")
}

/// The value of a property of a command, which is one line.
#[must_use]
pub fn property(text: &str) -> String {
    data(&line(text)).replace(':', "%3A").replace(',', "%2C")
}
