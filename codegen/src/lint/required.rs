//! Required members that are misspelt, or can't be there.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};
use thoth_messaging_documents::keywords;
use thoth_messaging_documents::near::nearest;
use thoth_messaging_documents::pointer::segments;

use super::Subject;
use super::values::ValueSchemas;
use crate::diagnostic::Diagnostic;
use crate::resolve::Place;

/// More names than these, for one schema, nobody misspelt one by one.
const MAX_PAIRS: usize = 100_000;

pub(super) fn misspelt_required(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let properties = |schema: &'_ serde_json::Map<String, Value>| {
        let properties = schema.get("properties").and_then(Value::as_object);
        properties.into_iter().flatten().map(|(name, _)| name.clone()).collect::<Vec<_>>()
    };
    // A name that some schema declares is one, wherever that is.
    let known: BTreeSet<String> = subject.schemas.places.iter().flat_map(|(_, schema)| properties(schema)).collect();
    let mut names: BTreeMap<Place, Vec<String>> = BTreeMap::new();
    for (place, schema) in subject.schemas.speaking() {
        let required = schema.get("required").and_then(Value::as_array).into_iter().flatten().enumerate();
        let unknown = required.filter_map(|(index, name)| Some((index, name.as_str()?)));
        let unknown: Vec<(usize, &str)> = unknown.filter(|(_, name)| !known.contains(*name)).collect();
        if unknown.is_empty() {
            continue;
        }
        let around = std::iter::successors(Some((*place).clone()), |inner| outer(subject, inner));
        let around: Vec<Place> = around.collect();
        for place in &around {
            // Many branches are in one schema.
            names.entry(place.clone()).or_insert_with(|| {
                let value = subject.schemas.value(place);
                value.schemas.iter().flat_map(|(_, schema)| properties(schema)).collect()
            });
        }
        let declared: Vec<&str> = around.iter().flat_map(|place| &names[place]).map(String::as_str).collect();
        if unknown.len() * declared.len() > MAX_PAIRS {
            continue;
        }
        for (index, name) in unknown {
            let Some(meant) = nearest(declared.iter().copied(), name) else { continue };
            let pointer = place.pointer.join("required").join(&index.to_string());
            found.push(
                Diagnostic::warning(
                    "L0311",
                    format!("`{name}` is required, and no property has that name"),
                    subject.resolved.document(place).locate(&pointer),
                )
                .help(format!("write `{meant}`, or declare `{name}` in `properties`")),
            );
        }
    }
}

/// The schema around one that speaks of the same value.
fn outer(subject: &Subject<'_>, place: &Place) -> Option<Place> {
    let mut outer = place.parent()?;
    if subject.resolved.find(&outer).is_none() {
        outer = outer.parent()?;
    }
    let inner = place.pointer.strip_prefix(&*outer.pointer)?;
    let is_in_place = segments(inner).next().is_some_and(|keyword| keywords::is_in_place(&keyword));
    is_in_place.then(|| subject.resolved.find(&outer).cloned()).flatten()
}

pub(super) fn required_false(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for value in subject.schemas.values() {
        for (place, index, name) in required(&value) {
            let mut declared = value.members("properties");
            let refusing = declared.find(|(_, declared, schema)| *declared == name && refuses_all(schema));
            let Some((refusing, _, schema)) = refusing else { continue };
            let pointer = place.pointer.join("required").join(&index.to_string());
            found.push(
                Diagnostic::warning(
                    "L0314",
                    format!("`{name}` is required, and its schema is `{schema}`: no object is valid"),
                    subject.resolved.document(place).locate(&pointer),
                )
                .found(format!("`{schema}` at {}", subject.at(&refusing.join("properties"), name)))
                .help("leave it out of `required`, or let its schema accept something"),
            );
        }
    }
}

/// Returns whether a schema is one of those that say no more than that.
fn refuses_all(schema: &Value) -> bool {
    let denied = || schema.as_object().filter(|members| members.len() == 1)?.get("not");
    let is_open = |schema: &Value| schema.as_bool() == Some(true) || schema.as_object().is_some_and(Map::is_empty);
    *schema == Value::Bool(false) || denied().is_some_and(is_open)
}

/// The names that the schemas of a value require, with the place of each.
pub(super) fn required<'a>(value: &'a ValueSchemas<'a>) -> impl Iterator<Item = (&'a Place, usize, &'a str)> {
    value.schemas.iter().flat_map(|(place, schema)| {
        let names = schema.get("required").and_then(Value::as_array).into_iter().flatten().enumerate();
        names.filter_map(move |(index, name)| Some((place, index, name.as_str()?)))
    })
}
