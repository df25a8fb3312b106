//! The output of findings: one module for each format.

pub(crate) mod format;
mod github;
mod gitlab;
mod json;
mod junit;
mod markdown;
mod sarif;
mod text;

use std::fmt::Display;
use std::io::{self, Write};

use serde_json::{Map, Value};
use thoth_messaging_codegen::Severity;
use thoth_messaging_documents::foreign::line;

use crate::context::Context;
use crate::failure::Failure;
use crate::finding::Finding;
use crate::stderr::say_lines;

pub(crate) use format::Format;

/// The findings of a command.
pub(crate) struct Report {
    command: &'static str,
    /// The files that were checked, with findings or without.
    pub(crate) subjects: Vec<String>,
    pub(crate) findings: Vec<Finding>,
    /// The summary, in a line or two.
    pub(crate) summary: String,
    /// Further members of the JSON document.
    pub(crate) details: Map<String, Value>,
}

impl Report {
    pub(crate) fn new(command: &'static str) -> Self {
        Self { command, subjects: Vec::new(), findings: Vec::new(), summary: String::new(), details: Map::new() }
    }

    /// Prints the findings to standard output and the summary to standard error. That nobody reads standard output to its
    /// end is no failure.
    pub(crate) fn print(&self, context: &mut Context) -> Result<(), Failure> {
        let written = self.write(context.format, &mut context.output).and_then(|()| context.output.flush());
        written.map_err(Failure::from).or_else(Failure::unless_broken_pipe)?;
        say_lines(&self.summary);
        Ok(())
    }

    fn write(&self, format: Format, output: &mut dyn Write) -> io::Result<()> {
        match format {
            Format::Text => text::write(self, output),
            Format::Json => json::write(self, output),
            Format::Github => github::write(self, output),
            Format::Gitlab => gitlab::write(self, output),
            Format::Junit => junit::write(self, output),
            Format::Sarif => sarif::write(self, output),
            Format::Markdown => markdown::write(self, output),
        }
    }
}

/// A number with its noun, as `1 file` and `2 files`.
pub(crate) fn count<N: Copy + Display + PartialEq + From<u8>>(number: N, noun: &str) -> String {
    if number == N::from(1) { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

fn severity(finding: &Finding) -> &'static str {
    match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

/// The message and the notes of a finding, a line each, whatever they hold.
fn lines(finding: &Finding) -> String {
    let notes = finding.notes.iter().map(|(label, text)| format!("\n{label}: {}", line(text)));
    std::iter::once(line(&finding.message).into_owned()).chain(notes).collect()
}

/// A path as the URL of a file below the root of a repository.
fn url(path: &str) -> String {
    let path = path.replace('\\', "/");
    path.strip_prefix("./").unwrap_or(&path).to_owned()
}

#[cfg(test)]
mod tests {
    use thoth_messaging_codegen::{Location, Severity};

    use super::{Format, Report};
    use crate::finding::Finding;

    /// A finding with everything in it that some format has to escape.
    fn report() -> Report {
        let location = Location {
            file: "schemas/a,b:c &<d>.json".to_owned(),
            line: 3,
            column: 7,
            pointer: "/properties/a~1b|c".to_owned(),
        };
        let finding = Finding {
            rule: "S0201".to_owned(),
            severity: Severity::Error,
            message: "`<x> & \"y\" | 100%` ends\r\n::error::here \u{1b}[31m]]>\u{0}".to_owned(),
            location: Some(location),
            notes: vec![("help", "write `#/$defs/Line`".to_owned())],
        };
        let everywhere = Finding { location: None, severity: Severity::Warning, ..finding.clone() };
        Report {
            command: "check",
            subjects: vec!["schemas/a,b:c &<d>.json".to_owned(), "schemas/fine.json".to_owned()],
            findings: vec![finding, everywhere],
            summary: "2 schema files checked".to_owned(),
            details: serde_json::Map::new(),
        }
    }

    fn printed(format: Format) -> String {
        let mut text = Vec::new();
        report().write(format, &mut text).unwrap();
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn json_holds_the_message_as_it_is_and_for_people_as_a_line() {
        for (format, pointer, expected) in [
            (Format::Json, "/findings/0/message", "100%` ends\r\n::error::here"),
            (Format::Gitlab, "/0/description", "100%` ends\\r\\n::error::here"),
            (Format::Sarif, "/runs/0/results/0/message/text", "100%` ends\\r\\n::error::here"),
        ] {
            let value: serde_json::Value = serde_json::from_str(&printed(format)).unwrap();
            let message = value.pointer(pointer).and_then(serde_json::Value::as_str).unwrap();
            assert!(message.contains(expected), "{format:?}: {message}");
        }
    }

    #[test]
    fn a_message_starts_no_workflow_command_of_its_own() {
        let text = printed(Format::Github);
        assert_eq!(text.lines().count(), 2, "{text}");
        assert!(text.contains("file=schemas/a%2Cb%3Ac &<d>.json,line=3,col=7"), "{text}");
        assert!(text.contains("100%25` ends\\r\\n::error::here"), "{text}");
    }

    #[test]
    fn xml_holds_no_markup_and_no_control_character_of_a_message() {
        let text = printed(Format::Junit);
        assert!(text.contains("&lt;x&gt; &amp; &quot;y&quot;"), "{text}");
        assert!(!text.contains(['\u{0}', '\u{1b}']), "{text}");
        assert!(text.contains("tests=\"3\" skipped=\"0\" failures=\"1\""), "{text}");
    }

    #[test]
    fn a_message_stays_in_its_cell_of_the_table() {
        let text = printed(Format::Markdown);
        assert!(text.contains("| `<x> & \"y\" \\| 100%` `ends\\r\\n::error::here`"), "{text}");
        assert!(text.contains("`schemas/a,b:c &<d>.json:3:7`<br>`#/properties/a~1b\\|c`"), "{text}");
    }

    #[test]
    fn a_terminal_gets_no_control_sequence_of_a_message() {
        let text = printed(Format::Text);
        assert!(!text.contains("\u{1b}[31m]]"), "{text:?}");
        assert!(text.contains("\\u{1b}[31m]]>"), "{text:?}");
    }
}
