//! Messages on one topic have to be told apart.

use std::collections::BTreeMap;

use serde_json::Value;

use super::define::Definitions;
use crate::diagnostic::{Diagnostic, Location};
use crate::json::canonical;
use crate::model::{Route, Shape};
use crate::resolve::{Place, Resolved};

/// Refuses topics whose messages can't be told apart.
pub(super) fn refuse(resolved: &Resolved, definitions: &Definitions, diagnostics: &mut Vec<Diagnostic>) {
    for (number, id) in &definitions.messages {
        let [first, others @ ..] = resolved.documents[*number].files.as_slice() else { continue };
        if is_told_apart(definitions.types[id.0].shape()) {
            continue;
        }
        diagnostics.push(refusal(resolved, *first, others));
    }
}

fn refusal(resolved: &Resolved, first: usize, others: &[usize]) -> Diagnostic {
    let at = |number: usize| resolved.documents[number].locate("/x-kafka/topic");
    let message = "the messages on this topic can't be told apart";
    let constants: Vec<Constant<'_>> =
        std::iter::once(&first).chain(others).flat_map(|file| constants(resolved, *file)).collect();
    if let Some((one, other)) = colliding(&constants) {
        let Constant { name, value, .. } = other;
        return Diagnostic::error("S0304", message, other.location(resolved))
            .found(format!("`{name}` is {value} here, and at {} too", one.location(resolved)))
            .help(format!("give `{name}` another constant in one of them, or one of them a topic of its own"));
    }
    let others: Vec<String> = others.iter().map(|other| at(*other).to_string()).collect();
    Diagnostic::error("S0304", message, at(first))
        .found(format!("the same topic at {}", others.join(", ")))
        .help("give each a property that is required and a constant of its own, as a `type` or a `version`")
}

/// A constant of a property of a file.
struct Constant<'a> {
    file: usize,
    name: &'a str,
    value: &'a Value,
    place: Place,
}

impl Constant<'_> {
    fn location(&self, resolved: &Resolved) -> Location {
        resolved.document(&self.place).locate(&self.place.pointer)
    }
}

/// The constants of the properties of a file, also behind a `$ref`.
fn constants(resolved: &Resolved, file: usize) -> Vec<Constant<'_>> {
    let root = Place::root(file).join("properties");
    let properties = resolved.documents[file].value.get("properties").and_then(Value::as_object);
    let mut found = Vec::new();
    for name in properties.into_iter().flatten().map(|(name, _)| name.as_str()) {
        let mut place = root.join(name);
        // No circle of references is left, as it would be an error; this ends whatever comes.
        for _ in 0..MAX_REFERENCES {
            let Some(target) = resolved.target(&place) else { break };
            place = target.clone();
        }
        let schema = resolved.schema(&place);
        let all = place.join("enum");
        let listed = schema.get("enum").and_then(Value::as_array).into_iter().flatten().enumerate();
        let listed = listed.map(|(index, value)| (value, all.join(&index.to_string())));
        let only = schema.get("const").map(|value| (value, place.join("const")));
        found.extend(only.into_iter().chain(listed).map(|(value, place)| Constant { file, name, value, place }));
    }
    found
}

const MAX_REFERENCES: usize = 16;

/// Two constants of two files that are the same, for one property.
fn colliding<'c, 'a>(constants: &'c [Constant<'a>]) -> Option<(&'c Constant<'a>, &'c Constant<'a>)> {
    let mut known: BTreeMap<(&str, String), &'c Constant<'a>> = BTreeMap::new();
    constants.iter().find_map(|constant| {
        let first = *known.entry((constant.name, canonical(constant.value))).or_insert(constant);
        (first.file != constant.file).then_some((first, constant))
    })
}

fn is_told_apart(shape: Option<&Shape>) -> bool {
    let Some(Shape::Union(union)) = shape else { return false };
    !union.routes.values().any(|route| matches!(route, Route::Try { exclusive: true, .. }))
}
