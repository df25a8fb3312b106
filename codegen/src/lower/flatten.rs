//! From the places of a value's schemas to those that say something themselves, and the annotations on the way.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use thoth_messaging_documents::Draft;
use thoth_messaging_documents::keywords::{self, Role};

use super::Lowering;
use crate::diagnostic::Diagnostic;
use crate::format::Format;
use crate::resolve::Place;

/// More schemas than this never lead from one to the next on purpose.
const MAX_DEPTH: usize = 128;

/// A walk through `$ref` and `allOf`.
#[derive(Default)]
struct Walk {
    cores: Vec<Place>,
    /// On the way to the place at hand.
    open: Vec<Place>,
    done: BTreeSet<Place>,
}

impl<'a> Lowering<'a> {
    /// The places that say something themselves, in the order of the schemas: `$ref` and `allOf` are followed.
    pub(super) fn flatten(&mut self, places: &[Place]) -> Vec<Place> {
        let mut walk = Walk::default();
        for place in places {
            self.follow(place, &mut walk);
        }
        walk.cores
    }

    fn follow(&mut self, place: &Place, walk: &mut Walk) {
        // A circle was refused before.
        if walk.open.contains(place) {
            return;
        }
        if walk.open.len() >= MAX_DEPTH {
            let message = format!("more than {MAX_DEPTH} schemas lead from one to the next");
            return self.refuse_way(place, &message, "refer to what is meant more directly");
        }
        if !walk.done.insert(place.clone()) {
            return;
        }
        walk.open.push(place.clone());
        match self.resolved.schema(place) {
            Value::Object(schema) => self.follow_schema(place, schema, walk),
            Value::Bool(false) => walk.cores.push(place.clone()),
            _ => {}
        }
        walk.open.pop();
    }

    fn follow_schema(&mut self, place: &Place, schema: &Map<String, Value>, walk: &mut Walk) {
        let (draft, asserts) = (self.resolved.draft(place), self.formats.asserts());
        let targets: Vec<Place> = self.resolved.targets(place).cloned().collect();
        if keywords::ref_stands_alone(draft) && schema.contains_key("$ref") {
            return targets.iter().for_each(|target| self.follow(target, walk));
        }
        // Members come in the order of the text: those of `allOf` before or after those of `properties`.
        let mut pushed = false;
        for (name, value) in schema {
            match (name.as_str(), value) {
                ("$ref" | "$dynamicRef" | "$recursiveRef", _) => {
                    for target in &targets {
                        self.follow(target, walk);
                    }
                }
                ("allOf", Value::Array(branches)) => (0..branches.len()).for_each(|index| {
                    self.follow(&place.join("allOf").join(&index.to_string()), walk);
                }),
                ("properties", _) if !pushed => {
                    walk.cores.push(place.clone());
                    pushed = true;
                }
                _ => {}
            }
        }
        if !pushed && schema.iter().any(|(name, value)| says_something(draft, asserts, name, value)) {
            walk.cores.push(place.clone());
        }
    }

    fn refuse_way(&mut self, place: &Place, message: &str, help: &str) {
        let location = self.at(place, "");
        self.diagnostics.push(Diagnostic::error("S0206", message, location).help(help));
    }

    /// An annotation of the schemas: that of the last which has one, be it behind a `$ref`.
    pub(super) fn annotation(&self, places: &[Place], keyword: &str) -> Option<&'a Value> {
        places.iter().rev().find_map(|place| self.annotation_of(place, keyword, 0).map(|(_, value)| value))
    }

    pub(super) fn annotation_of(&self, place: &Place, keyword: &str, depth: usize) -> Option<(Place, &'a Value)> {
        let schema = self.resolved.schema(place).as_object()?;
        if let Some(value) = schema.get(keyword) {
            return Some((place.clone(), value));
        }
        // A longer way is refused where it is followed.
        let target = self.resolved.target(place).filter(|_| depth < MAX_DEPTH)?;
        self.annotation_of(target, keyword, depth + 1)
    }

    pub(super) fn text(&self, places: &[Place], keyword: &str) -> Option<String> {
        let text = self.annotation(places, keyword)?.as_str()?.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }
}

/// Whether a schema says nothing about values but by one keyword, where `format` asserts or does not.
pub(super) fn says_only(draft: Draft, asserts: bool, schema: &Value, keyword: &str) -> bool {
    let others = schema.as_object().into_iter().flatten().filter(|(name, _)| *name != keyword);
    others
        .into_iter()
        .all(|(name, value)| !says_something(draft, asserts, name, value) && !matches!(name.as_str(), "$ref" | "allOf"))
}

/// Whether a keyword makes its schema one that refuses values itself.
fn says_something(draft: Draft, asserts: bool, name: &str, value: &Value) -> bool {
    let Some(keyword) = keywords::find(draft, name) else { return false };
    match keyword.role {
        Role::Annotation if name == "format" => asserts && Format::of_value(draft, value).is_some(),
        Role::Core | Role::Annotation => false,
        Role::SchemaMap => matches!(name, "properties" | "patternProperties" | "dependentSchemas"),
        _ => name != "allOf",
    }
}
