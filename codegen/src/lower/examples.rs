//! Examples: each has to be valid.

use serde_json::Value;

use super::read::SchemaReader;
use crate::diagnostic::Diagnostic;
use crate::resolve::Place;

/// Reports the `examples` of a document that its schema refuses.
pub(super) fn check(reader: &mut SchemaReader<'_, '_>) {
    for (number, document) in reader.resolved.documents.iter().enumerate() {
        let Some(examples) = document.value.get("examples").and_then(Value::as_array) else { continue };
        let root = Place::root(number);
        for (index, example) in examples.iter().enumerate() {
            for (path, reason) in reader.refusals(&root, example) {
                let location = document.locate(&format!("/examples/{index}{path}"));
                reader.diagnostics.push(
                    Diagnostic::warning("S0406", format!("this example is not valid: {reason}"), location)
                        .help("correct the example, or the schema"),
                );
            }
        }
    }
}
