//! Examples inside of a schema. Those of a message are checked whenever it is generated (S0406).

use serde_json::Value;

use super::Subject;
use crate::diagnostic::Diagnostic;
use crate::oracle::Oracle;

pub(super) fn example_refused(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let resolved = subject.resolved;
    let oracle = Oracle::new(resolved, subject.options.formats.asserts());
    let inner = subject.schemas.speaking().filter(|(place, _)| !place.pointer.is_empty());
    for (place, schema) in inner {
        let examples = schema.get("examples").and_then(Value::as_array).into_iter().flatten();
        for (index, example) in examples.enumerate() {
            for (path, reason) in oracle.refusals(place, example) {
                let pointer = format!("{}/examples/{index}{path}", place.pointer);
                let location = resolved.document(place).locate(&pointer);
                found.push(
                    Diagnostic::warning("L0310", format!("this example is not valid: {reason}"), location)
                        .help("correct the example, or the schema"),
                );
            }
        }
    }
}
