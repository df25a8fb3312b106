//! A JUnit report: a test case for each file that was looked at, which fails where something was found in it.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::{Report, lines};
use crate::finding::Finding;

pub(super) fn write(report: &Report, output: &mut dyn Write) -> io::Result<()> {
    let mut cases: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for subject in &report.subjects {
        cases.entry(subject).or_default();
    }
    for finding in &report.findings {
        let subject = finding.location.as_ref().map_or(report.command, |location| location.file.as_str());
        cases.entry(subject).or_default().push(finding);
    }
    let failures = cases.values().filter(|findings| findings.iter().any(|finding| finding.is_error())).count();
    let (command, tests) = (report.command, cases.len());
    writeln!(output, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(output, "<testsuites>")?;
    writeln!(output, "  <testsuite name=\"thoth-messaging {command}\" tests=\"{tests}\" failures=\"{failures}\">")?;
    for (subject, findings) in cases {
        write_case(command, subject, &findings, output)?;
    }
    writeln!(output, "  </testsuite>\n</testsuites>")
}

fn write_case(command: &str, subject: &str, findings: &[&Finding], output: &mut dyn Write) -> io::Result<()> {
    writeln!(output, "    <testcase classname=\"{command}\" name=\"{}\">", escaped(subject))?;
    for finding in findings {
        let text = escaped(&text(finding));
        if finding.is_error() {
            let (rule, message) = (escaped(&finding.rule), escaped(&finding.message));
            writeln!(output, "      <failure type=\"{rule}\" message=\"{message}\">{text}</failure>")?;
        } else {
            writeln!(output, "      <system-out>{text}</system-out>")?;
        }
    }
    writeln!(output, "    </testcase>")
}

fn text(finding: &Finding) -> String {
    let place = finding.location.as_ref().map_or_else(String::new, |location| format!("\n{location}"));
    format!("{}: {}{place}", finding.rule, lines(finding))
}

/// XML has no way to write most control characters.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push_str("&#10;"),
            '\t' => escaped.push_str("&#9;"),
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            char if char.is_control() => escaped.extend(char.escape_default()),
            char => escaped.push(char),
        }
    }
    escaped
}
