//! Text of strangers, made safe for a reader: whatever is printed that a file, a payload or a broker said goes through here.
//!
//! | reader | function |
//! |---|---|
//! | a terminal, a log, cargo | [`line()`], [`block()`] |
//! | programs that take JSON | [`json()`] |
//! | a workflow of GitHub | [`github`] |
//! | Markdown, as a job summary or a comment | [`markdown`] |
//! | `cargo doc` | [`rustdoc`] |
//!
//! Each does nothing to a text that it made.

pub mod github;
pub mod markdown;
pub mod rustdoc;
mod visible;

use std::borrow::Cow;
use std::fmt::Write as _;

pub use visible::{is_hidden, visible};

/// A text as one line of a terminal or a log, or a part of one: without hidden characters, line ends among them, and without
/// what the logs of CI take for a command (`::error::` at the start of a line, `##[…]` anywhere).
///
/// ```
/// use thoth_messaging_documents::foreign::line;
///
/// assert_eq!(line("a.json\n::error::b \u{1b}[31m"), "a.json\\n::error::b \\u{1b}[31m");
/// assert_eq!(line("::error::b"), "\\u{3a}:error::b");
/// ```
#[must_use]
pub fn line(text: &str) -> Cow<'_, str> {
    let text = visible(text);
    let start = text.len() - text.trim_start().len();
    let is_command = text[start..].starts_with("::");
    if !is_command && !text.contains("##") {
        return text;
    }
    let mut line =
        if is_command { [&text[..start], "\\u{3a}", &text[start + 1..]].concat() } else { text.into_owned() };
    let mut from = 0;
    while let Some(at) = line[from..].find("##").map(|at| from + at) {
        // `##[command]`, and `##vso[command]` and `##teamcity[command]` of others.
        let bracket = at + 2 + line[at + 2..].find(|char: char| !char.is_ascii_alphanumeric()).unwrap_or_default();
        if line[bracket..].starts_with('[') {
            line.replace_range(bracket..=bracket, "\\u{5b}");
        }
        from = at + 1;
    }
    Cow::Owned(line)
}

/// A text as lines of a terminal or a log: each is a [`line()`].
#[must_use]
pub fn block(text: &str) -> String {
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// A text that is JSON, with hidden characters as JSON escapes them; tabs and line ends between its values stay.
///
/// ```
/// use thoth_messaging_documents::foreign::json;
///
/// assert_eq!(json("{\n\"a\": \"\u{9b}31m\u{e0041}\"}"), "{\n\"a\": \"\\u009b31m\\udb40\\udc41\"}");
/// ```
#[must_use]
pub fn json(text: &str) -> Cow<'_, str> {
    let is_layout = |char| matches!(char, '\n' | '\t');
    let is_escaped = |char| is_hidden(char) && !is_layout(char);
    if !text.contains(is_escaped) && !text.contains("##") {
        return Cow::Borrowed(text);
    }
    // A carriage return is layout too, and on a terminal one that hides what stands before it. A mark of the byte order is
    // no part of the JSON.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n").replace('\r', "\n");
    let escaped = text.chars().fold(String::with_capacity(text.len()), |mut escaped, char| {
        if is_escaped(char) {
            for unit in char.encode_utf16(&mut [0; 2]) {
                // Writing to a string never fails.
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        } else {
            escaped.push(char);
        }
        escaped
    });
    Cow::Owned(escaped.replace("##", "#\\u0023"))
}

#[cfg(test)]
mod tests {
    use super::{block, is_hidden, json, line};

    #[test]
    fn what_is_seen_stays() {
        for text in
            ["", "a.json:3:1", "e\u{301}, 각, \u{1f600}, \u{a0}\u{3000}", "a::b", "#/$defs/a", "##", "## Heading [a]"]
        {
            assert_eq!(line(text), text);
            assert!(!text.contains(is_hidden));
        }
    }

    #[test]
    fn a_line_is_one_and_no_command() {
        assert_eq!(line("a\r\nb\t\u{7f}\u{85}\u{2028}"), "a\\r\\nb\\t\\u{7f}\\u{85}\\u{2028}");
        assert_eq!(line("\u{202e}\u{200b}\u{61c}\u{e0041}"), "\\u{202e}\\u{200b}\\u{61c}\\u{e0041}");
        assert_eq!(line("  ::error::x"), "  \\u{3a}:error::x");
        assert_eq!(
            line("a ##[add-matcher]b ##vso[task] ###[c]"),
            "a ##\\u{5b}add-matcher]b ##vso\\u{5b}task] ###\\u{5b}c]"
        );
    }

    #[test]
    fn lines_stay_lines() {
        assert_eq!(block("a\n::error::b\r\n\u{1b}c\n"), "a\n\\u{3a}:error::b\n\\u{1b}c");
    }

    #[test]
    fn json_means_the_same() {
        for text in ["{\"a\":\"\u{9b}\u{202e}\u{e0041} ##[b] \\u001b\"}", "[\r\n\t1,\r2]", "\u{feff}{\"a\u{ad}\": 1}"] {
            let written = json(text);
            assert!(!written.contains(|char| is_hidden(char) && !matches!(char, '\n' | '\t')), "{written:?}");
            let value =
                |text: &str| serde_json::from_str::<serde_json::Value>(text.trim_start_matches('\u{feff}')).unwrap();
            assert_eq!(value(&written), value(text));
            assert!(!written.contains("##["));
        }
    }
}
