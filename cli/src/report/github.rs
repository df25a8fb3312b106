//! Workflow commands of GitHub Actions, which shows them at the lines of a change.

use std::io::{self, Write};

use thoth_messaging_documents::foreign::github::{data, property};

use super::{Report, lines, severity, url};

pub(super) fn write(report: &Report, output: &mut dyn Write) -> io::Result<()> {
    for finding in &report.findings {
        let mut place = String::new();
        if let Some(location) = &finding.location {
            let file = property(&url(&location.file));
            place = format!("file={file},line={},col={},", location.line, location.column);
        }
        let (title, text) = (property(&finding.rule), data(&lines(finding)));
        writeln!(output, "::{} {place}title={title}::{text}", severity(finding))?;
    }
    Ok(())
}
