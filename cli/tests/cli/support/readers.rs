//! The things that readers of the output must never meet, whatever names and values a stranger chose.

use pulldown_cmark::{Event, Options, Parser, Tag};

use super::Run;

/// A text with all that does something to some reader. `HOSTILE` is in it so that a test sees whether it came out at all.
pub(crate) const HOSTILE: &str = "HOSTILE\n::error::x\r\u{1b}[31m\u{9b}2J\u{7f}\u{202e}\u{2066}\u{200b}\u{61c}\u{2028}\u{e0041} \
    ##[add-matcher]x <script>x</script> [x](javascript:x) ![x](https://x.y/z.png) @hostile #1 https://x.y www.x.y `x` ``<b> | $x$";

/// The same as a name of a file: no slash, and not too long.
pub(crate) fn file_name() -> String {
    HOSTILE.replace('/', "_")
}

/// The formats of reports.
pub(crate) const FORMATS: [&str; 7] = ["text", "json", "github", "gitlab", "junit", "sarif", "markdown"];

impl Run {
    /// Panics where a run printed what does something to its reader. Returns whether the hostile text was shown.
    #[track_caller]
    pub(crate) fn assert_safe(&self, format: &str) -> bool {
        for (stream, text) in [("stdout", &self.stdout), ("stderr", &self.stderr)] {
            let hidden = text.chars().find(|char| is_hidden(*char));
            assert_eq!(hidden, None, "{stream} of {format}: {text:?}");
            assert!(!text.contains("##["), "{stream} of {format}: {text:?}");
            let command = text.lines().find(|line| line.trim_start().starts_with("::") && !is_ours(line, format));
            assert_eq!(command, None, "{stream} of {format}: {text:?}");
        }
        match format {
            "markdown" => assert_no_markup(&self.stdout),
            "junit" => assert!(!self.stdout.contains("<script"), "{}", self.stdout),
            _ => {}
        }
        format!("{}{}", self.stdout, self.stderr).contains("HOSTILE")
    }
}

/// True for an annotation that the command itself means to write.
fn is_ours(line: &str, format: &str) -> bool {
    let starts = ["::error file=", "::error title=", "::warning file=", "::warning title="];
    format == "github" && starts.iter().any(|start| line.starts_with(start))
}

/// Independent of the table that the command goes by: what HOSTILE holds, and all of its kind.
fn is_hidden(char: char) -> bool {
    (char.is_control() && char != '\n')
        || matches!(char, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{e0000}'..='\u{e0fff}')
}

fn assert_no_markup(markdown: &str) {
    let options =
        Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    for event in Parser::new_ext(markdown, options) {
        let is_text = match &event {
            Event::Html(html) | Event::InlineHtml(html) => &**html == "<br>",
            Event::Start(Tag::Link { .. } | Tag::Image { .. } | Tag::CodeBlock(_) | Tag::HtmlBlock) => false,
            // Readers make links, mentions, references and formulas of these, outside of code.
            Event::Text(text) => !["@", "#", "://", "www.", "$"].iter().any(|mark| text.contains(mark)),
            _ => true,
        };
        assert!(is_text, "{event:?} in\n{markdown}");
    }
}
