//! A JUnit report: a test case for each file that was looked at, which fails where an error was found in it.

use std::collections::BTreeMap;
use std::io::{self, Write};

use quick_junit::{NonSuccessKind, Report as Junit, TestCase, TestCaseStatus, TestSuite};
use thoth_messaging_documents::foreign::line;

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
    let mut suite = TestSuite::new(format!("thoth-messaging {}", report.command));
    suite.add_test_cases(cases.into_iter().map(|(subject, findings)| test_case(report.command, subject, &findings)));
    let mut document = Junit::unnamed();
    document.add_test_suite(suite);
    // As a text first: the library would hide that nobody reads standard output any more.
    let text = document.to_string().map_err(io::Error::other)?;
    output.write_all(text.as_bytes())
}

/// A test case has one failure, of the first error; its text holds them all.
fn test_case(command: &str, subject: &str, findings: &[&Finding]) -> TestCase {
    let (errors, warnings): (Vec<&Finding>, Vec<&Finding>) =
        findings.iter().copied().partition(|finding| finding.is_error());
    let mut status = TestCaseStatus::success();
    if let Some(first) = errors.first() {
        status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        let more = if errors.len() > 1 { format!(" (and {} more)", errors.len() - 1) } else { String::new() };
        status
            .set_type(line(&first.rule))
            .set_message(line(&first.message).into_owned() + &more)
            .set_description(text(&errors));
    }
    let mut case = TestCase::new(line(subject), status);
    case.set_classname(command);
    if !warnings.is_empty() {
        case.set_system_out(text(&warnings));
    }
    case
}

fn text(findings: &[&Finding]) -> String {
    let text = |finding: &&Finding| {
        let place = finding.location.as_ref().map_or_else(String::new, |location| format!("\n{location}"));
        format!("{}: {}{place}", line(&finding.rule), lines(finding))
    };
    findings.iter().map(text).collect::<Vec<_>>().join("\n\n")
}
