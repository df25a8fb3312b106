//! Markdown as GitHub and GitLab read it.

use std::borrow::Cow;

use super::line;

/// A text as the content of a cell of a table, or as a line of a paragraph: words, and code where it has backticks around it
/// or where it might be anything but words. Nothing of it is a link, an image, HTML, a mention or a formula: Markdown
/// gives code no meaning.
///
/// ```
/// use thoth_messaging_documents::foreign::markdown::cell;
///
/// assert_eq!(cell("`a|b` is no type: ask @everyone"), "`a\\|b` is no type: ask `@everyone`");
/// ```
#[must_use]
pub fn cell(text: &str) -> String {
    let text = line(text.trim());
    spans(&text).and_then(|spans| words(&spans)).unwrap_or_else(|| code_in_cell(&text))
}

/// A text as code in a cell of a table.
#[must_use]
pub fn code_in_cell(text: &str) -> String {
    // A bar ends a cell, in code too, unless a backslash is before it; whether two are one differs between readers.
    let text = line(text).replace("\\|", "\\\\u{7c}");
    code(&text).replace('|', "\\|")
}

/// A text without hidden characters as code in a line, whatever backticks it holds; nothing where it is empty.
pub(super) fn code(text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let longest = text.split(|char| char != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let space = if longest > 0 { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

/// A part of a line of Markdown.
#[derive(Clone, Copy)]
pub(super) enum Span<'t> {
    Text(&'t str),
    /// Without its backticks.
    Code(&'t str),
}

/// The parts of a line whose backticks stand alone and in pairs, so that no reader can pair them in another way.
pub(super) fn spans(line: &str) -> Option<Vec<Span<'_>>> {
    let is_paired = line.matches('`').count().is_multiple_of(2) && !line.contains("``");
    let span = |(index, part)| if index % 2 == 0 { Span::Text(part) } else { Span::Code(part) };
    is_paired.then(|| line.split('`').enumerate().map(span).collect())
}

/// `None` where what is to become code touches code.
fn words(spans: &[Span<'_>]) -> Option<String> {
    let mut text = String::new();
    for (index, span) in spans.iter().enumerate() {
        match span {
            Span::Code(part) => text.push_str(&code_in_cell(part)),
            Span::Text(part) => {
                let last = part.matches(' ').count();
                for (at, word) in part.split(' ').enumerate() {
                    let touches = (at == 0 && index > 0) || (at == last && index + 1 < spans.len());
                    if at > 0 {
                        text.push(' ');
                    }
                    match in_cell(word) {
                        Cow::Owned(_) if touches => return None,
                        word => text.push_str(&word),
                    }
                }
            }
        }
    }
    Some(text)
}

/// A word as it is, or as code.
fn in_cell(word: &str) -> Cow<'_, str> {
    let core = word.trim_matches(['(', ')', '"', '\'', '.', ',', ';', ':', '!', '?']);
    let is_word = core
        .chars()
        .all(|char| char.is_alphanumeric() || matches!(char, '.' | ',' | '\'' | '’' | '-' | '/' | '%' | '='));
    // `www.…` becomes a link, and `GH-1` refers to an issue.
    let has_meaning = ["www.", "gh-"].iter().any(|start| core.to_ascii_lowercase().starts_with(start));
    if is_word && !has_meaning { Cow::Borrowed(word) } else { Cow::Owned(code_in_cell(word)) }
}

#[cfg(test)]
mod tests {
    use super::{cell, code};

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(cell(text), expected);
    }

    #[test]
    fn words_and_code_stay() {
        check("`#/$defs/OrderLnie` does not exist", "`#/$defs/OrderLnie` does not exist");
        check("write `a`, `b` or c; it's 100 % (of 3).", "write `a`, `b` or c; it's 100 % (of 3).");
        check("", "");
    }

    #[test]
    fn what_may_mean_something_is_code() {
        check("see https://x.y and [a](javascript:b)", "see `https://x.y` and `[a](javascript:b)`");
        check("![a](x) <img src=x> &lt; *b* $c$", "`![a](x)` `<img` `src=x>` `&lt;` `*b*` `$c$`");
        check("@team #1 GH-2 a@b.c www.x.y", "`@team` `#1` `GH-2` `a@b.c` `www.x.y`");
        check("a\n::error::b \u{1b}[31m", "`a\\n::error::b` `\\u{1b}[31m`");
    }

    #[test]
    fn backticks_that_pair_in_no_plain_way_are_in_code() {
        check("a ` <b>", "`` a ` <b> ``");
        check("``<b>``", "``` ``<b>`` ```");
        check("`a`@b", "`` `a`@b ``");
        check("`a | b` \\| c", "`a \\| b` `\\\\u{7c}` c");
        assert_eq!(code("`"), "`` ` ``");
    }
}
