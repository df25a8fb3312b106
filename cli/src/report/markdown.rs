//! A table in GitHub's Markdown, for the summary of a job or a comment.

use std::io::{self, Write};

use thoth_messaging_documents::foreign::markdown::{cell, code_in_cell};

use super::{Report, severity};
use crate::finding::Finding;

pub(super) fn write(report: &Report, output: &mut dyn Write) -> io::Result<()> {
    let summary: Vec<_> = report.summary.lines().map(cell).collect();
    writeln!(output, "### thoth-messaging {}\n\n{}", report.command, summary.join("<br>"))?;
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
    let pointer = if location.pointer.is_empty() {
        String::new()
    } else {
        format!("<br>{}", code_in_cell(&format!("#{}", location.pointer)))
    };
    let place = code_in_cell(&format!("{}:{}:{}", location.file, location.line, location.column));
    place + &pointer
}

fn what(finding: &Finding) -> String {
    let notes = finding.notes.iter().map(|(label, text)| format!("<br>{label}: {}", cell(text)));
    std::iter::once(cell(&finding.message)).chain(notes).collect()
}
