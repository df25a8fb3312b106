//! `x-lint-allow`: lints that a schema wants silent.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::diagnostic::Diagnostic;
use crate::lints::{Lint, find};
use crate::parse::Document;

/// Takes away what the schemas allow.
pub(crate) fn without_allowed(documents: &[Document], diagnostics: &mut Vec<Diagnostic>) {
    let files = documents.iter().map(|document| (document.source.origin.as_str(), document));
    let files: BTreeMap<_, _> = files.collect();
    diagnostics.retain(|diagnostic| {
        let Some((lint, location)) = diagnostic.lint().zip(diagnostic.location.as_ref()) else { return true };
        files.get(location.file.as_str()).is_none_or(|document| !is_allowed(&document.value, &location.pointer, lint))
    });
}

/// Returns whether a schema on the way to a place allows a lint.
fn is_allowed(schema: &Value, pointer: &str, lint: &Lint) -> bool {
    let ends = pointer.match_indices('/').map(|(end, _)| end).chain([pointer.len()]);
    ends.into_iter().any(|end| {
        let allowed = schema.pointer(&pointer[..end]).and_then(|schema| schema.get("x-lint-allow")?.as_array());
        let mut names = allowed.into_iter().flatten().filter_map(Value::as_str);
        names.any(|name| find(name).is_ok_and(|found| found == lint))
    })
}
