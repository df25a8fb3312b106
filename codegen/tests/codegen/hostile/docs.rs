//! Descriptions, names and values in the documentation of generated code, as rustdoc reads it.

use pulldown_cmark::{Event, Options, Parser, Tag};
use serde_json::json;

use super::{generates, members, message};

/// Parts of descriptions. What follows one may make it something else.
const PARTS: [&str; 40] = [
    "`",
    "``",
    "```",
    "~~~",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[a](javascript:alert(1))",
    "![a](https://x.y/z.png)",
    "[a]: javascript:x",
    "<javascript:alert(1)>",
    "<https://x.y>",
    "https://x.y/`<b>`",
    "x://`<b>`",
    "\n",
    "\n\n",
    "\n    ",
    "\n---|---\n",
    "|",
    "\\",
    "\\`",
    "&lt;script&gt;",
    "&#8238;",
    "\u{202e}",
    "\u{200b}",
    "\u{61c}",
    "\u{e0041}",
    "\u{1b}[31m",
    "\u{9b}31m",
    "\t",
    "\r",
    "- ",
    "1. ",
    "> ",
    "# ",
    "*",
    "_",
    "foo_bar",
    "call()",
    "many words that fill a line up to its end",
    " ",
];

/// The documentation of each item and member.
fn docs(code: &str) -> Vec<String> {
    let mut docs = vec![String::new()];
    for line in code.lines().map(str::trim_start) {
        let literal = line.strip_prefix("#[doc = ").and_then(|rest| rest.strip_suffix(']'));
        let literal = literal.map(|literal| syn::parse_str::<syn::LitStr>(literal).unwrap().value());
        match literal.as_deref().or_else(|| line.strip_prefix("///")) {
            Some(line) => docs.last_mut().unwrap().extend([line.strip_prefix(' ').unwrap_or(line), "\n"]),
            None => docs.push(String::new()),
        }
    }
    docs.retain(|doc| !doc.is_empty());
    docs
}

/// Panics where a reader of the documentation would meet more than text.
fn assert_is_text(doc: &str) {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_SMART_PUNCTUATION;
    for event in Parser::new_ext(doc, options) {
        let is_text = match &event {
            Event::Start(Tag::Link { dest_url, .. }) => {
                ["https://", "http://", "mailto:"].iter().any(|scheme| dest_url.starts_with(scheme))
            }
            Event::Html(_)
            | Event::InlineHtml(_)
            | Event::Start(Tag::Image { .. } | Tag::CodeBlock(_) | Tag::HtmlBlock) => false,
            Event::Text(text) | Event::Code(text) => !text.contains(is_hidden),
            _ => true,
        };
        assert!(is_text, "{event:?} in\n{doc:?}");
    }
}

/// The characters that this test has, and some more.
fn is_hidden(char: char) -> bool {
    char.is_control()
        || matches!(char, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{e0000}'..='\u{e0fff}')
}

#[track_caller]
fn check(descriptions: &[String]) -> String {
    let member = |index: usize| {
        let text = &descriptions[index];
        let other = json!({"description": text, "enum": [text, "a"], "default": text});
        (format!("{text} {index}"), if index.is_multiple_of(2) { json!({"description": text}) } else { other })
    };
    let code = generates(&message(members(descriptions.len(), member), json!({})));
    assert!(!code.contains(|char| is_hidden(char) && char != '\n'));
    let docs = docs(&code);
    assert!(docs.len() > descriptions.len());
    for doc in &docs {
        assert_is_text(doc);
    }
    docs.concat()
}

#[test]
fn a_description_is_no_html_and_no_link_but_to_a_page() {
    let filler = "word ".repeat(19);
    let docs = check(&[
        "```\n<script>alert(1)</script>\n```".to_owned(),
        "```<script>alert(1)</script>[click](javascript:alert(1))".to_owned(),
        format!("{filler}`a <script>alert(1)</script> b`"),
        "x `a |<script>alert(1)</script>` y\n---|---\n".to_owned(),
        "`a` ``<script>`` ` <img src=x onerror=alert(1)>".to_owned(),
        "[a][b]\n\n[b]: javascript:alert(1)".to_owned(),
    ]);
    assert!(docs.contains("alert(1)"));
}

#[test]
fn harmless_markdown_stays() {
    let docs = check(&["- `a b`, **b** and\n- see https://example.org/a?b=c&d.\n\n# A heading".to_owned()]);
    for expected in ["- `a b`, ", "\n- see <https://example.org/a?b=c&d>.\n", "\n# A heading\n"] {
        assert!(docs.contains(expected), "{docs}");
    }
}

#[test]
fn no_row_of_parts_is_more_than_text() {
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        usize::try_from(seed % below as u64).unwrap()
    };
    for _ in 0..6 {
        let descriptions: Vec<String> =
            (0..150).map(|_| (0..2 + next(8)).map(|_| PARTS[next(PARTS.len())]).collect()).collect();
        check(&descriptions);
    }
}
