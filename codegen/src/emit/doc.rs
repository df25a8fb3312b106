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

/// A text on one line, without what would change how it is shown: the compiler refuses marks of direction in comments.
pub(super) fn plain(text: &str) -> String {
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    text.chars().map(|c| if hidden(c) { ' ' } else { c }).collect()
}

/// A description as lines of Markdown.
pub(super) fn paragraphs(description: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let description = description.trim().replace("\r\n", "\n");
    for line in description.split(['\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}']) {
        let line = plain(line);
        // Indentation would make a code block of it, which rustdoc compiles, and so would spaces after the mark of an item.
        let line: Vec<&str> = line.split(' ').filter(|word| !word.is_empty()).collect();
        wrap(&escape(line.join(" ").trim()), &mut lines);
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
    matches!(word, "-" | "*" | "+" | "|")
        || ["#", ">", "=", "--", "**", "__", "~~~", "```"].iter().any(|start| word.starts_with(start))
        || (numbered.len() < word.len() && numbered.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A line in which Markdown sees no link, no HTML and no fence; code spans stay.
fn escape(line: &str) -> String {
    if line.contains("```") || line.contains("~~~") {
        return line.chars().map(|c| if matches!(c, '`' | '~') { format!("\\{c}") } else { c.to_string() }).collect();
    }
    let mut spans = line.split('`').peekable();
    let mut escaped = String::new();
    let mut code = false;
    while let Some(span) = spans.next() {
        match (code, spans.peek().is_some()) {
            (true, true) => escaped.extend(["`", span, "`"]),
            // The last backtick of an odd number of them opens nothing.
            (true, false) => escaped.extend(["\\`", &words(span)]),
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
    let sentence_end = ['.', ',', ';', ':', '!', '?'];
    let call = word.trim_end_matches(sentence_end);
    if call.strip_suffix("()").is_some_and(is_name) {
        return format!("`{call}`{}", &word[call.len()..]);
    }
    let (core, end) = word.split_at(call.trim_end_matches(|c| sentence_end.contains(&c) || ")\"'".contains(c)).len());
    let (start, core) = core.split_at(core.len() - core.trim_start_matches(['(', '"', '\'']).len());
    let is_url = (core.starts_with("https://") || core.starts_with("http://")) && !core.contains(['<', '>']);
    let core = if is_url {
        format!("<{core}>")
    } else if is_code(core) || core.contains("://") {
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

fn is_name(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | ':' | '.'))
}

/// Whether a word is a name of code, as `package_name` and `HashMismatch` are.
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
        check("One ` only", &["One \\` only"]);
    }

    #[test]
    fn names_of_code_are_marked() {
        check("The package_name of a HashMismatch (see `x`).", &["The `package_name` of a `HashMismatch` (see `x`)."]);
        check("Calls main(); see (foo_bar) of x.", &["Calls `main()`; see (`foo_bar`) of x."]);
        check("A [link](https://x.y), <https://x.y>.", &["A `[link](https://x.y`), `<https://x.y>`."]);
        check("See https://pypi.org/simple.", &["See <https://pypi.org/simple>."]);
    }
}
