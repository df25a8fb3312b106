//! One JSON document, for programs.

use std::io::{self, Write};

use serde_json::{Map, Value};

use super::{Report, severity};
use crate::context::write_json;
use crate::finding::Finding;

pub(super) fn write(report: &Report, output: &mut dyn Write) -> io::Result<()> {
    let findings: Vec<Value> = report.findings.iter().map(finding).collect();
    let mut document = Map::new();
    document.insert("command".to_owned(), report.command.into());
    document.insert("findings".to_owned(), findings.into());
    document.insert("summary".to_owned(), report.summary.as_str().into());
    document.extend(report.details.clone());
    write_json(&document, output)
}

fn finding(finding: &Finding) -> Value {
    let mut members = Map::new();
    members.insert("rule".to_owned(), finding.rule.as_str().into());
    members.insert("severity".to_owned(), severity(finding).into());
    members.insert("message".to_owned(), finding.message.as_str().into());
    if let Some(location) = &finding.location {
        members.insert("file".to_owned(), location.file.as_str().into());
        members.insert("line".to_owned(), location.line.into());
        members.insert("column".to_owned(), location.column.into());
        members.insert("pointer".to_owned(), location.pointer.as_str().into());
    }
    for (label, text) in &finding.notes {
        // A label may come twice.
        let notes = members.entry((*label).to_owned()).or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(notes) = notes {
            notes.push(text.as_str().into());
        }
    }
    members.into()
}
