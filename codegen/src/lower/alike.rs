//! Messages on one topic have to be told apart.

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
        diagnostics.push(
            Diagnostic::error("S0304", "the messages on this topic can't be told apart", at(*first))
                .found(format!("the same topic at {}", others.join(", ")))
                .help("give each a property that is required and a constant of its own, as a `type` or a `version`"),
        );
    }
}

fn is_told_apart(shape: Option<&Shape>) -> bool {
    let Some(Shape::Union(union)) = shape else { return false };
    !union.routes.values().any(|route| matches!(route, Route::Try { exclusive: true, .. }))
}
