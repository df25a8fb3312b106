//! SARIF 2.1.0, the format of code scanning.

use std::collections::BTreeSet;
use std::io::{self, Write};

use serde_json::{Map, Value, json};
use thoth_messaging_documents::uri::encode_path;

use super::{Report, gitlab, lines, severity, url};
use crate::context::write_json;
use crate::explain;
use crate::finding::Finding;

pub(super) fn write(report: &Report, output: &mut dyn Write) -> io::Result<()> {
    let rules: BTreeSet<&str> = report.findings.iter().map(|finding| finding.rule.as_str()).collect();
    let rules: Vec<Value> = rules.into_iter().map(rule).collect();
    let results: Vec<Value> = report.findings.iter().map(result).collect();
    let driver = json!({
        "name": "thoth-messaging",
        "version": env!("CARGO_PKG_VERSION"),
        "informationUri": env!("CARGO_PKG_REPOSITORY"),
        "rules": rules,
    });
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}],
    });
    write_json(&document, output)
}

fn rule(id: &str) -> Value {
    match explain::page(id) {
        Some(page) => json!({
            "id": id,
            "shortDescription": {"text": page.title},
            "help": {"text": page.text, "markdown": page.text},
        }),
        None => json!({"id": id}),
    }
}

fn result(finding: &Finding) -> Value {
    let mut result = Map::new();
    result.insert("ruleId".to_owned(), finding.rule.as_str().into());
    result.insert("level".to_owned(), severity(finding).into());
    result.insert("message".to_owned(), json!({"text": without_links(&lines(finding))}));
    result.insert("partialFingerprints".to_owned(), json!({"finding/v1": gitlab::fingerprint(finding)}));
    if let Some((_, why)) = finding.notes.iter().find(|(label, _)| *label == Finding::WAIVED) {
        result.insert("suppressions".to_owned(), json!([{"kind": "external", "justification": why}]));
    }
    if let Some(location) = &finding.location {
        let region = json!({"startLine": location.line, "startColumn": location.column});
        let place = json!({"artifactLocation": {"uri": encode_path(&url(&location.file))}, "region": region});
        let logical = json!([{"fullyQualifiedName": format!("#{}", location.pointer)}]);
        result.insert("locations".to_owned(), json!([{"physicalLocation": place, "logicalLocations": logical}]));
    }
    result.into()
}

/// A message of SARIF without the links that one can hold, `[text](target)`: brackets that are text have a backslash there.
fn without_links(text: &str) -> String {
    if text.contains("](") { text.replace('[', "\\[").replace(']', "\\]") } else { text.to_owned() }
}
