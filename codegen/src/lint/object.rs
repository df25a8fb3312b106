//! Objects: which members they may have, and which they can't.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use thoth_messaging_documents::pattern::compile;

use super::Subject;
use super::required::required;
use super::values::ValueSchemas;
use crate::diagnostic::Diagnostic;
use crate::resolve::Place;

pub(super) fn open_object(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let mut known = BTreeSet::new();
    for value in subject.schemas.values().filter(|value| !value.is_in_branch()) {
        let declaring = value.schemas.iter().find(|(_, schema)| schema.contains_key("properties"));
        let Some((place, _)) = declaring else { continue };
        if value.any_has(&["additionalProperties", "unevaluatedProperties"]) || !known.insert(place.clone()) {
            continue;
        }
        found.push(
            Diagnostic::warning(
                "L0201",
                "this object takes any other member too, and says nothing of it",
                subject.resolved.document(place).locate(&place.pointer),
            )
            .help(
                "say `\"additionalProperties\": false` to refuse others (or `unevaluatedProperties`, beside `allOf` and \
                 `$ref`), or `true` to keep them",
            ),
        );
    }
}

/// A schema that refuses members by `additionalProperties`, which sees only what its own schema declares.
struct Closed<'a> {
    place: &'a Place,
    schema: &'a Map<String, Value>,
    /// Of `patternProperties`.
    patterns: Vec<fancy_regex::Regex>,
}

impl<'a> Closed<'a> {
    fn all(value: &'a ValueSchemas<'a>) -> impl Iterator<Item = Self> {
        let closed = value.schemas.iter();
        let closed = closed.filter(|(_, schema)| schema.get("additionalProperties") == Some(&Value::Bool(false)));
        closed.map(|(place, schema)| {
            let patterns = schema.get("patternProperties").and_then(Value::as_object).into_iter().flatten();
            let patterns = patterns.filter_map(|(pattern, _)| compile(pattern).ok());
            Self { place, schema, patterns: patterns.collect() }
        })
    }

    fn refuses(&self, name: &str) -> bool {
        let is_declared = self.schema.get("properties").is_some_and(|properties| properties.get(name).is_some());
        !is_declared && !self.patterns.iter().any(|pattern| pattern.is_match(name).unwrap_or(true))
    }
}

pub(super) fn required_undeclared(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for value in subject.schemas.values() {
        for closed in Closed::all(&value) {
            for (place, index, name) in required(&value).filter(|(_, _, name)| closed.refuses(name)) {
                let location = subject.resolved.document(place).locate(&format!("{}/required/{index}", place.pointer));
                found.push(
                    Diagnostic::warning(
                        "L0304",
                        format!("`{name}` is required, and refused: no object is valid"),
                        location,
                    )
                    .found(refusal(subject, &closed))
                    .help("declare it in `properties` there"),
                );
            }
        }
    }
}

pub(super) fn refused_property(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for value in subject.schemas.values() {
        for closed in Closed::all(&value) {
            let is_required = |name: &str| required(&value).any(|(_, _, required)| required == name);
            let refused = value.members("properties").filter(|(_, name, schema)| {
                **schema != Value::Bool(false) && closed.refuses(name) && !is_required(name)
            });
            for (place, name, _) in refused {
                let declared = subject.at(&place.join("properties"), name);
                let message = format!("this refuses `{name}`, which a schema beside it declares");
                found.push(
                    Diagnostic::warning("L0309", message, subject.at(closed.place, "additionalProperties"))
                        .found(format!("`{name}` is declared at {declared}"))
                        .help(
                            "write `unevaluatedProperties`, which sees through `allOf` and `$ref` (2019-09 and later)",
                        ),
                );
            }
        }
    }
}

fn refusal(subject: &Subject<'_>, closed: &Closed<'_>) -> String {
    format!("`additionalProperties` is `false` at {}", subject.at(closed.place, "additionalProperties"))
}
