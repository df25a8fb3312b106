//! The code quality report of GitLab, which shows it in a merge request.

use std::io::{self, Write};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use thoth_messaging_codegen::Severity;

use super::{Report, lines, url};
use crate::context::write_json;
use crate::finding::Finding;

pub(super) fn write(report: &Report, output: &mut dyn Write) -> io::Result<()> {
    let issues: Vec<Value> = report.findings.iter().map(issue).collect();
    write_json(&issues, output)
}

fn issue(finding: &Finding) -> Value {
    let (path, line) = match &finding.location {
        Some(location) => (url(&location.file), location.line),
        // GitLab takes no issue without a place.
        None => (".".to_owned(), 1),
    };
    let severity = match finding.severity {
        Severity::Error => "major",
        Severity::Warning => "minor",
    };
    json!({
        "check_name": finding.rule,
        "description": lines(finding),
        "fingerprint": fingerprint(finding),
        "severity": severity,
        "location": {"path": path, "lines": {"begin": line}},
    })
}

/// The same finding has the same one after lines above it came or went.
pub(super) fn fingerprint(finding: &Finding) -> String {
    let place = finding.location.as_ref().map(|location| (&location.file, &location.pointer));
    let digest = Sha256::digest(format!("{}\n{place:?}\n{}", finding.rule, finding.message));
    digest.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}
