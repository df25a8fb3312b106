//! `unevaluatedProperties` and `unevaluatedItems`, where what is evaluated does not depend on the value.

use std::collections::BTreeSet;

use serde_json::Value;
use thoth_messaging_documents::Draft;

use super::Reader;
use crate::files::Place;
use crate::terms::{Part, types};

/// What a schema evaluates of each object and of each array.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "two facts, each of properties and of items")]
struct Evaluated {
    names: BTreeSet<String>,
    patterns: BTreeSet<String>,
    items: usize,
    all_properties: bool,
    all_items: bool,
    /// Whether it depends on the value.
    properties_depend: bool,
    items_depend: bool,
    seen: BTreeSet<Place>,
}

impl Reader<'_> {
    pub(super) fn unevaluated(&mut self) {
        let (properties, items) = (self.one("unevaluatedProperties"), self.one("unevaluatedItems"));
        if properties.is_none() && items.is_none() {
            return;
        }
        let mut evaluated = Evaluated::default();
        self.collect(self.place, true, &mut evaluated);
        match properties {
            Some(schema) if evaluated.properties_depend => {
                self.opaque("unevaluatedProperties", types::OBJECT, Some(schema), false);
            }
            Some(schema) if !evaluated.all_properties => self.parts.push(Part::OtherProperties {
                names: evaluated.names,
                patterns: evaluated.patterns.into_iter().collect(),
                schema,
            }),
            _ => {}
        }
        match items {
            Some(schema) if evaluated.items_depend => {
                self.opaque("unevaluatedItems", types::ARRAY, Some(schema), false);
            }
            Some(schema) if !evaluated.all_items => {
                self.parts.push(Part::ItemsFrom(evaluated.items as u64, schema));
            }
            _ => {}
        }
    }

    fn collect(&self, place: &Place, is_own: bool, evaluated: &mut Evaluated) {
        if !evaluated.seen.insert(place.clone()) {
            return;
        }
        if self.schema.is_dynamic(place) || self.schema.draft(place) < Draft::Draft201909 {
            (evaluated.properties_depend, evaluated.items_depend) = (true, true);
        }
        for target in self.schema.targets(place) {
            self.collect(target, false, evaluated);
        }
        for subschema in self.schema.subschemas(place) {
            let member = subschema.member.clone();
            match (subschema.keyword, member) {
                ("properties", Some(name)) => drop(evaluated.names.insert(name)),
                ("patternProperties", Some(pattern)) => drop(evaluated.patterns.insert(pattern)),
                ("additionalProperties", _) => evaluated.all_properties = true,
                ("unevaluatedProperties", _) if !is_own => evaluated.all_properties = true,
                ("unevaluatedItems", _) if !is_own => evaluated.all_items = true,
                ("prefixItems" | "items", Some(index)) => {
                    evaluated.items = evaluated.items.max(index.parse().map_or(0, |index: usize| index + 1));
                }
                ("items" | "additionalItems", None) => evaluated.all_items = true,
                ("contains", _) if self.schema.draft(place) >= Draft::Draft202012 => evaluated.items_depend = true,
                ("allOf", _) => self.collect(&subschema.place, false, evaluated),
                ("anyOf" | "oneOf" | "not" | "if" | "then" | "else" | "dependentSchemas" | "dependencies", _) => {
                    (evaluated.properties_depend, evaluated.items_depend) = (true, true);
                }
                _ => {}
            }
        }
        // An array of a draft that reads one as `items` ends what `additionalItems` says of it.
        let items = self.schema.value(place).and_then(|schema| schema.get("items"));
        if self.schema.draft(place) == Draft::Draft201909 && !items.is_some_and(Value::is_array) && items.is_none() {
            evaluated.items_depend |=
                self.schema.value(place).is_some_and(|schema| schema.get("additionalItems").is_some());
        }
    }
}
