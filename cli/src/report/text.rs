//! For people: the form of compilers, in colours.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use thoth_messaging_codegen::Severity;

use super::{Report, severity};
use crate::finding::Finding;

const BOLD: Style = Style::new().bold();
const BLUE: Style = AnsiColor::Blue.on_default().bold();

pub(super) fn write(report: &Report, output: &mut dyn Write) -> io::Result<()> {
    report.findings.iter().try_for_each(|finding| write_finding(finding, output))
}

fn write_finding(finding: &Finding, output: &mut dyn Write) -> io::Result<()> {
    let style = match finding.severity {
        Severity::Error => AnsiColor::Red.on_default().bold(),
        Severity::Warning => AnsiColor::Yellow.on_default().bold(),
    };
    let (severity, rule, message) = (severity(finding), printable(&finding.rule), printable(&finding.message));
    writeln!(output, "{style}{severity}[{rule}]{style:#}{BOLD}: {message}{BOLD:#}")?;
    if let Some(location) = &finding.location {
        writeln!(output, "  {BLUE}-->{BLUE:#} {}", printable(&location.to_string()))?;
    }
    for (label, text) in &finding.notes {
        let mut lines = text.lines();
        writeln!(output, "   {BLUE}={BLUE:#} {label}: {}", printable(lines.next().unwrap_or_default()))?;
        let indent = " ".repeat(label.len() + 2);
        lines.try_for_each(|line| writeln!(output, "     {indent}{}", printable(line)))?;
    }
    writeln!(output)
}

/// Escapes control characters: a text from a file must not control the terminal.
pub(crate) fn printable(text: &str) -> String {
    let escaped = |char: char| if char.is_control() { char.escape_default().to_string() } else { char.to_string() };
    text.chars().map(escaped).collect()
}
