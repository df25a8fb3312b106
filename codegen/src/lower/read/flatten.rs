//! From the places of a value's schemas to those that say something themselves.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use thoth_messaging_documents::Draft;

use crate::diagnostic::Diagnostic;
use crate::format::Format;
use crate::resolve::{Place, Resolved};
use thoth_messaging_documents::keywords::{self, Role};

/// More schemas than this never lead from one to the next on purpose.
pub(super) const MAX_DEPTH: usize = 128;

/// The places that say something themselves, in the order of the schemas: `$ref` and `allOf` are followed. `format`
/// asserts, or does not.
pub(super) fn flatten(
    resolved: &Resolved,
    asserts: bool,
    places: &[Place],
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Place> {
    let mut walk = Walk { resolved, asserts, diagnostics, cores: Vec::new(), open: Vec::new(), done: BTreeSet::new() };
    for place in places {
        walk.follow(place);
    }
    walk.cores
}

/// A walk through `$ref` and `allOf`.
struct Walk<'w> {
    resolved: &'w Resolved,
    asserts: bool,
    diagnostics: &'w mut Vec<Diagnostic>,
    cores: Vec<Place>,
    /// On the way to the place at hand.
    open: Vec<Place>,
    done: BTreeSet<Place>,
}

impl Walk<'_> {
    fn follow(&mut self, place: &Place) {
        // A circle was refused before.
        if self.open.contains(place) {
            return;
        }
        if self.open.len() >= MAX_DEPTH {
            return self.refuse(place);
        }
        if !self.done.insert(place.clone()) {
            return;
        }
        self.open.push(place.clone());
        match self.resolved.schema(place) {
            Value::Object(schema) => self.follow_schema(place, schema),
            Value::Bool(false) => self.cores.push(place.clone()),
            _ => {}
        }
        self.open.pop();
    }

    fn follow_schema(&mut self, place: &Place, schema: &Map<String, Value>) {
        let draft = self.resolved.draft(place);
        let targets: Vec<Place> = self.resolved.targets(place).cloned().collect();
        if keywords::ref_stands_alone(draft) && schema.contains_key("$ref") {
            return targets.iter().for_each(|target| self.follow(target));
        }
        // Members come in the order of the text: those of `allOf` before or after those of `properties`.
        let mut pushed = false;
        for (name, value) in schema {
            match (name.as_str(), value) {
                ("$ref" | "$dynamicRef" | "$recursiveRef", _) => targets.iter().for_each(|target| self.follow(target)),
                ("allOf", Value::Array(branches)) => (0..branches.len()).for_each(|index| {
                    self.follow(&place.join("allOf").join(&index.to_string()));
                }),
                ("properties", _) if !pushed => {
                    self.cores.push(place.clone());
                    pushed = true;
                }
                _ => {}
            }
        }
        if !pushed && schema.iter().any(|(name, value)| says_something(draft, self.asserts, name, value)) {
            self.cores.push(place.clone());
        }
    }

    fn refuse(&mut self, place: &Place) {
        let location = self.resolved.document(place).locate(&place.pointer);
        let message = format!("more than {MAX_DEPTH} schemas lead from one to the next");
        self.diagnostics
            .push(Diagnostic::error("S0206", message, location).help("refer to what is meant more directly"));
    }
}

/// Tells whether a schema says nothing about values but by one keyword, where `format` asserts or does not.
pub(super) fn says_only(draft: Draft, asserts: bool, schema: &Value, keyword: &str) -> bool {
    let others = schema.as_object().into_iter().flatten().filter(|(name, _)| *name != keyword);
    others
        .into_iter()
        .all(|(name, value)| !says_something(draft, asserts, name, value) && !matches!(name.as_str(), "$ref" | "allOf"))
}

/// Tells whether a keyword makes its schema one that refuses values itself.
fn says_something(draft: Draft, asserts: bool, name: &str, value: &Value) -> bool {
    let Some(keyword) = keywords::find(draft, name) else { return false };
    match keyword.role {
        Role::Annotation if name == "format" => asserts && Format::of_value(draft, value).is_some(),
        Role::Core | Role::Annotation => false,
        Role::SchemaMap => matches!(name, "properties" | "patternProperties" | "dependentSchemas"),
        _ => name != "allOf",
    }
}
