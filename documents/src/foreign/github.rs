//! Workflow commands of GitHub Actions.

use super::visible;

/// The text of a command, which may have several lines.
///
/// ```
/// use thoth_messaging_documents::foreign::github;
///
/// assert_eq!(github::data("100 %\n::error::\u{1b}"), "100 %25%0A::error::\\u{1b}");
/// ```
#[must_use]
pub fn data(text: &str) -> String {
    // What is hidden is shown before line ends become what GitHub shows as line ends.
    let lines = text.split('\n').map(|line| visible(line).replace('%', "%25"));
    lines.collect::<Vec<_>>().join("%0A")
}

/// The value of a property of a command.
#[must_use]
pub fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
