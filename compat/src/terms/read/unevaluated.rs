//! `unevaluatedProperties` and `unevaluatedItems`: in terms of other keywords where what is evaluated can be written out
//! ([`evaluated`](super::evaluated)). Where it can't, equal only if what is evaluated is, too.

use std::collections::BTreeSet;

use serde_json::Value;
use thoth_messaging_documents::Draft;

use super::Reader;
use crate::files::Place;
use crate::schema::Subschema;
use crate::terms::{Evaluates, Id, Part, types};

/// The parts of each object and of each array that a schema evaluates.
#[derive(Default)]
struct Evaluated {
    names: BTreeSet<String>,
    patterns: BTreeSet<String>,
    items: usize,
    all_properties: bool,
    all_items: bool,
    /// Whatever depends on the value.
    depends: Vec<Evaluates>,
    seen: BTreeSet<Place>,
}

impl Evaluated {
    fn parts(self) -> Vec<Part> {
        let names = self.names.into_iter().map(Evaluates::Name);
        let patterns = self.patterns.into_iter().map(Evaluates::Pattern);
        let all = self.all_properties.then_some(Evaluates::AllProperties);
        let items = (self.items > 0).then_some(Evaluates::Items(self.items as u64));
        let all_items = self.all_items.then_some(Evaluates::AllItems);
        let plain = names.chain(patterns).chain(all).chain(items).chain(all_items);
        plain.chain(self.depends).map(Part::Evaluates).collect()
    }
}

impl Reader<'_> {
    pub(super) fn unevaluated(&mut self) {
        let (properties, items) = (self.asked("unevaluatedProperties"), self.asked("unevaluatedItems"));
        if properties.is_none() && items.is_none() {
            return;
        }
        let evaluated = self.evaluations();
        if let Some(schema) = properties {
            match evaluated.as_ref().ok().and_then(|evaluated| self.other_properties(evaluated, schema).ok()) {
                Some(parts) => self.parts.extend(parts),
                None => self.depending("unevaluatedProperties", types::OBJECT, schema),
            }
        }
        if let Some(schema) = items {
            match evaluated.as_ref().ok().and_then(|evaluated| self.other_items(evaluated, schema).ok()) {
                Some(parts) => self.parts.extend(parts),
                None => self.depending("unevaluatedItems", types::ARRAY, schema),
            }
        }
    }

    /// The schema of a keyword, where it could refuse anything.
    fn asked(&self, keyword: &str) -> Option<Id> {
        let schema = self.schema.value(self.place)?.get(keyword)?;
        let is_open = schema.as_bool() == Some(true) || schema.as_object().is_some_and(serde_json::Map::is_empty);
        if is_open { None } else { self.one(keyword) }
    }

    fn depending(&mut self, keyword: &'static str, types: u8, schema: Id) {
        let evaluated = Some(self.evaluated(self.place, true));
        self.parts.push(Part::Opaque { keyword, types, schema: Some(schema), evaluated, unique: None });
    }

    /// The term that says what the schema at a place evaluates.
    fn evaluated(&mut self, place: &Place, is_own: bool) -> Id {
        let key = (place.clone(), is_own);
        if let Some(known) = self.raw.evaluated.get(&key) {
            return *known;
        }
        let id = self.add(Vec::new());
        self.raw.evaluated.insert(key, id);
        let mut evaluated = Evaluated::default();
        self.collect(place, is_own, &mut evaluated);
        self.raw.terms[id].parts = evaluated.parts();
        id
    }

    fn collect(&mut self, place: &Place, is_own: bool, evaluated: &mut Evaluated) {
        if !evaluated.seen.insert(place.clone()) {
            return;
        }
        let (schema, draft) = (self.schema, self.schema.draft(place));
        if schema.is_dynamic(place) || draft == Draft::Unknown {
            evaluated.depends.push(self.unknown());
        }
        if draft < Draft::Draft201909 {
            evaluated.depends.push(Evaluates::AsIn(draft));
        }
        for target in schema.targets(place) {
            self.collect(target, false, evaluated);
        }
        for subschema in schema.subschemas(place) {
            match (subschema.keyword, subschema.member.clone()) {
                ("properties", Some(name)) => drop(evaluated.names.insert(name)),
                ("patternProperties", Some(pattern)) => drop(evaluated.patterns.insert(pattern)),
                ("additionalProperties", _) => evaluated.all_properties = true,
                ("unevaluatedProperties", _) if !is_own => evaluated.all_properties = true,
                ("unevaluatedItems", _) if !is_own => evaluated.all_items = true,
                ("prefixItems" | "items", Some(index)) => {
                    evaluated.items = evaluated.items.max(index.parse().map_or(0, |index: usize| index + 1));
                }
                ("items" | "additionalItems", None) => evaluated.all_items = true,
                ("contains", _) if draft >= Draft::Draft202012 => {
                    evaluated.depends.push(self.containing(&subschema.place));
                }
                ("allOf", _) => self.collect(&subschema.place, false, evaluated),
                ("anyOf" | "oneOf" | "not" | "if" | "then" | "else" | "dependentSchemas" | "dependencies", _) => {
                    let part = self.in_some_cases(place, subschema);
                    evaluated.depends.push(part);
                }
                _ => {}
            }
        }
        // An array of a draft that reads one as `items` ends what `additionalItems` says of it.
        let value = schema.value(place);
        let has = |keyword: &str| value.is_some_and(|schema: &Value| schema.get(keyword).is_some());
        if draft == Draft::Draft201909 && !has("items") && has("additionalItems") {
            evaluated.depends.push(Evaluates::AsIn(draft));
        }
    }

    fn containing(&mut self, place: &Place) -> Evaluates {
        self.number(place).map_or_else(|| self.unknown(), Evaluates::Containing)
    }

    fn unknown(&mut self) -> Evaluates {
        Evaluates::Unknown(self.add(Vec::new()))
    }

    /// The evaluations of a subschema that does not hold for every value of the schema around it.
    fn in_some_cases(&mut self, around: &Place, subschema: &Subschema) -> Evaluates {
        let own = self.number(&subschema.place);
        let condition = match (subschema.keyword, subschema.member.as_deref()) {
            ("then" | "else", _) => {
                let mut beside = self.schema.subschemas(around).iter();
                let condition = beside.find(|other| other.keyword == "if").and_then(|other| self.number(&other.place));
                condition.map(|id| (id, subschema.keyword == "then"))
            }
            ("dependentSchemas" | "dependencies", Some(name)) => Some((self.present(name), true)),
            _ => own.map(|id| (id, true)),
        };
        // Without `if`, `then` says nothing; but it is told apart from what is not there.
        let condition = condition.or(own.map(|id| (id, false)));
        let Some(condition) = condition else { return self.unknown() };
        Evaluates::Where(condition, self.evaluated(&subschema.place, false))
    }
}
