//! Documentation: descriptions are text, whatever they hold, and stay text in Markdown.

use proc_macro2::TokenStream;
use quote::quote;

const WIDTH: usize = 100;

/// One `#[doc]` attribute per line.
pub(super) fn doc(lines: &[String]) -> TokenStream {
    let lines = lines.iter().map(|line| if line.is_empty() { String::new() } else { format!(" {line}") });
    quote! { #(#[doc = #lines])* }
}

/// An empty line between what is there and what follows.
pub(super) fn separate(lines: &mut Vec<String>) {
    if !lines.is_empty() {
        lines.push(String::new());
    }
}

/// A description as lines of Markdown.
pub(super) fn paragraphs(description: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for line in description.trim().lines() {
        // Indentation would make a code block of it, which rustdoc compiles.
        wrap(&escape(line.trim()), &mut lines);
    }
    lines
}

fn wrap(text: &str, lines: &mut Vec<String>) {
    let mut line = String::new();
    for word in text.split(' ') {
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > WIDTH && !starts_block(word) {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
}

/// Whether a word at the start of a line would mean something to Markdown.
fn starts_block(word: &str) -> bool {
    let numbered = word.trim_end_matches(['.', ')']);
    matches!(word, "-" | "*" | "+" | "=" | "==" | "---")
        || word.starts_with(['#', '>', '='])
        || (numbered.len() < word.len() && numbered.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A line in which Markdown sees no link, no HTML and no fence; code spans stay.
fn escape(line: &str) -> String {
    if line.starts_with("```") || line.starts_with("~~~") {
        return line.chars().map(|c| if matches!(c, '`' | '~') { format!("\\{c}") } else { c.to_string() }).collect();
    }
    let mut spans = line.split('`').peekable();
    let mut escaped = String::new();
    let mut code = false;
    while let Some(span) = spans.next() {
        match (code, spans.peek().is_some()) {
            (true, true) => escaped.push_str(&format!("`{span}`")),
            // The last backtick of an odd number of them opens nothing.
            (true, false) => escaped.push_str(&format!("\\`{}", words(span))),
            (false, _) => escaped.push_str(&words(span)),
        }
        code = !code;
    }
    escaped
}

fn words(text: &str) -> String {
    text.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

fn word(word: &str) -> String {
    let (core, end) = word.split_at(word.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '"', '\'']).len());
    let (start, core) = core.split_at(core.len() - core.trim_start_matches(['(', '"', '\'']).len());
    let core = if (core.starts_with("https://") || core.starts_with("http://")) && !core.contains(['<', '>']) {
        format!("<{core}>")
    } else if is_code(core) {
        format!("`{core}`")
    } else {
        core.chars().fold(String::new(), |mut escaped, character| {
            if matches!(character, '[' | ']' | '<' | '>' | '*' | '\\') {
                escaped.push('\\');
            }
            escaped.push(character);
            escaped
        })
    };
    format!("{start}{core}{end}")
}

/// Whether a word is a name of code, as `package_name` and `HashMismatch` are.
fn is_code(word: &str) -> bool {
    let plain = !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | ':' | '.'));
    let underscore = word.trim_matches('_').contains('_');
    let humps = word.as_bytes().windows(2).filter(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase());
    plain && (underscore || word.contains("::") || humps.count() > 0)
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
        check("    fn main() {}", &["fn main() {}"]);
        check("```rust\npanic!()\n```", &["\\`\\`\\`rust", "panic!()", "\\`\\`\\`"]);
        check("One ` only", &["One \\` only"]);
    }

    #[test]
    fn names_of_code_are_marked() {
        check("The package_name of a HashMismatch (see `x`).", &["The `package_name` of a `HashMismatch` (see `x`)."]);
        check("See https://pypi.org/simple.", &["See <https://pypi.org/simple>."]);
    }
}
