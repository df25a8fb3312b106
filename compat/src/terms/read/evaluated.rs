//! `unevaluatedProperties` and `unevaluatedItems`, written out in terms of the other keywords: a member has to meet their
//! schema unless a condition holds under which it is evaluated.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use thoth_messaging_documents::pattern::carried;
use thoth_messaging_documents::{Draft, Validation};

use super::Reader;
use crate::files::Place;
use crate::schema::Subschema;
use crate::terms::{Id, Lit, Part};

/// The most names, patterns and items whose conditions are written out.
const MAX_EVALUATIONS: usize = 20_000;
/// The depth to which conditions stand in conditions.
const MAX_DEPTH: usize = 32;
/// Patterns, and schemas of `contains`, that count under a condition: each set of them is a case.
const MAX_SETS: usize = 4;
/// Items that are told apart by their index.
const MAX_ITEMS: usize = 64;

/// Literals that all have to hold; without any, it always holds.
type Condition = Vec<Lit>;

/// Conditions of which one is enough.
type Conditions = Vec<Condition>;

/// Members and items that a schema evaluates, each with the conditions under which it does.
#[derive(Default)]
pub(super) struct Evaluated {
    names: BTreeMap<String, Conditions>,
    patterns: BTreeMap<String, Conditions>,
    all_properties: Conditions,
    /// So many items from the first one on.
    items: BTreeMap<usize, Conditions>,
    all_items: Conditions,
    containing: BTreeMap<Id, Conditions>,
    seen: BTreeSet<(Place, Condition)>,
    count: usize,
}

/// It is not known what is evaluated, or there is too much of it.
pub(super) struct NotWrittenOut;

type Written<T> = Result<T, NotWrittenOut>;

fn always(conditions: &Conditions) -> bool {
    conditions.iter().any(Vec::is_empty)
}

/// Returns whether a name matches a pattern.
fn matches(pattern: &str, name: &str) -> Written<bool> {
    let schema = serde_json::json!({"pattern": pattern});
    let validator = Validation::default().options().build(&carried(&schema)).map_err(|_| NotWrittenOut)?;
    Ok(validator.is_valid(&Value::String(name.to_owned())))
}

/// The sets of some things that are there under conditions, each with what has to hold where the set is not all of them.
fn sets<T>(conditional: &[(T, &Conditions)]) -> Vec<(Vec<usize>, Conditions)> {
    (0_u32..1 << conditional.len())
        .map(|bits| {
            let is_in = |at: &usize| bits & (1 << at) != 0;
            let (within, without): (Vec<usize>, Vec<usize>) = (0..conditional.len()).partition(is_in);
            (within, without.into_iter().flat_map(|at| conditional[at].1.clone()).collect())
        })
        .collect()
}

impl Evaluated {
    fn note(&mut self) -> Written<()> {
        self.count += 1;
        if self.count > MAX_EVALUATIONS { Err(NotWrittenOut) } else { Ok(()) }
    }
}

impl Reader<'_> {
    /// Collects what the schema of this reader evaluates without its own `unevaluatedProperties` and `unevaluatedItems`.
    pub(super) fn evaluations(&mut self) -> Written<Evaluated> {
        let mut evaluated = Evaluated::default();
        self.evaluations_at(self.place, true, &Vec::new(), &mut evaluated)?;
        Ok(evaluated)
    }

    fn evaluations_at(&mut self, place: &Place, is_own: bool, when: &Condition, all: &mut Evaluated) -> Written<()> {
        let (schema, draft) = (self.schema, self.schema.draft(place));
        if schema.is_dynamic(place) || draft == Draft::Unknown || draft < Draft::Draft201909 {
            return Err(NotWrittenOut);
        }
        all.note()?;
        if !all.seen.insert((place.clone(), when.clone())) {
            return Ok(());
        }
        for target in schema.targets(place) {
            self.evaluations_at(target, false, when, all)?;
        }
        let has_items = schema.value(place).is_some_and(|value| value.get("items").is_some());
        for subschema in schema.subschemas(place) {
            all.note()?;
            let when = || when.clone();
            match (subschema.keyword, subschema.member.clone()) {
                ("properties", Some(name)) => all.names.entry(name).or_default().push(when()),
                ("patternProperties", Some(pattern)) => all.patterns.entry(pattern).or_default().push(when()),
                ("additionalProperties", _) => all.all_properties.push(when()),
                ("unevaluatedProperties", _) if !is_own => all.all_properties.push(when()),
                ("unevaluatedItems", _) if !is_own => all.all_items.push(when()),
                ("prefixItems" | "items", Some(index)) => {
                    let count = index.parse::<usize>().map_or(0, |index| index.saturating_add(1));
                    all.items.entry(count).or_default().push(when());
                }
                ("items", None) => all.all_items.push(when()),
                ("additionalItems", None) if has_items && draft == Draft::Draft201909 => all.all_items.push(when()),
                ("contains", _) if draft >= Draft::Draft202012 => {
                    let id = self.number(&subschema.place).ok_or(NotWrittenOut)?;
                    all.containing.entry(id).or_default().push(when());
                }
                ("allOf", _) => self.evaluations_at(&subschema.place, false, &when(), all)?,
                // Where what is denied holds, the schema around it refuses the value.
                ("anyOf" | "oneOf" | "if" | "then" | "else" | "dependentSchemas", _) => {
                    let Some(holds) = self.condition(place, subschema)? else { continue };
                    let when: Condition = when().into_iter().chain([holds]).collect();
                    if when.len() > MAX_DEPTH {
                        return Err(NotWrittenOut);
                    }
                    self.evaluations_at(&subschema.place, false, &when, all)?;
                }
                ("dependencies", _) => return Err(NotWrittenOut),
                _ => {}
            }
        }
        Ok(())
    }

    /// The condition under which a subschema counts; none where it never does.
    fn condition(&mut self, around: &Place, subschema: &Subschema) -> Written<Option<Lit>> {
        match (subschema.keyword, subschema.member.as_deref()) {
            ("then" | "else", _) => {
                let mut beside = self.schema.subschemas(around).iter();
                let Some(condition) = beside.find(|other| other.keyword == "if") else { return Ok(None) };
                let id = self.number(&condition.place).ok_or(NotWrittenOut)?;
                Ok(Some((id, subschema.keyword == "then")))
            }
            ("dependentSchemas", Some(name)) => Ok(Some((self.present(name), true))),
            _ => Ok(Some((self.number(&subschema.place).ok_or(NotWrittenOut)?, true))),
        }
    }

    /// One of the conditions holds, or the part does.
    fn unless(&mut self, conditions: Conditions, part: Part) -> Part {
        if conditions.is_empty() {
            return part;
        }
        let otherwise = self.add(vec![part]);
        Part::Cases(conditions.into_iter().chain([vec![(otherwise, true)]]).collect())
    }

    pub(super) fn other_properties(&mut self, evaluated: &Evaluated, schema: Id) -> Written<Vec<Part>> {
        if always(&evaluated.all_properties) {
            return Ok(Vec::new());
        }
        let (fixed, conditional): (Vec<_>, Vec<_>) =
            evaluated.patterns.iter().partition(|(_, conditions)| always(conditions));
        if conditional.len() > MAX_SETS {
            return Err(NotWrittenOut);
        }
        let fixed: Vec<String> = fixed.into_iter().map(|(pattern, _)| pattern.clone()).collect();
        let mut parts = Vec::new();
        for (within, otherwise) in sets(&conditional) {
            let patterns = fixed.iter().chain(within.iter().map(|at| conditional[*at].0)).cloned().collect();
            let names = evaluated.names.keys().cloned().collect();
            let conditions = evaluated.all_properties.iter().cloned().chain(otherwise).collect();
            parts.push(self.unless(conditions, Part::OtherProperties { names, patterns, schema }));
        }
        for (name, own) in evaluated.names.iter().filter(|(_, conditions)| !always(conditions)) {
            let mut conditions: Conditions = own.iter().chain(&evaluated.all_properties).cloned().collect();
            let mut is_fixed = false;
            for pattern in &fixed {
                is_fixed = is_fixed || matches(pattern, name)?;
            }
            if is_fixed {
                continue;
            }
            for (pattern, own) in &conditional {
                if matches(pattern, name)? {
                    conditions.extend(own.iter().cloned());
                }
            }
            parts.push(self.unless(conditions, Part::Property(name.clone(), schema)));
        }
        Ok(parts)
    }

    pub(super) fn other_items(&mut self, evaluated: &Evaluated, schema: Id) -> Written<Vec<Part>> {
        if always(&evaluated.all_items) {
            return Ok(Vec::new());
        }
        let start = evaluated.items.iter().filter(|(_, conditions)| always(conditions)).map(|(count, _)| *count);
        let start = start.max().unwrap_or(0);
        let end = evaluated.items.keys().copied().max().unwrap_or(0);
        let (fixed, conditional): (Vec<_>, Vec<_>) =
            evaluated.containing.iter().partition(|(_, conditions)| always(conditions));
        if conditional.len() > MAX_SETS || end - start > MAX_ITEMS {
            return Err(NotWrittenOut);
        }
        let mut parts = Vec::new();
        for (within, otherwise) in sets(&conditional) {
            let contained = fixed.iter().map(|(id, _)| **id).chain(within.iter().map(|at| *conditional[*at].0));
            let cases: Vec<Vec<Lit>> = contained.chain([schema]).map(|id| vec![(id, true)]).collect();
            let item = if cases.len() == 1 { schema } else { self.add(vec![Part::Cases(cases)]) };
            let conditions: Conditions = evaluated.all_items.iter().cloned().chain(otherwise).collect();
            for index in start..end {
                let counts = evaluated.items.iter().filter(|(count, _)| **count > index);
                let own = counts.flat_map(|(_, conditions)| conditions.clone());
                let own = conditions.iter().cloned().chain(own).collect();
                parts.push(self.unless(own, Part::Item(index as u64, item)));
            }
            parts.push(self.unless(conditions, Part::ItemsFrom(end as u64, item)));
        }
        Ok(parts)
    }
}
