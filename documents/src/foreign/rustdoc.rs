//! Markdown as rustdoc reads it: descriptions are text, whatever they hold, and stay text in `cargo doc`.

use super::markdown::{self, Span, spans};
use super::{is_hidden, visible};

/// The width of a line, in characters, where it can be broken.
const WIDTH: usize = 100;

/// A description as lines of Markdown. Code spans, lists, headings and links to web pages stay; other links, images, HTML,
/// tables and code blocks are shown as they were written. A line is broken between words, and never within code.
///
/// ```
/// use thoth_messaging_documents::foreign::rustdoc::paragraphs;
///
/// let lines = paragraphs("A `code span`, <b>HTML</b> and [a link](javascript:x).\nSee https://example.org.");
/// assert_eq!(lines[0], "A `code span`, \\<b\\>HTML\\</b\\> and \\[a link\\](javascript:x).");
/// assert_eq!(lines[1], "See <https://example.org>.");
/// ```
#[must_use]
pub fn paragraphs(description: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let description = description.trim().replace("\r\n", "\n");
    for line in description.split(['\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}']) {
        let line = seen(line);
        // Indentation would make a code block of it, which rustdoc compiles, and so would spaces after the mark of an item.
        let words: Vec<&str> = line.split(' ').filter(|word| !word.is_empty()).collect();
        wrap(&atoms(&words.join(" ")), &mut lines);
    }
    lines
}

/// A value as a code span.
#[must_use]
pub fn code(text: &str) -> String {
    if text.is_empty() { "the empty text".to_owned() } else { markdown::code(&visible(text)) }
}

/// A text without what is hidden: the compiler refuses marks of direction in comments.
fn seen(text: &str) -> String {
    let seen = |char: char| match char {
        char if char.is_control() => Some(' '),
        char => (!is_hidden(char)).then_some(char),
    };
    text.chars().filter_map(seen).collect()
}

/// The parts of a line that are not broken: words, and code with what touches it.
fn atoms(line: &str) -> Vec<String> {
    let Some(spans) = spans(line) else { return line.split(' ').map(word).collect() };
    let (mut atoms, mut atom) = (Vec::new(), String::new());
    for (index, span) in spans.iter().enumerate() {
        match span {
            Span::Code(code) => atom.extend(["`", code, "`"]),
            Span::Text(text) => {
                let last = text.matches(' ').count();
                for (at, each) in text.split(' ').enumerate() {
                    if at > 0 {
                        atoms.push(std::mem::take(&mut atom));
                    }
                    // Two code spans that touch would be one.
                    let touches = (at == 0 && index > 0) || (at == last && index + 1 < spans.len());
                    atom.push_str(&if touches { escape(each) } else { word(each) });
                }
            }
        }
    }
    atoms.push(atom);
    atoms
}

fn wrap(atoms: &[String], lines: &mut Vec<String>) {
    let mut line = String::new();
    for atom in atoms {
        if !line.is_empty() && line.chars().count() + 1 + atom.chars().count() > WIDTH && !starts_block(atom) {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(atom);
    }
    lines.push(line);
}

/// True for a word that would mean something to Markdown at the start of a line.
fn starts_block(word: &str) -> bool {
    let numbered = word.trim_end_matches(['.', ')']);
    matches!(word, "-" | "*" | "+" | "|")
        || ["#", ">", "=", "--", "**", "__"].iter().any(|start| word.starts_with(start))
        || (numbered.len() < word.len() && numbered.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A word in which Markdown sees no link but one to a web page, no HTML and no fence; names of code become code.
fn word(word: &str) -> String {
    let sentence_end = ['.', ',', ';', ':', '!', '?'];
    let call = word.trim_end_matches(sentence_end);
    if call.strip_suffix("()").is_some_and(is_name) {
        return format!("`{call}`{}", &word[call.len()..]);
    }
    let (core, end) = word.split_at(call.trim_end_matches(|c| sentence_end.contains(&c) || ")\"'".contains(c)).len());
    let (start, core) = core.split_at(core.len() - core.trim_start_matches(['(', '"', '\'']).len());
    let is_page =
        ["https://", "http://"].iter().any(|scheme| core.starts_with(scheme)) && !core.contains(['<', '>', '`']);
    let core = if is_page {
        format!("<{core}>")
    } else if is_code(core) || core.contains("://") {
        code(core)
    } else {
        escape(core)
    };
    format!("{start}{core}{end}")
}

fn escape(word: &str) -> String {
    let is_fence = word.contains("~~~");
    let mut chars = word.chars().peekable();
    let mut escaped = String::new();
    while let Some(char) = chars.next() {
        // `&lt;` and `&#60;` would be another text.
        let is_entity = char == '&' && chars.peek().is_some_and(|next| next.is_ascii_alphanumeric() || *next == '#');
        if is_entity || matches!(char, '[' | ']' | '<' | '>' | '*' | '\\' | '`' | '|') || (is_fence && char == '~') {
            escaped.push('\\');
        }
        escaped.push(char);
    }
    escaped
}

fn is_name(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | ':' | '.'))
}

/// True for a word that is a name of code, as `package_name` and `HashMismatch` are.
fn is_code(word: &str) -> bool {
    let underscore = word.trim_matches('_').contains('_');
    let humps = word.as_bytes().windows(2).filter(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase());
    is_name(word) && (underscore || word.contains("::") || humps.count() > 0)
}

#[cfg(test)]
mod tests {
    use super::paragraphs;

    #[track_caller]
    fn check(description: &str, expected: &[&str]) {
        assert_eq!(paragraphs(description), expected);
    }

    #[test]
    fn text_stays_text() {
        check("A [link](x) and <b>HTML</b>.", &["A \\[link\\](x) and \\<b\\>HTML\\</b\\>."]);
        check("    fn main() {}", &["fn `main()` {}"]);
        check("```rust\npanic!()\n```", &["\\`\\`\\`rust", "panic!()", "\\`\\`\\`"]);
        check("```<script>[a](javascript:b)", &["\\`\\`\\`\\<script\\>\\[a\\](javascript:b)"]);
        check("~~~ <b>", &["\\~\\~\\~ \\<b\\>"]);
        check("One ` only", &["One \\` only"]);
        check("a | `b` &lt; & c", &["a \\| `b` \\&lt; & c"]);
        check("a\u{202e}b\u{61c}\u{200b}\u{e0041}c\td", &["abc d"]);
    }

    #[test]
    fn names_of_code_are_marked() {
        check("The package_name of a HashMismatch (see `x`).", &["The `package_name` of a `HashMismatch` (see `x`)."]);
        check("Calls main(); see (foo_bar) of x.", &["Calls `main()`; see (`foo_bar`) of x."]);
        check("A [link](https://x.y), <https://x.y>.", &["A `[link](https://x.y`), `<https://x.y>`."]);
        check("See https://pypi.org/simple.", &["See <https://pypi.org/simple>."]);
        check("A foo_bar`x` and `x`foo_bar", &["A foo_bar`x` and `x`foo_bar"]);
    }

    #[test]
    fn a_line_is_not_broken_within_code() {
        let before = "word ".repeat(18);
        let code = "`a <script>alert(1)</script> b`";
        check(&format!("{before}{code} end"), &[before.trim_end(), &format!("{code} end")]);
    }
}
