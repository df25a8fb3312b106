//! For people: the form of compilers, in colours.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use thoth_messaging_codegen::Severity;
use thoth_messaging_documents::foreign::line;

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
    let (severity, rule, message) = (severity(finding), line(&finding.rule), line(&finding.message));
    writeln!(output, "{style}{severity}[{rule}]{style:#}{BOLD}: {message}{BOLD:#}")?;
    if let Some(location) = &finding.location {
        writeln!(output, "  {BLUE}-->{BLUE:#} {location}")?;
    }
    for (label, text) in &finding.notes {
        writeln!(output, "   {BLUE}={BLUE:#} {label}: {}", line(text))?;
    }
    writeln!(output)
}
