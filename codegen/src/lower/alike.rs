//! Messages on one topic have to be told apart.

use serde_json::Value;

use super::define::Definitions;
use crate::diagnostic::Diagnostic;
use crate::model::{Route, Shape};
use crate::resolve::Resolved;

/// Refuses topics whose messages can't be told apart.
pub(super) fn refuse(resolved: &Resolved, definitions: &Definitions, diagnostics: &mut Vec<Diagnostic>) {
    for (number, id) in &definitions.messages {
        let [first, others @ ..] = resolved.documents[*number].files.as_slice() else { continue };
        if is_told_apart(definitions.types[id.0].shape()) {
            continue;
        }
        let at = |number: usize| resolved.documents[number].locate("/x-kafka/topic");
        let others: Vec<String> = others.iter().map(|other| at(*other).to_string()).collect();
        let found = match shared_constant(resolved, &resolved.documents[*number].files) {
            Some((name, constant)) => format!(", where `{name}` is {constant} too"),
            None => String::new(),
        };
        diagnostics.push(
            Diagnostic::error("S0304", "the messages on this topic can't be told apart", at(*first))
                .found(format!("the same topic at {}{found}", others.join(", ")))
                .help("give each a property that is required and a constant of its own, as a `type` or a `version`"),
        );
    }
}

/// A constant that two files have for one property, by the name of that.
fn shared_constant<'a>(resolved: &'a Resolved, files: &[usize]) -> Option<(&'a str, &'a Value)> {
    let constants = files.iter().flat_map(|file| {
        let properties = resolved.documents[*file].value.get("properties").and_then(Value::as_object);
        properties.into_iter().flatten().filter_map(|(name, schema)| Some((name.as_str(), schema.get("const")?)))
    });
    let mut known = Vec::new();
    for constant in constants {
        if known.contains(&constant) {
            return Some(constant);
        }
        known.push(constant);
    }
    None
}

fn is_told_apart(shape: Option<&Shape>) -> bool {
    let Some(Shape::Union(union)) = shape else { return false };
    !union.routes.values().any(|route| matches!(route, Route::Try { exclusive: true, .. }))
}
