//! Whether schemas say what their values are for.

use serde_json::Value;

use super::Subject;
use crate::diagnostic::Diagnostic;

pub(super) fn message_without_description(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for message in subject.schemas.messages().filter(|message| !message.any_has(&["description"])) {
        found.push(
            Diagnostic::warning("L0101", "this message has no description", subject.at_root(&message))
                .help("say in `description` what has happened when it is sent, who sends it and who reads it"),
        );
    }
}

pub(super) fn property_without_description(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for value in subject.schemas.values() {
        let Some(name) = value.property_name() else { continue };
        if !value.is_in_branch() && !value.any_has(&["description", "const"]) {
            let location = subject.resolved.document(&value.place).locate(&value.place.pointer);
            found.push(
                Diagnostic::warning("L0102", format!("the property `{name}` has no description"), location)
                    .help("say in `description` what it means, and its unit where it has one"),
            );
        }
    }
}

pub(super) fn no_examples(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let has_example = |examples: &Value| examples.as_array().is_some_and(|examples| !examples.is_empty());
    for message in subject.schemas.messages() {
        let own = message.schemas.iter().filter(|(place, _)| *place == message.place);
        if !own.into_iter().any(|(_, schema)| schema.get("examples").is_some_and(has_example)) {
            found.push(
                Diagnostic::warning("L0103", "this message has no examples", subject.at_root(&message))
                    .help("add one to `examples`: it is checked, and it is what a reader looks at first"),
            );
        }
    }
}
