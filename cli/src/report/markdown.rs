//! A table in GitHub's Markdown, for the summary of a job or a comment.

use std::io::{self, Write};

use super::{Report, severity};
use crate::finding::Finding;

pub(super) fn write(report: &Report, output: &mut dyn Write) -> io::Result<()> {
    writeln!(output, "### thoth-messaging {}\n\n{}", report.command, cell(&report.summary))?;
    if report.findings.is_empty() {
        return Ok(());
    }
    writeln!(output, "\n| | rule | where | what |\n|---|---|---|---|")?;
    for finding in &report.findings {
        let (severity, rule) = (severity(finding), cell(&finding.rule));
        writeln!(output, "| {severity} | {rule} | {} | {} |", place(finding), what(finding))?;
    }
    Ok(())
}

fn place(finding: &Finding) -> String {
    let Some(location) = &finding.location else { return String::new() };
    let pointer = if location.pointer.is_empty() { String::new() } else { format!("<br>#{}", cell(&location.pointer)) };
    let place = cell(&format!("{}:{}:{}", location.file, location.line, location.column));
    place + &pointer
}

fn what(finding: &Finding) -> String {
    let notes = finding.notes.iter().map(|(label, text)| format!("<br>{label}: {}", cell(text)));
    std::iter::once(cell(&finding.message)).chain(notes).collect()
}

/// A text in a cell: no markup of its own but `code`.
pub(crate) fn cell(text: &str) -> String {
    let mut cell = String::with_capacity(text.len());
    for char in text.trim_end().chars() {
        match char {
            '|' => cell.push_str("\\|"),
            '<' => cell.push_str("&lt;"),
            '>' => cell.push_str("&gt;"),
            '&' => cell.push_str("&amp;"),
            '\n' => cell.push_str("<br>"),
            char if char.is_control() => cell.extend(char.escape_default()),
            char => cell.push(char),
        }
    }
    cell
}
