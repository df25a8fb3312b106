//! The walk over two versions at once.

use std::collections::BTreeSet;

use serde_json::{Map, Value};
use thoth_messaging_documents::Draft;

use super::{Difference, Effect, Rule, applicators, keywords};
use crate::files::Place;
use crate::schema::Schema;

/// So many references are followed from one schema.
const MAX_REFERENCES: usize = 100;

/// Keywords that refuse nothing.
const ANNOTATIONS: [&str; 20] = [
    "$anchor",
    "$comment",
    "$defs",
    "$dynamicAnchor",
    "$id",
    "$recursiveAnchor",
    "$schema",
    "$vocabulary",
    "contentEncoding",
    "contentMediaType",
    "contentSchema",
    "default",
    "definitions",
    "deprecated",
    "description",
    "examples",
    "id",
    "readOnly",
    "title",
    "writeOnly",
];

pub(super) struct Walk<'a> {
    pub(super) old: &'a Schema,
    pub(super) new: &'a Schema,
    seen: BTreeSet<(Place, Place)>,
    found: Vec<Difference>,
    /// The schemas that are compared, each in the one before it.
    way: Vec<[Place; 2]>,
}

/// A schema that both versions have.
pub(super) struct Pair<'a> {
    pub(super) old: Side<'a>,
    pub(super) new: Side<'a>,
    /// The place in payloads.
    pub(super) instance: String,
}

/// A schema in one version.
pub(super) struct Side<'a> {
    pub(super) place: Place,
    pub(super) members: &'a Map<String, Value>,
    pub(super) draft: Draft,
}

impl Side<'_> {
    pub(super) fn get(&self, keyword: &str) -> Option<&Value> {
        self.members.get(keyword)
    }

    /// The place of a keyword, of the schema where it has none.
    pub(super) fn at(&self, keyword: &str) -> Place {
        if self.members.contains_key(keyword) { self.place.join(keyword) } else { self.place.clone() }
    }
}

impl Pair<'_> {
    /// Returns how a message names the value that the schemas are of.
    pub(super) fn subject(&self) -> String {
        if self.instance.is_empty() { "the payload".to_owned() } else { format!("`{}`", self.instance) }
    }

    /// A change of a keyword.
    pub(super) fn difference(&self, keyword: &str, rule: Rule, effect: Effect, message: String) -> Difference {
        Difference {
            rule,
            old: self.old.at(keyword),
            new: self.new.at(keyword),
            instance: self.instance.clone(),
            message,
            keyword: keyword.to_owned(),
            effect,
            way: Vec::new(),
        }
    }
}

impl<'a> Walk<'a> {
    pub(super) fn new(old: &'a Schema, new: &'a Schema) -> Self {
        Self { old, new, seen: BTreeSet::new(), found: Vec::new(), way: Vec::new() }
    }

    pub(super) fn run(mut self) -> Vec<Difference> {
        let (old, new) = (self.old.root().clone(), self.new.root().clone());
        self.compare(&old, &new, String::new());
        self.found
    }

    pub(super) fn report(&mut self, difference: Difference) {
        self.found.push(Difference { way: self.way.clone(), ..difference });
    }

    /// Compares a schema of the old version with one of the new one.
    pub(super) fn compare(&mut self, old: &Place, new: &Place, instance: String) {
        let (old, new) = (follow(self.old, old), follow(self.new, new));
        if !self.seen.insert((old.clone(), new.clone())) {
            return;
        }
        self.way.push([old.clone(), new.clone()]);
        match (self.old.value(&old), self.new.value(&new)) {
            (Some(Value::Object(before)), Some(Value::Object(after))) => {
                let old = Side { draft: self.old.draft(&old), members: before, place: old };
                let new = Side { draft: self.new.draft(&new), members: after, place: new };
                self.compare_members(&Pair { old, new, instance });
            }
            (Some(before), Some(after)) if before != after => self.boolean(before, after, old, new, instance),
            _ => {}
        }
        self.way.pop();
    }

    fn compare_members(&mut self, pair: &Pair<'a>) {
        let names: BTreeSet<&str> =
            pair.old.members.keys().chain(pair.new.members.keys()).map(String::as_str).collect();
        for name in names.into_iter().filter(|name| !ANNOTATIONS.contains(name) && !name.starts_with("x-")) {
            if applicators::compare(self, pair, name) {
                continue;
            }
            if let Some(difference) = keywords::compare(pair, name, self.old.formats() || self.new.formats()) {
                self.report(difference);
            }
        }
    }

    /// `true` and `false` beside a schema that says something.
    fn boolean(&mut self, before: &Value, after: &Value, old: Place, new: Place, instance: String) {
        let (rule, effect) = match (before, after) {
            (Value::Bool(false), _) | (_, Value::Bool(true)) => (Rule::SchemaExtended, Effect::FORWARD),
            _ => (Rule::SchemaNarrowed, Effect::BACKWARD),
        };
        let subject = if instance.is_empty() { "the payload".to_owned() } else { format!("`{instance}`") };
        let message = format!("the schema of {subject} was {} and is {}", super::shown(before), super::shown(after));
        let keyword = "false schema".to_owned();
        self.report(Difference { rule, old, new, instance, message, keyword, effect, way: Vec::new() });
    }
}

/// The schema that a `$ref` with nothing beside it leads to.
pub(super) fn follow(schema: &Schema, place: &Place) -> Place {
    let mut place = place.clone();
    for _ in 0..MAX_REFERENCES {
        let Some(Value::Object(members)) = schema.value(&place) else { break };
        if !members.contains_key("$ref") || schema.is_dynamic(&place) {
            break;
        }
        // Up to draft 7 what stands beside a `$ref` says nothing.
        let is_old = matches!(schema.draft(&place), Draft::Draft4 | Draft::Draft6 | Draft::Draft7);
        let says_more =
            |name: &String| name != "$ref" && !ANNOTATIONS.contains(&name.as_str()) && !name.starts_with("x-");
        if !is_old && members.keys().any(says_more) {
            break;
        }
        let Some(target) = schema.targets(&place).first() else { break };
        place = target.clone();
    }
    place
}
